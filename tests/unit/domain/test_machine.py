"""Who may take which move, and the sentence for who may not."""

import pytest

from tracker.domain.definition import StateDefinition, TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import TransitionNotAllowed
from tracker.domain.machine import allowed_transitions, compile_edges, plan_transition
from tracker.domain.values import WaitsFor

ALICE, BOB, CAROL = 1, 2, 3


def move(name, title, sources, target, by, **more):
    return TransitionDefinition(name, title, frozenset(sources), target, frozenset(by), **more)


def state(name, title, **more):
    return StateDefinition(name, title, WaitsFor.UNIT, **more)


NOTICE = WorkflowDefinition(
    key="notice",
    version=1,
    title="督导通知书",
    initial="gathering",
    states={
        "gathering": state("gathering", "汇集中"),
        "sealed": state("sealed", "待审批"),
        "issued": state("issued", "待签收"),
        "voided": state("voided", "已作废", final=True),
    },
    clocks={},
    transitions=(
        move("seal", "提请审批", ["gathering"], "sealed", ["supervisor", "office"]),
        move(
            "approve", "批准", ["sealed"], "issued", ["supervisor", "leader"],
            unless_same_person_as=frozenset({"seal", "edit"}),
        ),
        move("void", "作废", ["sealed", "issued"], "voided", ["leader", "engine"]),
    ),
    forms={},
)  # fmt: skip


def plan(state="sealed", transition="approve", parties=("supervisor",), person=ALICE, did=None, **more):
    return plan_transition(
        NOTICE, state=state, transition=transition, parties=frozenset(parties), person_id=person,
        last_doers=did or {}, **more,
    )  # fmt: skip


def names(state, parties, person=ALICE, did=None, **more):
    allowed = allowed_transitions(
        NOTICE, state, parties=frozenset(parties), person_id=person, last_doers=did or {}, **more
    )
    return [one.name for one in allowed]


@pytest.mark.parametrize(
    ("state", "parties", "did", "expected"),
    [
        ("gathering", ["supervisor"], {}, ["seal"]),
        ("gathering", ["unit"], {}, []),
        ("gathering", [], {}, []),
        ("sealed", ["supervisor"], {"seal": BOB}, ["approve"]),
        ("sealed", ["supervisor"], {"seal": ALICE}, []),
        ("sealed", ["supervisor"], {"seal": BOB, "edit": ALICE}, []),
        ("sealed", ["leader", "unit"], {}, ["approve", "void"]),
        ("sealed", ["leader"], {"edit": ALICE}, ["void"]),
        ("issued", ["engine"], {}, ["void"]),
        ("voided", ["supervisor", "leader", "office", "unit", "engine"], {}, []),
        ("no_such_state", ["leader"], {}, []),
    ],
)
def test_what_is_offered_is_what_may_be_taken(state, parties, did, expected):
    assert names(state, parties, did=did) == expected
    for transition in NOTICE.transitions:
        if transition.name in expected:
            assert plan(state, transition.name, parties, did=did) is transition
        else:
            with pytest.raises(TransitionNotAllowed):
                plan(state, transition.name, parties, did=did)


def test_a_wrong_state_is_told_by_its_title_and_that_someone_may_have_acted_first():
    with pytest.raises(TransitionNotAllowed) as refused:
        plan(state="voided", transition="void", parties=["leader"])
    assert refused.value.sentence == (
        "现在是“已作废”，不能作废；只有在“待审批”或“待签收”时才可以。可能已有人先处理了，请刷新页面查看最新状态。"
    )


def test_a_stranger_is_told_whose_move_it_is():
    with pytest.raises(TransitionNotAllowed, match="“批准”要由督导组、领导小组领导来办"):
        plan(parties=["unit"])


@pytest.mark.parametrize(
    ("did", "says"),
    [
        ({"seal": ALICE}, "“提请审批”是您本人办的，“批准”要由另一个人来办"),
        ({"edit": ALICE}, "“修改内容”是您本人办的"),
        ({"seal": ALICE, "edit": ALICE}, "“修改内容”“提请审批”是您本人办的"),
    ],
)
def test_the_same_person_may_not_do_both(did, says):
    with pytest.raises(TransitionNotAllowed, match=says):
        plan(did=did)


def test_separation_can_be_switched_off_for_a_campaign():
    assert plan(did={"seal": ALICE}, separation=False).name == "approve"
    assert names("sealed", ["supervisor"], did={"seal": ALICE}, separation=False) == ["approve"]


def test_separation_is_by_person_not_by_post():
    assert plan(parties=["leader"], person=CAROL, did={"seal": ALICE}).target == "issued"
    with pytest.raises(TransitionNotAllowed):
        plan(parties=["leader"], person=ALICE, did={"seal": ALICE})


@pytest.mark.parametrize(("state", "transition"), [("sealed", "to_issued"), ("sealed", "trigger"), ("gone", "seal")])
def test_a_move_that_the_file_does_not_name_does_not_exist(state, transition):
    with pytest.raises(TransitionNotAllowed, match="流程没有这一步"):
        plan(state=state, transition=transition, parties=["leader", "supervisor"])


def test_the_table_is_compiled_once_and_cannot_be_changed():
    table = compile_edges(NOTICE)
    assert compile_edges(NOTICE) is table
    assert set(table) == {
        ("gathering", "seal"),
        ("sealed", "approve"),
        ("sealed", "void"),
        ("issued", "void"),
    }
    with pytest.raises(TypeError):
        table["voided", "seal"] = NOTICE.transitions[0]
