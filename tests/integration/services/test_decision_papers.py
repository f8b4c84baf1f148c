"""延期批复, 销号意见, 摘牌通知, 撤销通知: what was decided, put on paper, and only while the decision stands."""

from __future__ import annotations

import pytest

from tests.support.contested import serve
from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import CannotIssue, NotAllowed, NotFound, TransitionNotAllowed

MEASURES = [
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: z1, ordinal: （二）, title: 整改, text: 整改, workflow: rectification, units: [各村], due: {by_date: 2026-03-20}}",
]
RESULT: dict[str, object] = {"result": "已整改到位", "done_on": "2026-03-10"}
OPINION: dict[str, object] = {"rechecked_on": "2026-03-10", "manner": "on_site", "opinion": "整改到位"}


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=("west",)))
    world.move_to("2026-03-10", "10:00")
    for key in ("s1", "z1"):
        world.act("clerk-west", world.task(key, "west")["ref"], "accept")


def version(world: World, ref: str) -> int:
    found: int = world.value("SELECT version FROM task WHERE ref = :ref", ref=ref)
    return found


def extend(world: World, *, grant: bool) -> str:
    ref: str = world.task("s1", "west")["ref"]
    world.container.extensions.ask(
        world.viewer("clerk-west"), task_ref=ref, expected_version=version(world, ref), wanted_on="2026-03-27",
        reason="人手不足", progress="已过半",
    )  # fmt: skip
    world.container.extensions.decide(
        world.viewer("sup1"), task_ref=ref, expected_version=version(world, ref), grant=grant, granted_on="2026-03-26",
        reason="情况属实" if grant else "时间充裕",
    )  # fmt: skip
    return ref


def sign_off(world: World) -> str:
    ref: str = world.task("z1", "west")["ref"]
    world.act("clerk-west", ref, "report", RESULT)
    world.act("sup1", ref, "start_recheck")
    world.act("sup1", ref, "sign_off", OPINION)
    return ref


def begin(world: World, ref: str, who: str = "sup1"):
    (one,) = [one for one in world.container.decision_papers.offered(world.viewer(who), task_ref=ref) if not one.ref]
    return world.container.decision_papers.begin(world.viewer(who), task_ref=ref, kind=one.kind, which=one.which)


def issued(world: World, ref: str) -> str:
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "approve")
    world.act_on_notice("sup1", ref, "issue")
    number: str = world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=ref)
    return number


def lines(world: World, ref: str) -> str:
    paper = world.container.printing.compose(world.viewer("sup1"), notice_ref=ref)
    return "\n".join([*paper.title, *(line.text for line in paper.lines)])


