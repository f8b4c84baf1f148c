"""tracker campaign change: lists first, changes all or nothing, says what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.world import World, morning, small_campaign
from tracker.cli.main import main

FIRST = (
    "{{key: survey, ordinal: （一）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [各村],"
    " due: {{by_date: {day}}}}}"
)


def text_of(day: str) -> str:
    return small_campaign(measures=[FIRST.format(day=day)], starts_on="2031-03-03", ends_on="2031-08-29")


@pytest.fixture
def world(fresh_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2031-03-03")) as one:
        one.load(text_of("2031-03-20"))
        monkeypatch.setenv("TRACKER_DATABASE_URL", fresh_database_url)
        monkeypatch.setenv("TRACKER_REDIS_URL", "unix:///nonexistent/redis.sock")
        monkeypatch.setenv("TRACKER_SECRET_KEY", "k" * 48)
        monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path))
        yield one


def run(tmp_path: Path, day: str, *options: str) -> Result:
    path = tmp_path / "new.yaml"
    path.write_text(text_of(day), encoding="utf-8")
    return CliRunner().invoke(main, ["campaign", "change", str(path), *options])


@pytest.mark.slow
def test_a_dry_run_lists_the_changes_and_changes_nothing(world: World, tmp_path: Path) -> None:
    said = run(tmp_path, "2031-03-27", "--dry-run")
    assert said.exit_code == 0, said.output
    assert "1. 调整期限  （一）出租房屋排查" in said.output
    assert "完成时限由2031年3月20日前改为2031年3月27日前。" in said.output
    assert "涉及2项任务，2个单位。" in said.output
    assert str(world.task("survey", "east")["due_on"]) == "2031-03-20"


@pytest.mark.slow
def test_it_asks_for_a_reason_and_then_takes_effect(world: World, tmp_path: Path) -> None:
    refused = run(tmp_path, "2031-03-27", "--yes")
    assert refused.exit_code == 1
    assert "要写明理由" in refused.output
    assert run(tmp_path, "2031-03-27", "--yes", "--reason", "县里调整").exit_code == 0
    assert str(world.task("survey", "east")["due_on"]) == "2031-03-27"
    again = run(tmp_path, "2031-03-27", "--yes", "--reason", "县里调整")
    assert again.exit_code == 1
    assert "没有要改的" in again.output


@pytest.mark.slow
def test_what_an_office_set_on_its_page_is_not_undone_by_a_file(world: World, tmp_path: Path) -> None:
    office, settings = world.viewer("office1"), world.container.team.paper_settings
    present = settings.present(office, campaign_ref=world.campaign_ref).fields()
    settings.set(
        office,
        campaign_ref=world.campaign_ref,
        expected_version=2,
        given={**present, "letterhead": "测试镇人民政府文件"},
    )
    assert run(tmp_path, "2031-03-27", "--dry-run").exit_code == 0, "a file that says nothing of the head"
    settings.set(
        office, campaign_ref=world.campaign_ref, expected_version=3, given={**present, "word_circular": "测办通"}
    )
    refused = run(tmp_path, "2031-03-27", "--dry-run")
    assert refused.exit_code == 1
    assert "请在“文书格式和文号”页修改" in refused.output


@pytest.mark.slow
def test_an_earlier_date_needs_its_own_word(world: World, tmp_path: Path) -> None:
    refused = run(tmp_path, "2031-03-13", "--yes", "--reason", "提前验收")
    assert refused.exit_code == 1
    assert "确认提前" in refused.output
    assert run(tmp_path, "2031-03-13", "--yes", "--reason", "提前验收", "--earlier").exit_code == 0
    assert str(world.task("survey", "east")["due_on"]) == "2031-03-13"
