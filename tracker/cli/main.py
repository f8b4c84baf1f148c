"""The `tracker` command. A new group is one import and one line in COMMANDS."""

from typing import Any

import click

from tracker.cli.accounts import accounts
from tracker.cli.background import scheduler, serve, worker
from tracker.cli.backup import backup
from tracker.cli.calendar import calendar
from tracker.cli.campaign import campaign
from tracker.cli.db import db
from tracker.cli.doctor import doctor
from tracker.cli.engine import audit, explain, ledger, sweep
from tracker.cli.plan import plan
from tracker.cli.server_account import EmbeddedServerUnavailable
from tracker.cli.show_settings import settings
from tracker.cli.unit_acts import UNITS
from tracker.cli.up import WebDidNotAnswer, up
from tracker.cli.web_server import PortInUse
from tracker.cli.workflows import workflows
from tracker.domain.errors import TrackerError
from tracker.settings import SettingsError

COMMANDS: tuple[click.Command, ...] = (
    up,
    db,
    serve,
    worker,
    scheduler,
    settings,
    doctor,
    workflows,
    plan,
    campaign,
    calendar,
    accounts,
    sweep,
    audit,
    explain,
    ledger,
    UNITS,
    backup,
)

# These texts are sentences for the operator; a traceback would only hide them.
SAID_PLAINLY = (SettingsError, EmbeddedServerUnavailable, PortInUse, WebDidNotAnswer, TrackerError)


class PlainSpeakingGroup(click.Group):
    """Prints the errors that speak to the operator as sentences, and leaves with status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SAID_PLAINLY as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=PlainSpeakingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """督查督办任务追踪与升级引擎。

    单机使用：tracker up（或 make run）启动全部。多机部署：设置 TRACKER_DATABASE_URL 和 TRACKER_REDIS_URL，
    分别运行网页、tracker worker 和 tracker scheduler。
    """


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
