"""实地督导: what a plan must say, where a visit may go from where it stands, and what came of it at a unit."""

from datetime import date

import pytest

from tracker.domain import visits
from tracker.domain.errors import InvalidInput
from tracker.domain.visits import Choices, Outcome, VisitState, may_step, others_within, outcome, read_plan, read_reason

CHOICES = Choices({"east": 1, "west": 2}, {"survey": 7}, {"11": 11, "12": 12}, frozenset({11}))
TODAY = date(2026, 3, 2)


def given(**changes: object) -> dict[str, object]:
    return {
        "from_on": "2026-03-02", "to_on": "2026-03-03", "ground": "年度督导计划。", "announced": "no",
        "units": ["west", "east", "west"], "measures": "survey", "people": ["11", "12"], "in_charge": "12", **changes,
    }  # fmt: skip


def test_a_plan_names_days_units_measures_team_and_ground() -> None:
    plan = read_plan(given(), CHOICES, today=TODAY)
    assert (plan.from_on, plan.to_on) == (date(2026, 3, 2), date(2026, 3, 3))
    assert (plan.units, plan.measures, plan.people, plan.in_charge) == ((2, 1), (7,), (11, 12), 12)
    assert not plan.announced


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_on": "2026-03-01"}, "from_on"),
        ({"from_on": "昨天"}, "from_on"),
        ({"to_on": "2026-03-01"}, "to_on"),
        ({"to_on": "2026-06-01"}, "to_on"),
        ({"ground": "　"}, "ground"),
        ({"ground": "长" * 501}, "ground"),
        ({"ground": "找张某110101199003078515"}, "ground"),
        ({"announced": "maybe"}, "announced"),
        ({"units": []}, "units"),
        ({"units": ["east", "nowhere"]}, "units"),
        ({"measures": ["gone"]}, "measures"),
        ({"people": "99"}, "people"),
        ({"people": ["11"]}, "in_charge"),
        ({"people": ["12"]}, "people"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_plan(given(**changes), CHOICES, today=TODAY)
    assert field in refused.value.by_field()


def test_a_reason_is_asked_for_in_the_words_of_whoever_asks() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_reason({"reason": " "}, "请写明取消的理由。")
    assert refused.value.by_field() == {"reason": "请写明取消的理由。"}
    assert read_reason({"reason": " 合并检查。 "}, "") == "合并检查。"


STEPS = {
    VisitState.PLANNED: {"show_code", "begin", "refuse", "cancel", "change"},
    VisitState.UNDER_WAY: {"show_code", "begin", "refuse", "end"},
    VisitState.ENDED: set(),
    VisitState.CANCELLED: set(),
}


@pytest.mark.parametrize("state", list(VisitState))
def test_where_a_visit_may_go(state: VisitState) -> None:
    assert {step for step in visits.STEPS if may_step(state, step)} == STEPS[state]


@pytest.mark.parametrize(
    ("state", "refused", "begun", "recorded", "problems", "expected"),
    [
        ("planned", False, False, False, 0, Outcome.WAITING),
        ("under_way", False, True, False, 0, Outcome.UNDER_WAY),
        ("under_way", False, True, True, 0, Outcome.CLEAN),
        ("ended", False, True, True, 2, Outcome.FOUND),
        ("ended", True, False, False, 0, Outcome.REFUSED),
        ("ended", False, False, False, 0, Outcome.MISSED),
        ("cancelled", False, False, False, 0, Outcome.MISSED),
    ],
)
def test_nothing_found_is_an_outcome_too(
    state: str, refused: bool, begun: bool, recorded: bool, problems: int, expected: Outcome
) -> None:
    assert outcome(state, refused=refused, begun=begun, recorded=recorded, problems=problems) is expected


def test_visits_count_from_the_nearest_days_of_both() -> None:
    plan = (date(2026, 3, 10), date(2026, 3, 12))
    near, far = (date(2026, 2, 1), date(2026, 2, 8)), (date(2026, 1, 1), date(2026, 1, 2))
    later = (date(2026, 4, 11), date(2026, 4, 12))
    assert others_within([far, near, later], plan, 30) == (near, later)
