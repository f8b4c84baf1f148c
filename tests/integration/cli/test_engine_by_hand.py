"""tracker sweep --dry-run and tracker explain: what would be raised for whom, and why, in words and as data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.world import World, morning, small_campaign
from tracker.cli.main import main

MEASURE = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {by_date: 2031-03-20}}"
)


@pytest.fixture
def world(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2031-03-03")) as one:
        one.load(small_campaign(measures=[MEASURE], starts_on="2031-03-03", ends_on="2031-08-29"))
        for village in ("east", "west"):
            one.act(f"clerk-{village}", one.task("t1", village)["ref"], "accept")
        one.move_to("2031-03-21")
        monkeypatch.setenv("TRACKER_DATABASE_URL", fresh_database_url)
        monkeypatch.setenv("TRACKER_REDIS_URL", "unix:///nonexistent/redis.sock")
        monkeypatch.setenv("TRACKER_SECRET_KEY", "k" * 48)
        monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
        yield one


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_a_dry_run_names_units_moments_papers_and_people_and_the_sweep_then_does_that(world: World) -> None:
    before = world.value("SELECT count(*) FROM event")
    said = run("sweep", "--dry-run", "--as-of", "2031-03-25T09:10+08:00")
    assert said.exit_code == 0, said.output
    ref = world.task("t1", "west")["ref"]
    assert (
        f"2031-03-25 09:10  {ref}  west村  报送  拟发督导通知书（到时未办）：列为待处事项，由督导组决定是否发督导通知书"
        in said.output
    )
    assert "拟发：督导通知书（east村），1项" in said.output
    assert "共2项会触发" in said.output
    assert world.value("SELECT count(*) FROM event") == before
    world.move_to("2031-03-25", "09:10")
    assert world.value("SELECT count(*) FROM finding") == 2


def test_a_dry_run_further_ahead_keeps_what_comes_first_and_skips_nothing(world: World) -> None:
    said = run("sweep", "--dry-run", "--as-of", "2031-04-30T10:00+08:00").output
    west = [line for line in said.splitlines() if "  west村  " in line]
    assert [line.split("  ")[4].split("（")[0] for line in west] == [
        "拟发督导通知书",
        "拟发约谈通知书",
        "拟发整改通知书",
    ]
    moments = [line[:16] for line in west]
    assert moments == sorted(moments)


def test_explain_says_it_in_words_and_as_data(world: World) -> None:
    ref = world.task("t1", "west")["ref"]
    said = run("explain", ref).output
    assert "到2031年3月20日24:00为止" in said
    data = json.loads(run("explain", ref, "--json").output)
    assert [one["rung_name"] for one in data["coming"]] == ["supervise", "interview", "rectify"]
    assert data["differences"] == []
