"""tracker campaign rehearse: says what a file would come to with the units that there are, and changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.world import World, morning, small_campaign
from tracker.cli.main import main

MEASURE = (
    "{{key: s, ordinal: （一）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {{by_date: {day}}}}}"
)


@pytest.fixture
def world(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2031-03-03")) as one:
        one.load(text_of("2031-08-20", ends_on="2031-08-29"), issue=False)
        monkeypatch.setenv("TRACKER_DATABASE_URL", fresh_database_url)
        monkeypatch.setenv("TRACKER_REDIS_URL", "unix:///nonexistent/redis.sock")
        monkeypatch.setenv("TRACKER_SECRET_KEY", "k" * 48)
        monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
        yield one


def text_of(day: str, *, starts_on: str = "2031-03-03", ends_on: str = "2031-03-28") -> str:
    return small_campaign(measures=[MEASURE.format(day=day)], starts_on=starts_on, ends_on=ends_on)


def run(tmp_path: Path, text: str, *options: str) -> Result:
    path = tmp_path / "spring.yaml"
    path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["campaign", "rehearse", str(path), "--assumption", "nobody", *options])


@pytest.mark.slow
def test_it_says_what_the_file_comes_to_and_writes_nothing(world: World, tmp_path: Path) -> None:
    said = run(tmp_path, text_of("2031-03-07"))
    assert said.exit_code == 0, said.output
    for words in ("2个单位，2项任务，其中2项逾期", "督导通知书  拟2份，印发0份", "没有人可送的", "没有人登记手机号"):
        assert words in said.output, words
    assert world.value("SELECT count(*) FROM campaign") == 1
    assert world.value("SELECT count(*) FROM task") == 0


@pytest.mark.slow
def test_where_leaders_alone_approve_a_leader_does(world: World, tmp_path: Path) -> None:
    issued = []
    for settings in ((), ("leader_approves_from: 3",)):
        text = small_campaign(
            measures=[MEASURE.format(day="2031-03-07")], starts_on="2031-03-03", ends_on="2031-03-28", settings=settings
        )
        said = run(tmp_path, text, "--assumption", "one_in_five")
        assert said.exit_code == 0, said.output
        assert "：批准" not in said.output, "nobody is stuck with it"
        issued.append(re.findall(r"(\w+书)  拟(\d+)份，印发(\d+)份", said.output))
    assert issued[0] == issued[1]
    assert int({title: many for title, _, many in issued[1]}["督导通知书"]) > 0


@pytest.mark.slow
def test_programs_get_json_and_the_readme_a_row(world: World, tmp_path: Path) -> None:
    (one,) = json.loads(run(tmp_path, text_of("2031-03-07"), "--json").output)
    assert (one["tasks"], one["late"], one["starts_on"]) == (2, 2, "2031-03-03")
    table = run(tmp_path, text_of("2031-03-07"), "--table").output.splitlines()
    assert table[2].startswith("| `spring` | 1 | 2 | 1 | 0 | 2 | 2 |")


@pytest.mark.slow
def test_a_campaign_that_is_over_says_what_to_do(world: World, tmp_path: Path) -> None:
    said = run(tmp_path, text_of("2025-03-07", starts_on="2025-03-03", ends_on="2025-03-28"))
    assert said.exit_code == 1
    assert "请加 --scratch" in said.output
