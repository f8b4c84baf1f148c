"""更正: a successor that names the paper; the corrected one stays, says so, and no number is used twice."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.late_village import bring_late, draft, sign
from tests.support.world import World
from tracker.domain.errors import CannotIssue, InvalidInput, NotAllowed, NotFound, TransitionNotAllowed

CHANGE = "原“逾期3个工作日”更正为“逾期2个工作日”。"


@standing_world()
def world(world: World) -> None:
    bring_late(world)


def begin(world: World, ref: str, who: str = "sup1") -> str:
    return world.container.corrections.begin(world.viewer(who), notice_ref=ref, reason="天数算错").ref


def add_line(world: World, ref: str, text: str = CHANGE) -> None:
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=ref)
    world.container.notices.add_item(world.viewer("sup1"), notice_ref=ref, expected_version=version, text=text)


def corrected(world: World) -> tuple[str, str]:
    first = draft(world)
    sign(world, first)
    second = begin(world, first)
    add_line(world, second)
    sign(world, second)
    return first, second


def test_a_correction_has_the_next_number_names_the_paper_and_leaves_it_as_it_was(world: World) -> None:
    first, second = corrected(world)
    numbers = world.rows("SELECT ref, printed_number FROM notice ORDER BY number")
    assert [(row["ref"], row["printed_number"]) for row in numbers] == [
        (first, "测督〔2026〕1号"), (second, "测督〔2026〕2号"),
    ]  # fmt: skip
    printing, viewer = world.container.printing, world.viewer("clerk-west")
    old, new = (printing.compose(viewer, notice_ref=ref) for ref in (first, second))
    assert old.marks == ("已由测督〔2026〕2号更正",)
    assert "".join(new.title) == "关于更正测督〔2026〕1号督导通知书有关内容的通知"
    said = [line.text for line in new.lines]
    assert said[0].startswith("现将测督〔2026〕1号《")
    assert said[1:] == [CHANGE, "其余内容不变，以本更正为准。"]
    assert world.value("SELECT t.state FROM notice n JOIN task t ON t.id = n.task_id WHERE n.ref = :ref", ref=first) == "issued"  # fmt: skip


def test_the_corrected_papers_own_record_says_by_which_and_all_records_hold(world: World) -> None:
    first, second = corrected(world)
    (row,) = world.rows("SELECT e.payload, n.ref FROM event e JOIN stream s ON s.id = e.stream_id JOIN notice n ON n.id = s.subject_id WHERE e.kind = 'notice.corrected' AND s.kind = 'notice'")  # fmt: skip
    assert (row["ref"], row["payload"]) == (first, {"by": second, "number": "测督〔2026〕2号"})
    assert world.container.ledger.verify().faults == ()
    assert world.container.audits.audit().clean


def test_a_correction_is_accepted_and_filed_and_asks_for_no_answer(world: World) -> None:
    _, second = corrected(world)
    world.act_on_notice("clerk-west", second, "accept")
    assert world.act_on_notice("sup2", second, "close").state == "closed"


def test_whoever_begins_it_does_not_approve_it(world: World) -> None:
    first = draft(world)
    sign(world, first)
    second = begin(world, first, who="sup2")
    add_line(world, second)
    world.act_on_notice("sup1", second, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup2", second, "approve")
    assert world.act_on_notice("boss", second, "approve").state == "approved"


def test_one_paper_has_one_correction_in_draft_and_may_have_several_issued(world: World) -> None:
    first, second = corrected(world)
    third = begin(world, first)
    assert begin(world, first, who="sup2") == third != second
    add_line(world, third)
    assert sign(world, third) == "测督〔2026〕3号"
    marks = world.container.printing.compose(world.viewer("sup1"), notice_ref=first).marks
    assert marks == ("已由测督〔2026〕2号更正", "已由测督〔2026〕3号更正")


def test_a_correction_that_no_longer_names_the_paper_is_not_put_up(world: World) -> None:
    first = draft(world)
    sign(world, first)
    second = begin(world, first)
    add_line(world, second)
    version = world.value("SELECT version FROM notice WHERE ref = :ref", ref=second)
    world.container.notices.edit_draft(
        world.viewer("sup1"), notice_ref=second, expected_version=version, title="更正通知", body="更正如下："
    )
    with pytest.raises(CannotIssue) as refused:
        world.act_on_notice("sup1", second, "seal")
    assert "测督〔2026〕1号" in refused.value.reasons[0]


def test_what_is_voided_meanwhile_is_not_corrected_and_gives_no_number_back(world: World) -> None:
    first = draft(world)
    sign(world, first)
    second = begin(world, first)
    add_line(world, second)
    world.act_on_notice("sup1", second, "seal")
    world.act_on_notice("sup2", second, "approve")
    world.act_on_notice("boss", first, "void", reason="整份有误")
    with pytest.raises(CannotIssue, match="作废或撤销"):
        world.act_on_notice("sup1", second, "issue")
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=first) == "测督〔2026〕1号"
    assert world.value("SELECT last_number FROM number_series") == 1


def test_a_voided_correction_corrects_nothing_any_more(world: World) -> None:
    first, second = corrected(world)
    world.act_on_notice("boss", second, "void", reason="更正有误")
    assert world.container.printing.compose(world.viewer("sup1"), notice_ref=first).marks == ()


def test_drafts_need_none_units_make_none_and_a_reason_is_asked(world: World) -> None:
    with pytest.raises(CannotIssue, match="直接修改草稿"):
        begin(world, draft(world))
    with pytest.raises(NotFound):
        begin(world, draft(world), who="clerk-west")
    sign(world, draft(world))
    with pytest.raises(NotAllowed):
        begin(world, draft(world), who="clerk-west")
    with pytest.raises(InvalidInput):
        world.container.corrections.begin(world.viewer("sup1"), notice_ref=draft(world), reason="  ")


def test_the_unit_does_not_know_of_a_correction_before_it_is_issued(world: World) -> None:
    first = draft(world)
    sign(world, first)
    second = begin(world, first)
    with pytest.raises(NotFound):
        world.container.printing.compose(world.viewer("clerk-west"), notice_ref=second)
    assert world.container.printing.compose(world.viewer("clerk-west"), notice_ref=first).marks == ()
