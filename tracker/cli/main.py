"""The `tracker` command. A new group is one line in COMMANDS.

A command's module is imported when that command is asked for: most need the whole house, and `tracker plan read`
should not wait for it.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from tracker.cli.plainly import SaidPlainly
from tracker.domain.errors import TrackerError
from tracker.settings import SettingsError

#: command → module and the name in it, in the order in which the help lists them.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "up": ("up", "up"), "db": ("db", "db"), "serve": ("background", "serve"), "worker": ("background", "worker"),
    "scheduler": ("background", "scheduler"), "settings": ("show_settings", "settings"), "doctor": ("doctor", "doctor"),
    "workflows": ("workflows", "workflows"), "plan": ("plan", "plan"), "campaign": ("campaign", "campaign"),
    "calendar": ("calendar", "calendar"), "accounts": ("accounts", "accounts"), "sweep": ("engine", "sweep"),
    "audit": ("engine", "audit"), "explain": ("engine", "explain"), "ledger": ("engine", "ledger"),
    "evidence": ("evidence", "evidence"),
    "units": ("unit_acts", "UNITS"), "backup": ("backup", "backup"),
    "deliveries": ("deliveries", "deliveries"),
}  # fmt: skip


class PlainSpeakingGroup(click.Group):
    """Imports a command when it is asked for, and prints the errors that speak to the operator as sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"tracker.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingsError, SaidPlainly, TrackerError) as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=PlainSpeakingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """督查督办任务追踪与升级引擎。

    单机使用：tracker up（或 make run）启动全部。多机部署：设置 TRACKER_DATABASE_URL 和 TRACKER_REDIS_URL，
    分别运行网页、tracker worker 和 tracker scheduler。
    """


if __name__ == "__main__":
    main()
