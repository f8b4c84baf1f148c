"""An exported rectification ledger is edited and read back: all of it or nothing, and never over a newer version."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput
from tracker.services.ledger_files import Wanted

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
RETURN: dict[str, object] = {"category": "rental", "should_check": "10", "checked": "10"}


def problem(number: int) -> dict[str, object]:
    values = {
        "place": f"{number}号院", "kind": "other", "risk_grade": "low", "description": f"灭火器过期{number}",
        "measure": "更换", "leader": "村主任", "limit_on": "2026-04-10",
    }  # fmt: skip
    return {f"problems.{number}.{name}": value for name, value in values.items()}


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]))
    world.move_to("2026-03-10", "10:00")
    for village in ("east", "west"):
        ref = world.task("s1", village)["ref"]
        world.act(f"clerk-{village}", ref, "accept")
        world.act(f"clerk-{village}", ref, "report", {**RETURN, **problem(0), **problem(1)})


def exported(world: World, who: str) -> bytes:
    wanted = Wanted("rectification", {}, "oldest")
    files, viewer = world.container.ledger_files, world.viewer(who)
    with files.write_now(viewer, wanted, rows=files.count(viewer, wanted)) as file:
        return file.read()


def edited(content: bytes, **cells: str) -> bytes:
    """Write into the first item's row, by heading."""
    book = load_workbook(io.BytesIO(content))
    page = book.active
    heads = {page.cell(3, column).value: column for column in range(1, page.max_column + 1)}
    for title, value in cells.items():
        page.cell(4, heads[title]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def preview(world: World, who: str, content: bytes):
    return world.container.ledger_reading.preview(world.viewer(who), file_name="台账.xlsx", content=content)


def confirm(world: World, who: str, found, reason: str = "人员调整") -> int:
    return world.container.ledger_reading.apply(world.viewer(who), rows=found.rows, sha256=found.sha256, reason=reason)


def leaders(world: World) -> list[str]:
    return [row["leader"] for row in world.rows("SELECT leader FROM problem ORDER BY id")]


def test_a_ledger_goes_out_and_comes_back_unchanged(world: World) -> None:
    assert preview(world, "sup1", exported(world, "sup1")).changes == ()


def test_a_unit_changes_leader_and_measure_of_its_own_items_with_a_reason(world: World) -> None:
    found = preview(world, "clerk-east", edited(exported(world, "clerk-east"), 责任人="村支书", 整改措施="更换并建账"))
    assert [(one.column, one.before, one.after) for one in found.changes] == [
        ("measure", "更换", "更换并建账"), ("leader", "村主任", "村支书"),
    ]  # fmt: skip
    assert leaders(world) == ["村主任"] * 4, "a preview changes nothing"
    assert confirm(world, "clerk-east", found) == 1
    assert leaders(world) == ["村支书", "村主任", "村主任", "村主任"]
    (said,) = world.rows("SELECT payload FROM event WHERE kind = 'rectification.replanned'")
    assert said["payload"]["reason"] == "人员调整"
    assert said["payload"]["before"] == {"measure": "更换", "leader": "村主任"}
    assert world.value("SELECT count(*) FROM event WHERE kind = 'ledger.read_back'") == 1


def test_what_the_office_changes_the_unit_is_told(world: World) -> None:
    confirm(world, "office1", preview(world, "office1", edited(exported(world, "office1"), 责任人="村支书")))
    assert ("clerk-east", "reworded") in {(name, message) for _, name, message in world.told()}


def test_a_neighbours_row_does_not_exist(world: World) -> None:
    content = edited(exported(world, "sup1"), 责任人="村支书")
    with pytest.raises(InvalidInput) as refused:
        preview(world, "clerk-west", content)
    assert "没有编号为" in refused.value.problems[0].sentence


def test_a_row_that_moved_on_after_the_export_is_refused_and_nothing_changes(world: World) -> None:
    content = edited(exported(world, "sup1"), 责任人="村支书")
    confirm(world, "sup2", preview(world, "sup2", edited(exported(world, "sup2"), 责任人="村会计")))
    with pytest.raises(InvalidInput) as refused:
        preview(world, "sup1", content)
    assert "在导出之后有变动" in refused.value.problems[0].sentence
    assert leaders(world)[0] == "村会计"


def test_one_row_that_became_stale_between_preview_and_confirmation_stops_them_all(world: World) -> None:
    mine = preview(world, "sup1", edited(exported(world, "sup1"), 责任人="村支书"))
    confirm(world, "sup2", preview(world, "sup2", edited(exported(world, "sup2"), 责任人="村会计")))
    with pytest.raises(InvalidInput):
        confirm(world, "sup1", mine)
    assert leaders(world) == ["村会计", "村主任", "村主任", "村主任"]


def test_of_two_who_confirm_at_once_one_is_refused(world: World) -> None:
    one = preview(world, "sup1", edited(exported(world, "sup1"), 责任人="村支书"))
    two = preview(world, "sup2", edited(exported(world, "sup2"), 责任人="村会计"))
    answers = at_once(lambda: confirm(world, "sup1", one), lambda: confirm(world, "sup2", two))
    assert sorted(type(answer).__name__ for answer in answers) == ["InvalidInput", "int"]


def test_a_reason_is_asked_for(world: World) -> None:
    found = preview(world, "sup1", edited(exported(world, "sup1"), 责任人="村支书"))
    with pytest.raises(InvalidInput) as refused:
        confirm(world, "sup1", found, reason=" ")
    assert [one.field for one in refused.value.problems] == ["reason"]


def test_what_was_reported_the_unit_no_longer_edits_but_the_supervisors_do(world: World) -> None:
    ref = world.value("SELECT ref FROM task WHERE workflow_key = 'rectification' ORDER BY id LIMIT 1")
    world.act("clerk-east", ref, "report", {"result": "已更换", "done_on": "2026-03-10"})
    content = edited(exported(world, "clerk-east"), 责任人="村支书")
    with pytest.raises(InvalidInput, match="不能读回"):
        preview(world, "clerk-east", content)
    assert len(preview(world, "sup1", content).changes) == 1
