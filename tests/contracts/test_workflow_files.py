"""The shipped workflows and ladders load, and keep what the services rely on."""

import re

import pytest

from tracker.definitions.calendar_seed import seed_days
from tracker.definitions.catalog import SHIPPED, ladder_from_content, load_catalog, workflow_from_content
from tracker.definitions.checks import ANSWER_TRANSITIONS, PAPER_TRANSITIONS
from tracker.definitions.drawing import draw_workflow
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.definition import FieldType
from tracker.domain.errors import TransitionNotAllowed
from tracker.domain.machine import ENGINE, compile_edges, plan_transition
from tracker.domain.values import WaitsFor

CATALOG = load_catalog(SHIPPED)
ALL_PARTIES = frozenset({"unit", "supervisor", "office", "leader", ENGINE})

each_workflow = pytest.mark.parametrize("key", sorted(CATALOG.workflows))


#: Every kind of duty that the plans name: where its runs end, and whose step must be another person's than whose.
DUTIES = {
    "survey": ({"completed"}, "approve", "report"),
    "publicity": ({"completed"}, "approve", "report"),
    "return": ({"completed"}, "approve", "report"),
    "rectification": ({"archived"}, "sign_off", "report"),
    "crackdown": ({"completed"}, "approve", "report"),
    "control": ({"completed"}, "pass_sampling", "report"),
    "pledge_signing": ({"completed"}, "approve", "report"),
    "training": ({"completed"}, "approve", "report"),
    "meeting": ({"completed"}, "approve", "report"),
    "lead_check": ({"closed"}, "close", "feed_back"),
    "look_back_inquiry": ({"transferred", "no_fault"}, "transfer", "conclude"),
    "inspection": ({"completed"}, "confirm", "record"),
    "summary": ({"completed"}, "approve", "report"),
    "sub_plan": ({"recorded"}, "approve", "report"),
}


def test_the_spine_is_shipped():
    papers = {key for key, workflow in CATALOG.workflows.items() if workflow.paper}
    assert papers == {
        "supervision_notice", "supervision_letter", "interview_notice", "rectification_notice", "urge_notice", "circular", "yellow_card",
        "red_card", "listing", "correction", "extension_reply", "sign_off_opinion", "delisting", "revocation", "reminder_letter",
    }  # fmt: skip
    assert CATALOG.workflows.keys() >= papers | DUTIES.keys()
    assert CATALOG.ladders.keys() >= {
        "standard",
        "accept_gently",
        "reply_firmly",
        "wake_reviewer",
        "look_back",
    }


@each_workflow
def test_the_compiled_table_is_what_transitions_does(key):
    workflow = CATALOG.workflows[key]
    table = compile_edges(workflow)
    for state in workflow.states:
        for transition in workflow.transitions:
            try:
                planned = plan_transition(
                    workflow,
                    state=state,
                    transition=transition.name,
                    parties=ALL_PARTIES,
                    person_id=1,
                    last_doers={},
                )
            except TransitionNotAllowed:
                planned = None
            assert table.get((state, transition.name)) is planned


@each_workflow
def test_a_stored_version_is_read_back_whole(key):
    workflow = CATALOG.workflows[key]
    assert workflow_from_content(CATALOG.sources[f"workflow/{key}"]) == workflow


@pytest.mark.parametrize("key", sorted(CATALOG.ladders))
def test_a_stored_ladder_is_read_back_whole(key):
    assert ladder_from_content(CATALOG.sources[f"ladder/{key}"]) == CATALOG.ladders[key]


@each_workflow
def test_whoever_is_waited_for_has_a_move_and_a_clock(key):
    workflow = CATALOG.workflows[key]
    timed = {state for clock in workflow.clocks.values() for state in clock.runs_in}
    for name, state in workflow.states.items():
        if state.final:
            assert state.waits_for is WaitsFor.NOBODY
            continue
        moves = [one for one in workflow.transitions if name in one.sources]
        if state.done and state.waits_for is WaitsFor.NOBODY:
            # The duty is met and rests; the engine ends it with the task that it hangs on.
            assert any("engine" in one.by for one in moves), name
            continue
        waited_for = {state.waits_for.value}
        if name == "accepted" and key == "interview_notice":
            waited_for = {"supervisor"}  # The unit is to come; the supervisors record that it came.
        assert any(waited_for & one.by for one in moves), name
        assert name in timed, f"nobody is reminded in {name}"


@each_workflow
def test_sending_back_needs_a_reason(key):
    for one in CATALOG.workflows[key].transitions:
        goes_back = one.name.startswith(("return", "send_back", "fail", "relapse", "withdraw", "void", "discard"))
        judges = key == "objection" and one.name in ("ask_more", "uphold", "reject")
        assert (one.reason == "required") == (goes_back or judges), one.name


