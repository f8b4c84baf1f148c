"""tracker units: import, export, template, rename, merge, split, history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support.rosters import as_workbook
from tests.support.world import World, morning, settings_for, small_campaign
from tests.web.site import MEASURES
from tracker.cli.main import main

NEW_UNIT = ("n1", "北桥村", "北桥村", "", "村", "town", "30", "")
NEW_PERSON = ("王五", "n1", "联络员", "文书", "13900000001", "", "", "", "", "")


@pytest.fixture
def world(fresh_database_url: str, redis_url: str) -> Iterator[World]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        world.settings = settings_for(fresh_database_url, redis_url)
        yield world


def run(world: World, *arguments: str, status: int = 0) -> str:
    done: Result = CliRunner().invoke(
        main, ["units", *arguments],
        env={"TRACKER_DATABASE_URL": world.database_url, "TRACKER_REDIS_URL": world.settings.redis_url, "TRACKER_SECRET_KEY": "k" * 48},
    )  # fmt: skip
    assert done.exit_code == status, done.output
    return done.output


def test_a_file_is_checked_then_imported_and_the_second_time_changes_nothing(world: World, tmp_path: Path) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(as_workbook(units=[NEW_UNIT], people=[NEW_PERSON]))
    checked = run(world, "import", str(file), "--check")
    assert "新增单位 n1 北桥村" in checked
    assert "新增单位1个，新增人员1人，任职岗位1个（只检查，没有导入）" in checked
    assert world.value("SELECT count(*) FROM unit WHERE key = 'n1'") == 0
    assert "已导入：新增单位1个" in run(world, "import", str(file), "--yes")
    assert "完全一致" in run(world, "import", str(file), "--yes")


def test_errors_are_listed_by_place_and_leave_with_status_one(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(as_workbook(people=[("王五", "nowhere", *NEW_PERSON[2:])]))
    assert "“人员”第2行“单位编码”（B列）：没有编码为“nowhere”的单位" in run(world, "import", str(file), status=1)


def test_what_is_exported_comes_back_unchanged(world: World, tmp_path: Path) -> None:
    run(world, "template", str(tmp_path / "t.xlsx"))
    assert "没有要改的" in run(world, "import", str(tmp_path / "t.xlsx"))
    for more in ((), ("--contacts",)):
        run(world, "export", str(tmp_path / "x.xlsx"), *more)
        assert "没有要改的" in run(world, "import", str(tmp_path / "x.xlsx"))


def test_a_unit_is_renamed_merged_and_its_history_tells(world: World) -> None:
    run(world, "rename", "east", "东岭村", "--reason", "批复")
    assert "确定合并吗" in run(world, "merge", "east", "--into", "west", "--reason", "并村", status=1)
    assert "已合并，移交任务2项，终止岗位2个" in run(
        world, "merge", "east", "--into", "west", "--reason", "并村", "--yes"
    )
    told = run(world, "history", "east")
    assert "东岭村 并入 west村（并村）" in told
    assert "现在不能办理" in run(world, "merge", "east", "--into", "west", "--reason", "并村", "--yes", status=1)


def test_a_unit_is_split_and_the_rest_of_the_tasks_goes_where_it_is_told(world: World) -> None:
    ref = world.task("survey", "east")["ref"]
    new = ("--new", "e1=东一村", "--new", "e2=东二村", "--reason", "分村", "--yes", "--ends")
    assert "由哪个新单位接办" in run(world, "split", "east", *new, status=1)
    assert "移交任务2项" in run(world, "split", "east", *new, "--task", f"{ref}=e1", "--rest-to", "e2")
    assert "没有编码为 zzz 的单位" in run(world, "history", "zzz", status=1)
