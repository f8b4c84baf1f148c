"""People move tasks: once, on a page that is up to date, with a reason where one is due, and only their own."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound, StaleVersion, TransitionNotAllowed

DUE = "units: [各村], due: {by_date: 2026-03-20}"
SURVEY = f"{{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, {DUE}}}"
RETURN = f"{{key: t1, ordinal: （二）, title: 报送, text: 报送, workflow: return, {DUE}}}"
SURVEY_RETURN: dict[str, object] = {
    "category": "rental", "should_check": "80", "should_check.as_of": "2026-03-02", "checked": "80",
}  # fmt: skip
MONTHLY: dict[str, object] = {
    "title": "月报", "as_of": "2026-03-02", "summary": "无", "actions": "0", "problems_found": "0",
}  # fmt: skip


def problem(row: int, place: str) -> dict[str, object]:
    values = {
        "place": place, "kind": "not_registered", "risk_grade": "high", "description": "没有登记", "measure": "补登记",
        "leader": "村主任", "limit_on": "2026-04-10",
    }  # fmt: skip
    return {f"problems.{row}.{name}": value for name, value in values.items()}


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY, RETURN]))


@pytest.fixture
def ref(world: World) -> str:
    """The survey of west, accepted."""
    ref: str = world.task("s1", "west")["ref"]
    world.act("clerk-west", ref, "accept")
    return ref


def apply(world: World, person: str, ref: str, transition: str, version: int, **more: object):
    return world.container.tasks.apply_transition(
        world.viewer(person), task_ref=ref, transition=transition, expected_version=version, **more
    )


def state(world: World, ref: str) -> tuple[str, int]:
    (row,) = world.rows("SELECT state, version FROM task WHERE ref = :ref", ref=ref)
    return row["state"], row["version"]


def moves(world: World, ref: str) -> list[str]:
    rows = world.rows(
        "SELECT e.payload ->> 'transition' AS name FROM event e JOIN stream s ON s.id = e.stream_id"
        " JOIN task t ON t.id = s.subject_id WHERE s.kind = 'task' AND t.ref = :ref AND e.kind = 'task.moved'"
        " ORDER BY e.seq",
        ref=ref,
    )
    return [row["name"] for row in rows]


def test_a_stale_page_is_told_the_present_state_and_changes_nothing(world: World, ref: str) -> None:
    _, old = state(world, ref)
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    before = state(world, ref)
    with pytest.raises(StaleVersion, match="现在的状态是“核查中”"):
        apply(world, "head-west", ref, "report", old, given=SURVEY_RETURN)
    assert state(world, ref) == before


def test_a_double_click_is_one_report(world: World, ref: str) -> None:
    _, version = state(world, ref)
    given = SURVEY_RETURN | problem(0, "一组")
    first = apply(world, "clerk-west", ref, "report", version, given=given)
    again = apply(world, "clerk-west", ref, "report", version, given=given)
    assert (first.repeated, again.repeated) == (False, True)
    assert (again.state, again.version) == (first.state, first.version)
    assert moves(world, ref) == ["accept", "report"]
    assert world.value("SELECT count(*) FROM submission") == 1
    assert world.value("SELECT count(*) FROM task WHERE workflow_key = 'rectification'") == 1


def test_each_problem_opens_one_item_even_when_the_return_is_sent_back_and_filled_again(world: World, ref: str) -> None:
    given = SURVEY_RETURN | problem(0, "一组") | problem(1, "二组")
    assert world.act("clerk-west", ref, "report", given).opened == 2
    world.act("sup1", ref, "return", reason="漏报三组")
    assert world.act("clerk-west", ref, "report", given | problem(2, "三组")).opened == 1
    world.act("sup1", ref, "return", reason="再核一遍")
    assert world.act("clerk-west", ref, "report", given | problem(2, "三组 ")).opened == 0
    items = world.rows("SELECT state, due_on, parent_id FROM task WHERE workflow_key = 'rectification'")
    assert len(items) == world.value("SELECT count(*) FROM problem") == 3
    assert {(row["state"], str(row["due_on"])) for row in items} == {("rectifying", "2026-04-10")}


def test_an_item_is_signed_off_by_the_supervisors_and_waits_for_its_look_back(world: World, ref: str) -> None:
    world.act("clerk-west", ref, "report", SURVEY_RETURN | problem(0, "一组"))
    item = world.value("SELECT ref FROM task WHERE workflow_key = 'rectification'")
    world.act("clerk-west", item, "report", {"result": "已补登记", "done_on": "2026-03-02"})
    world.act("sup1", item, "start_recheck")
    world.act("sup1", item, "sign_off", {"rechecked_on": "2026-03-02", "manner": "on_site", "opinion": "合格"})
    (row,) = world.rows("SELECT state, done, final FROM task WHERE ref = :ref", ref=item)
    assert row == {"state": "closed", "done": True, "final": False}
    world.act("sup1", item, "relapse", reason="又没有登记")
    (row,) = world.rows("SELECT state, done, severity_raise, done_at FROM task WHERE ref = :ref", ref=item)
    assert row == {"state": "rectifying", "done": False, "severity_raise": 1, "done_at": None}


@pytest.mark.parametrize("stranger", ["clerk-east", "head-east"])
def test_a_neighbours_task_does_not_exist(world: World, ref: str, stranger: str) -> None:
    with pytest.raises(NotFound) as hidden:
        world.act(stranger, ref, "report", SURVEY_RETURN)
    with pytest.raises(NotFound) as absent:
        apply(world, stranger, "RW-2026-9999", "report", 1)
    assert hidden.value.sentence.replace(ref, "X") == absent.value.sentence.replace("RW-2026-9999", "X")
    with pytest.raises(NotFound):
        world.container.tasks.allowed(world.viewer(stranger), ref)


@pytest.mark.parametrize("reason", ["", "  \n", "\x00"])
def test_sending_back_needs_a_reason(world: World, ref: str, reason: str) -> None:
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    before = state(world, ref)
    with pytest.raises(InvalidInput) as refused:
        world.act("sup1", ref, "return", reason=reason)
    assert refused.value.by_field() == {"reason": "“退回重报”需要写明理由。"}
    assert state(world, ref) == before


def test_a_reason_that_is_too_long_is_refused_with_its_length(world: World, ref: str) -> None:
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    with pytest.raises(InvalidInput) as refused:
        world.act("sup1", ref, "return", reason="长" * 1001)
    assert "1001" in refused.value.by_field()["reason"]


def test_a_form_that_does_not_add_up_is_refused_at_its_field_and_nothing_changes(world: World, ref: str) -> None:
    before = state(world, ref)
    with pytest.raises(InvalidInput) as refused:
        world.act("clerk-west", ref, "report", SURVEY_RETURN | {"checked": "81"})
    assert list(refused.value.by_field()) == ["checked"]
    assert state(world, ref) == before
    assert world.value("SELECT count(*) FROM submission") == 0


def test_a_move_that_is_not_the_viewers_is_refused_by_a_sentence(world: World, ref: str) -> None:
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    with pytest.raises(NotAllowed, match="审核通过"):
        world.act("clerk-west", ref, "approve")
    with pytest.raises(TransitionNotAllowed):
        world.act("clerk-west", ref, "accept")
    with pytest.raises(TransitionNotAllowed):
        world.act("clerk-west", ref, "no_such_step")


def test_who_is_told_of_a_report_a_return_and_an_approval(world: World, ref: str) -> None:
    told_before = len(world.told())
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    world.act("sup1", ref, "return", reason="漏报")
    world.act("clerk-west", ref, "report", SURVEY_RETURN)
    world.act("sup2", ref, "approve")
    assert [(who, what) for _, who, what in world.told()[told_before:]] == [
        ("sup1", "to_review"), ("sup2", "to_review"), ("clerk-west", "returned"), ("sup1", "to_review"),
        ("sup2", "to_review"), ("clerk-west", "approved"),
    ]  # fmt: skip


def test_a_task_that_was_withdrawn_is_over_and_silent(world: World, ref: str) -> None:
    with pytest.raises(NotAllowed):
        world.act("sup1", ref, "withdraw", reason="并入下月")
    with pytest.raises(InvalidInput):
        world.act("office1", ref, "withdraw")
    world.act("office1", ref, "withdraw", reason="并入下月")
    assert state(world, ref)[0] == "withdrawn"
    assert world.container.tasks.allowed(world.viewer("clerk-west"), ref) == ()
    task_id = world.task("s1", "west")["id"]
    clocks = world.rows("SELECT status, next_fire_at FROM clock WHERE task_id = :id", id=task_id)
    assert {(row["status"], row["next_fire_at"]) for row in clocks} == {("done", None)}
    world.move_to("2026-04-10")
    assert world.value("SELECT count(*) FROM firing WHERE task_id = :id", id=task_id) == 0


def test_a_papers_task_is_handled_on_the_papers_page(world: World, ref: str) -> None:
    world.move_to("2026-03-25")
    paper = world.rows("SELECT t.ref, t.version FROM task t JOIN notice n ON n.task_id = t.id ORDER BY t.id")[0]
    with pytest.raises(NotFound, match="文书页面"):
        apply(world, "sup1", paper["ref"], "seal", paper["version"])


# -- separation


def double_campaign(*, supervisors: str = "", separation: bool = True) -> str:
    """A campaign in which clerk-west is a supervisor too; `supervisors` names which of the others stay."""
    lines = small_campaign(measures=[RETURN], villages=("west",), separation=separation).splitlines()
    kept = [line for line in lines if "role: supervisor" not in line or any(s in line for s in supervisors.split())]
    text = "\n".join(kept)
    return text.replace(
        "posts: [{role: liaison, unit: west}]", "posts: [{role: liaison, unit: west}, {role: supervisor, unit: office}]"
    )


def reported(url: str, text: str) -> tuple[World, str]:
    world = World(url, start=morning("2026-03-02"))
    world.load(text)
    ref: str = world.task("t1", "west")["ref"]
    world.act("clerk-west", ref, "accept")
    world.act("clerk-west", ref, "report", MONTHLY)
    return world, ref


def test_whoever_reported_may_not_approve_in_whatever_post(fresh_database_url: str) -> None:
    world, ref = reported(fresh_database_url, double_campaign(supervisors="sup1"))
    with world:
        with pytest.raises(TransitionNotAllowed, match="另一个人"):
            world.act("clerk-west", ref, "approve")
        offered = world.container.tasks.allowed(world.viewer("clerk-west"), ref)
        assert "approve" not in [transition.name for transition in offered]
        assert world.act("sup1", ref, "approve").state == "completed"


def test_where_nobody_else_is_left_one_person_may_with_a_reason_on_record(fresh_database_url: str) -> None:
    world, ref = reported(fresh_database_url, double_campaign())
    with world:
        with pytest.raises(InvalidInput):
            world.act("clerk-west", ref, "approve")
        assert world.act("clerk-west", ref, "approve", reason="督导员空缺").state == "completed"
        doers = world.rows(
            "SELECT e.payload ->> 'transition' AS name, e.payload ->> 'reason' AS reason, e.person_id FROM event e"
            " JOIN stream s ON s.id = e.stream_id JOIN task t ON t.id = s.subject_id"
            " WHERE t.ref = :ref AND e.kind = 'task.moved' AND s.kind = 'task' ORDER BY e.seq",
            ref=ref,
        )
        clerk = world.person_ids["clerk-west"]
        own = [(row["name"], row["reason"]) for row in doers if row["person_id"] == clerk]
        assert own == [("accept", ""), ("report", ""), ("approve", "督导员空缺")]


def test_a_campaign_may_switch_separation_off(fresh_database_url: str) -> None:
    world, ref = reported(fresh_database_url, double_campaign(supervisors="sup1", separation=False))
    with world:
        assert world.act("clerk-west", ref, "approve").state == "completed"
