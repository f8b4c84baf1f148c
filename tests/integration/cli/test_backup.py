"""A backup is only one when it can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.support.servers import cloned_database
from tests.support.world import World, morning, small_campaign
from tracker.cli.embedded import RunningServers
from tracker.cli.main import main

MEASURE = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)


def run(url: str, *arguments: str) -> str:
    done = CliRunner().invoke(
        main, arguments, env={"TRACKER_DATABASE_URL": url, "TRACKER_REDIS_URL": "redis://127.0.0.1:1/0", "TRACKER_SECRET_KEY": "k" * 48}
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.slow
def test_what_was_written_can_be_read_back_whole(
    fresh_database_url: str, servers: RunningServers, tmp_path: Path
) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[MEASURE]))
        world.move_to("2026-03-30")
        run(fresh_database_url, "backup", "write", str(tmp_path / "b"))
        written = world.value("SELECT count(*) FROM event")
    with cloned_database(servers.database_url, empty=True) as other:
        run(other, "backup", "restore", str(tmp_path / "b"))
        assert f"{written}条记录" in run(other, "ledger", "verify")


def test_an_older_backup_is_never_overwritten(fresh_database_url: str, tmp_path: Path) -> None:
    (tmp_path / "b").write_text("old")
    done = CliRunner().invoke(
        main, ["backup", "write", str(tmp_path / "b")], env={"TRACKER_DATABASE_URL": fresh_database_url}
    )
    assert done.exit_code == 1
    assert (tmp_path / "b").read_text() == "old"


@pytest.mark.parametrize("arguments", [("units", "list"), ("units", "list", "--vacant")])
def test_the_unit_tree_is_listed(fresh_database_url: str, arguments: tuple[str, ...]) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[MEASURE]))
    said = run(fresh_database_url, *arguments)
    assert ("测试镇" in said) is (arguments[-1] == "list")
