"""What is printed is what was approved: hash, paper and stored list are one, and an altered row is not printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.bundles import check, take
from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import NotFound, PaperAltered
from tracker.domain.printed_papers import MARK_DRAFT, PrintedPaper

MEASURES = [
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: p1, ordinal: （二）, title: 宣传, text: 宣传, workflow: publicity, units: [各村], due: {by_date: 2026-03-20}}",
]
LAYOUT = "paper_layout: {letterhead: 测试镇人民政府文件, contact: 联系人：督查室}"
PUBLICITY_RETURN: dict[str, object] = {
    "theme": "进村宣传", "held_on": "2026-03-18", "place": "村委会", "forms": ["door_to_door"], "sessions": "1",
    "people_reached": "120余", "leaflets": "300",
}  # fmt: skip


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=("west", "east"), settings=(LAYOUT,)))
    for key in ("s1", "p1"):
        world.act("clerk-west", world.task(key, "west")["ref"], "accept")
    world.move_to("2026-03-25", "10:00")


def draft(world: World) -> str:
    ref: str = world.value(
        "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id"
        " WHERE n.kind = 'supervision_notice' AND n.gathering AND u.key = 'west'"
    )
    return ref


def approved(world: World) -> str:
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("sup2", ref, "approve")
    return ref


def issued(world: World) -> str:
    ref = approved(world)
    world.act_on_notice("sup1", ref, "issue")
    return ref


def printed(world: World, ref: str, who: str = "sup1") -> PrintedPaper:
    return world.container.printing.compose(world.viewer(who), notice_ref=ref)


def alter(world: World, statement: str) -> None:
    with world.container.uows() as uow:
        uow.session.execute(text(statement))
        uow.commit()


def test_a_draft_is_printed_as_one_for_the_office_and_for_nobody_else(world: World) -> None:
    ref = draft(world)
    assert printed(world, ref).marks == (MARK_DRAFT,)
    for who in ("clerk-west", "clerk-east"):
        with pytest.raises(NotFound):
            printed(world, ref, who)


def test_unit_and_office_print_the_same_paper_and_its_lines_are_the_stored_list(world: World) -> None:
    ref = issued(world)
    assert printed(world, ref, "clerk-west") == printed(world, ref)
    stored = world.rows("SELECT text FROM notice_item WHERE struck_at IS NULL AND notice_id = (SELECT id FROM notice WHERE ref = :ref) ORDER BY position", ref=ref)  # fmt: skip
    lines = "\n".join(line.text for line in printed(world, ref).lines)
    assert [row["text"] in lines for row in stored] == [True, True]
    assert printed(world, ref).number == "测督〔2026〕1号"
    assert printed(world, ref).letterhead == "测试镇人民政府文件"


def test_the_same_paper_has_the_same_bytes(world: World) -> None:
    ref, viewer = issued(world), world.viewer("sup1")
    service = world.container.printing
    assert service.print_paper(viewer, notice_ref=ref) == service.print_paper(viewer, notice_ref=ref)


@pytest.mark.parametrize(
    "altered",
    [
        "UPDATE notice SET body = body || '另罚款。' WHERE printed_number IS NOT NULL",
        "UPDATE notice SET title = '处分决定' WHERE printed_number IS NOT NULL",
        "UPDATE notice_item SET text = '改过的事项' WHERE id = (SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.printed_number IS NOT NULL)",
        "UPDATE notice_item SET struck_at = now() WHERE id = (SELECT min(i.id) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.printed_number IS NOT NULL)",
        "INSERT INTO notice_item (notice_id, position, text, strike_reason, measure, leader)"
        " SELECT id, 99, '多出来的事项', '', '', '' FROM notice WHERE printed_number IS NOT NULL",
    ],
)
def test_what_was_altered_after_approval_is_not_printed(world: World, altered: str) -> None:
    ref = issued(world)
    alter(world, altered)
    with pytest.raises(PaperAltered, match="与批准时的不一致"):
        printed(world, ref)


def test_what_was_struck_at_issue_is_not_on_the_paper_and_the_hash_still_holds(world: World) -> None:
    ref = approved(world)
    task = world.task("p1", "west")["ref"]
    world.act("clerk-west", task, "report", PUBLICITY_RETURN)
    world.act("sup1", task, "approve")
    assert world.act_on_notice("sup1", ref, "issue").struck == 1
    for who in ("sup1", "clerk-west"):
        lines = "\n".join(line.text for line in printed(world, ref, who).lines)
        assert ("摸排" in lines, "宣传" in lines) == (True, False)


def test_the_clocks_start_is_printed_once_the_paper_is_accepted(world: World) -> None:
    ref = issued(world)
    assert len(printed(world, ref).notes) == 1
    world.act_on_notice("clerk-west", ref, "accept")
    said = printed(world, ref).notes[1]
    assert "clerk-west于2026年3月25日10时00分在系统签收，回复期限自签收起算，至2026年4月1日" in said
    assert "请于签收后5个工作日内书面回复。" in [line.text for line in printed(world, ref).lines], (
        "the paper stays as issued"
    )


def test_a_voided_paper_says_so_on_every_page_with_the_reason(world: World) -> None:
    ref = issued(world)
    world.act_on_notice("boss", ref, "void", reason="事实不清，重新核实")
    assert printed(world, ref).marks == ("已作废（2026年3月25日，事实不清，重新核实）",)
    assert printed(world, ref).number == "测督〔2026〕1号"


def test_a_later_layout_does_not_reach_back_to_what_was_issued(world: World) -> None:
    ref = issued(world)
    alter(world, """UPDATE campaign SET settings = settings || '{"paper_layout": {"letterhead": "新机关文件"}}'""")
    alter(world, "UPDATE office SET name = '新办公室'")
    assert printed(world, ref).letterhead == "测试镇人民政府文件"
    assert printed(world, ref).office != "新办公室"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "东" * 60, "<w:p/>&amp;\u202e村"])
def test_a_strange_name_and_two_hundred_lines_are_printed_as_they_stand_and_vouched_for(
    world: World, tmp_path: Path, name: str
) -> None:
    ref = draft(world)
    alter(world, f"UPDATE unit_name SET name = '{name.replace(chr(39), chr(39) * 2)}' WHERE name = 'west村'")
    alter(
        world,
        "INSERT INTO notice_item (notice_id, position, text, strike_reason, measure, leader)"
        f" SELECT n.id, 10 + s, '第' || s || '处未整改', '', '', '' FROM notice n, generate_series(1, 198) s WHERE n.ref = '{ref}'",
    )
    issued(world)
    paper = printed(world, ref)
    assert (paper.recipient, len([line for line in paper.lines if "处未整改" in line.text])) == (name, 198)
    code, said = check(take(world, ref), tmp_path)
    assert (code, "正文和200项事项与批准的内容一致" in said) == (0, True), said