@each_workflow
def test_photos_and_files_are_never_demanded(key):
    for form in CATALOG.workflows[key].forms.values():
        assert not [field.name for field in form.fields if field.type is FieldType.FILES and field.required]


def test_papers_share_the_moves_that_code_calls_by_name():
    for workflow in CATALOG.workflows.values():
        if workflow.paper:
            names = {one.name for one in workflow.transitions}
            assert names >= set(PAPER_TRANSITIONS)
            assert names & set(ANSWER_TRANSITIONS) in (set(), set(ANSWER_TRANSITIONS))
            approve = workflow.transition("approve")
            assert approve.unless_same_person_as == {"seal", "edit"}
            assert workflow.clocks["decide"].runs_in == {"gathering", "sealed", "approved"}


@pytest.mark.parametrize("key", sorted(DUTIES))
def test_whoever_reports_does_not_sign_off(key):
    _, signing, reporting = DUTIES[key]
    assert CATALOG.workflows[key].transition(signing).unless_same_person_as >= {reporting}


@pytest.mark.parametrize("key", sorted(DUTIES))
def test_a_duty_ends_done_or_withdrawn_and_every_state_is_reached(key):
    workflow = CATALOG.workflows[key]
    assert {name for name, state in workflow.states.items() if state.final} == DUTIES[key][0] | {"withdrawn"}
    assert all(workflow.states[name].done for name in DUTIES[key][0])
    reached, steps = {workflow.initial}, compile_edges(workflow)
    while fresh := {one.target for (state, _), one in steps.items() if state in reached} - reached:
        reached |= fresh
    assert reached == workflow.states.keys()


@each_workflow
def test_what_a_unit_may_be_blamed_for_rests_while_it_is_contested(key):
    for clock in CATALOG.workflows[key].clocks.values():
        ladder = CATALOG.ladders.get(clock.ladder)  # None: only a campaign gives one, and it looks back in one moment
        raises = ladder is not None and any(rung.raises for rung in ladder.rungs)
        assert not raises or "objection_pending" in clock.pauses_for, clock.name


def test_whoever_had_a_hand_in_a_paper_does_not_judge_the_objection_to_it():
    workflow = CATALOG.workflows["objection"]
    for one in workflow.transitions:
        if "supervisor" in one.by:
            assert one.unless_same_person_as == {"paper", "file"}, one.name
    assert {state for state, one in workflow.states.items() if one.done} == {"upheld", "rejected"}


def test_every_paper_can_be_superseded_wherever_it_can_be_voided():
    for workflow in CATALOG.workflows.values():
        if workflow.paper:
            assert workflow.transition("supersede").sources == workflow.transition("void").sources, workflow.key
            assert workflow.transition("supersede").by == {"engine"}


@each_workflow
def test_no_field_asks_for_a_private_person(key):
    words = ("姓名", "举报人", "身份证", "手机号", "联系电话", "银行卡号", "住址")
    for form in CATALOG.workflows[key].forms.values():
        assert not [field.title for field in form.fields if any(word in field.title for word in words)]


def test_a_relapse_gives_the_finish_clock_its_next_occurrence():
    relapse = CATALOG.workflows["rectification"].transition("relapse")
    assert relapse.next_occurrence
    assert relapse.target in CATALOG.workflows["rectification"].clocks["finish"].runs_in


def test_finish_clocks_survive_a_return_and_accept_clocks_start_anew():
    survey = CATALOG.workflows["survey"].clocks
    assert not survey["finish"].restarts
    assert survey["finish"].within is None
    assert survey["accept"].restarts
    assert survey["finish"].pauses_for == {"extension_pending", "objection_pending"}


def test_rungs_fire_when_offices_are_open_and_messages_may_be_sent():
    for ladder in CATALOG.ladders.values():
        assert all(8 <= rung.at.hour < 18 and rung.at.minute not in (0, 30) for rung in ladder.rungs), ladder.key


@each_workflow
def test_a_drawing_names_every_state_and_move(key):
    workflow = CATALOG.workflows[key]
    drawing = draw_workflow(workflow)
    assert drawing.startswith("stateDiagram-v2\n")
    assert all(f'state "{state.title}" as {name}' in drawing for name, state in workflow.states.items())
    arrows = re.findall(r"^    (\w+) --> (\w+): ", drawing, re.MULTILINE)
    assert sorted(arrows) == sorted((s, one.target) for one in workflow.transitions for s in one.sources)


def test_the_calendar_seed_covers_the_years_that_are_published():
    exceptions, published = seed_days(2004, 2026)
    assert published == set(range(2004, 2027))
    calendar = WorkingCalendar(1, exceptions, published)
    assert not any(calendar.is_provisional(day) for day in exceptions)