def test_a_granted_extension_is_answered_on_paper_with_both_dates_and_closed_by_signing_for_it(world: World) -> None:
    ref = extend(world, grant=True)
    draft = begin(world, ref).ref
    assert issued(world, draft) == "测延〔2026〕1号"
    said = lines(world, draft)
    for words in ("延期申请的批复", ref, "由2026年3月20日延至2026年3月26日", "情况属实。"):
        assert words in said
    assert world.act_on_notice("clerk-west", draft, "accept").state == "closed"
    assert world.value("SELECT final FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=draft)


def test_a_refused_extension_is_answered_with_the_old_date_and_the_reason(world: World) -> None:
    draft = begin(world, extend(world, grant=False)).ref
    assert "不同意延期，仍按原期限2026年3月20日办理。理由：时间充裕。" in lines(world, draft)


def test_the_paper_moves_no_date_that_the_decision_did_not(world: World) -> None:
    ref = extend(world, grant=True)
    before = world.rows("SELECT k.name, k.due_on, k.occurrence FROM clock k JOIN task t ON t.id = k.task_id WHERE t.ref = :ref ORDER BY k.id", ref=ref)  # fmt: skip
    issued(world, begin(world, ref).ref)
    after = world.rows("SELECT k.name, k.due_on, k.occurrence FROM clock k JOIN task t ON t.id = k.task_id WHERE t.ref = :ref ORDER BY k.id", ref=ref)  # fmt: skip
    assert after == before


def test_a_sign_off_is_put_on_paper_and_whoever_drafts_does_not_approve(world: World) -> None:
    draft = begin(world, sign_off(world)).ref
    world.act_on_notice("sup2", draft, "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup1", draft, "approve")
    world.act_on_notice("boss", draft, "approve")
    world.act_on_notice("sup1", draft, "issue")
    assert "经实地查看复查" in lines(world, draft)
    assert "整改到位。同意销号，销号日期为2026年3月10日。" in lines(world, draft)


def test_a_sign_off_that_fell_is_not_put_on_paper_any_more(world: World) -> None:
    item = sign_off(world)
    draft = begin(world, item).ref
    world.act_on_notice("sup1", draft, "seal")
    world.act_on_notice("boss", draft, "approve")
    world.act("sup1", item, "relapse", reason="又反弹")
    with pytest.raises(CannotIssue, match="还不能办理"):
        world.act_on_notice("sup1", draft, "issue")
    assert world.value("SELECT printed_number FROM notice WHERE ref = :ref", ref=draft) is None


def test_one_decision_has_one_paper_and_a_discarded_draft_lets_another_begin(world: World) -> None:
    ref = extend(world, grant=True)
    first = begin(world, ref)
    kind, which = world.container.decision_papers.offered(world.viewer("sup2"), task_ref=ref)[0].kind, "extension:1"
    again = world.container.decision_papers.begin(world.viewer("sup2"), task_ref=ref, kind=kind, which=which)
    assert (again.ref, again.existing) == (first.ref, True)
    world.act_on_notice("sup1", first.ref, "discard", reason="不用了")
    assert begin(world, ref).ref != first.ref


def test_a_unit_begins_none_and_sees_a_paper_from_its_issue_on(world: World) -> None:
    ref = extend(world, grant=True)
    offered = world.container.decision_papers.offered
    with pytest.raises(NotAllowed):
        world.container.decision_papers.begin(
            world.viewer("clerk-west"), task_ref=ref, kind="extension_reply", which="extension:1"
        )
    draft = begin(world, ref).ref
    assert offered(world.viewer("clerk-west"), task_ref=ref) == ()
    number = issued(world, draft)
    (seen,) = offered(world.viewer("clerk-west"), task_ref=ref)
    assert (seen.number, seen.may_begin) == (number, False)


def test_nothing_is_put_on_paper_that_nobody_decided(world: World) -> None:
    ref = world.task("s1", "west")["ref"]
    for kind, which in (("extension_reply", "extension:1"), ("sign_off_opinion", ""), ("revocation", "ended")):
        with pytest.raises(CannotIssue):
            world.container.decision_papers.begin(world.viewer("sup1"), task_ref=ref, kind=kind, which=which)


@pytest.mark.slow
def test_a_voided_paper_is_revoked_by_one_that_names_its_number_and_takes_the_next_of_its_series(world: World) -> None:
    world.move_to("2026-03-25", "10:00")
    paper = serve(world)
    world.act_on_notice("boss", paper, "void", reason="发错单位")
    (task,) = world.rows("SELECT t.ref FROM task t JOIN notice n ON n.task_id = t.id WHERE n.ref = :ref", ref=paper)
    draft = begin(world, task["ref"]).ref
    assert issued(world, draft) == "测督〔2026〕2号"
    assert "撤销测督〔2026〕1号，文中要求不再执行，该文号不再使用。理由：发错单位。" in lines(world, draft)


def test_without_a_number_word_the_draft_is_not_begun_at_all(fresh_database_url: str) -> None:
    text = small_campaign(measures=MEASURES, villages=("west",)).replace("extension_reply: 测延, ", "")
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(text)
        world.act("clerk-west", world.task("s1", "west")["ref"], "accept")
        with pytest.raises(CannotIssue) as refused:
            begin(world, extend(world, grant=True))
        assert "没有设定延期批复的机关代字" in refused.value.reasons[0]
        assert world.value("SELECT count(*) FROM notice") == 0


def test_a_neighbours_person_finds_nothing(world: World) -> None:
    ref = extend(world, grant=True)
    stranger = world.viewer("clerk-west").__class__(world.viewer("clerk-west").actor.__class__(9999, None, ()))
    with pytest.raises(NotFound):
        world.container.decision_papers.offered(stranger, task_ref=ref)
