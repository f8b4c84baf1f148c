"""实地督导: a visit to some units of a campaign, from its plan to its end. Pure.

A visit is no kind of work of its own: what a team finds at a unit is recorded in a task of the workflow `inspection`
(督导检查), which the unit confirms or contests. The visit holds what stands before and around these records: who comes,
when, on what ground, to which units, about which measures, and the code by which a unit knows that they are who they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.deadlines import show_day
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import Unreadable, cleaned, read_date, text_of
from tracker.domain.personal_numbers import CONFIRMATION, objection

#: The workflow in which what was found at a unit is recorded.
INSPECTION = "inspection"
#: Its states in which nothing is recorded: not yet, and called off.
INSPECTION_PLANNED, INSPECTION_WITHDRAWN = "planned", "withdrawn"
#: A code can be used for this long after the team shows it, and tried so often.
CODE_VALID = timedelta(hours=2)
MOST_TRIES = 5
#: Another visit within so many days is pointed out, unless the campaign says otherwise.
WINDOW_DAYS = 365
LONGEST_GROUND, LONGEST_FILED, LONGEST_REASON = 500, 80, 500
MOST_DAYS = 62

FREQUENCY_RULE = (
    "《整治形式主义为基层减负若干规定》：督查检查按年度计划执行并备案，原则上每部门每年不超过1项，同类事项合并进行；"
    "《政府督查工作条例》：控制督查频次和时限。"
)  # fmt: skip
FILING_RULE = "没有填写计划或备案编号。《整治形式主义为基层减负若干规定》要求督查检查列入年度计划并备案。"
ENTERPRISE_RULE = (
    "《国务院办公厅关于严格规范涉企行政检查的意见》（国办发〔2024〕54号）：没有行政检查职权的组织不得对企业实施行政检查。"
    "到企业的，请由有执法权的部门按其程序检查，这里只看单位自身落实任务的情况。"
)  # fmt: skip


class VisitState(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    ENDED = "ended"
    CANCELLED = "cancelled"


STATE_TITLES: Mapping[str, str] = {
    VisitState.PLANNED: "待出发", VisitState.UNDER_WAY: "进行中", VisitState.ENDED: "已结束", VisitState.CANCELLED: "已取消",
}  # fmt: skip
MANNERS: Mapping[bool, str] = {True: "提前告知单位", False: "不打招呼，直接到现场"}
#: step → states from which it leads
STEPS: Mapping[str, frozenset[VisitState]] = {
    "show_code": frozenset({VisitState.PLANNED, VisitState.UNDER_WAY}),
    "begin": frozenset({VisitState.PLANNED, VisitState.UNDER_WAY}),
    "refuse": frozenset({VisitState.PLANNED, VisitState.UNDER_WAY}),
    "end": frozenset({VisitState.UNDER_WAY}),
    "cancel": frozenset({VisitState.PLANNED}),
    "change": frozenset({VisitState.PLANNED}),
}  # fmt: skip


class Outcome(StrEnum):
    """What came of a visit at one unit."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    CLEAN = "clean"
    FOUND = "found"
    REFUSED = "refused"
    MISSED = "missed"


OUTCOME_TITLES: Mapping[str, str] = {
    Outcome.WAITING: "未到", Outcome.UNDER_WAY: "检查中", Outcome.CLEAN: "未发现问题", Outcome.FOUND: "发现问题",
    Outcome.REFUSED: "单位不接受", Outcome.MISSED: "没有去",
}  # fmt: skip


def outcome(state: str, *, refused: bool, begun: bool, recorded: bool, problems: int) -> Outcome:
    """Return what came of a visit in `state` at one unit."""
    if refused:
        return Outcome.REFUSED
    if recorded:
        return Outcome.FOUND if problems else Outcome.CLEAN
    if begun:
        return Outcome.UNDER_WAY
    return Outcome.MISSED if state in (VisitState.ENDED, VisitState.CANCELLED) else Outcome.WAITING


def may_step(state: str, step: str) -> bool:
    """Tell whether a visit in `state` may take `step`."""
    return VisitState(state) in STEPS[step]


@dataclass(frozen=True)
class Choices:
    """What a plan may name: units, measures and people, code → row id; and which of the people are supervisors."""

    units: Mapping[str, int]
    measures: Mapping[str, int]
    people: Mapping[str, int]
    supervisors: frozenset[int]


@dataclass(frozen=True)
class VisitPlan:
    """A plan as it was typed. No measure = all that the campaign asks of a unit."""

    from_on: date
    to_on: date
    ground: str
    filed_as: str
    announced: bool
    units: tuple[int, ...]
    measures: tuple[int, ...]
    people: tuple[int, ...]
    in_charge: int


def read_plan(
    given: Mapping[str, object], choices: Choices, *, today: date, present: VisitPlan | None = None
) -> VisitPlan:
    """Return the plan that a form means, in place of `present` where a visit is planned already.

    Raises InvalidInput with one sentence for each thing that is wrong. A first day that stays as it was may be past;
    a visit of which units were told cannot become one of which they know nothing.
    """
    problems: list[FieldProblem] = []
    first, last = _day(given, "from_on", "开始日期", problems), _day(given, "to_on", "结束日期", problems)
    if first is not None and first < today and (present is None or first != present.from_on):
        problems.append(FieldProblem("from_on", f"开始日期不能早于今天（{show_day(today)}）。"))
    if first is not None and last is not None and not first <= last <= first + timedelta(days=MOST_DAYS):
        problems.append(FieldProblem("to_on", f"结束日期要在开始日期当天或以后，一次督导最多跨{MOST_DAYS}天。"))
    elif last is not None and last < today and present is not None:
        problems.append(FieldProblem("to_on", f"结束日期不能早于今天（{show_day(today)}）。"))
    ground = _text(given, "ground", "检查依据", LONGEST_GROUND, problems)
    if not ground and not any(one.field == "ground" for one in problems):
        problems.append(FieldProblem("ground", "请写明检查依据，如方案条款、年度计划、领导批示；单位核验时会看到。"))
    filed_as = _text(given, "filed_as", "计划或备案编号", LONGEST_FILED, problems)
    announced = text_of(given.get("announced"))
    if announced not in ("yes", "no"):
        problems.append(FieldProblem("announced", "请选择提前告知单位，还是不打招呼直接到现场。"))
    elif present is not None and present.announced and announced == "no":
        problems.append(FieldProblem("announced", "已经告知单位，不能改成不打招呼；要不打招呼的，请取消后重新安排。"))
    units = _picked(given, "units", choices.units, "请至少选一个要去的单位，只能选这次行动的责任单位。", problems)
    measures = _picked(given, "measures", choices.measures, "", problems)
    people = _picked(
        given, "people", choices.people, "请选择督导组成员，只能选办公室、督导组和领导小组的人员。", problems
    )
    if people and choices.supervisors.isdisjoint(people):
        problems.append(FieldProblem("people", "督导组里至少要有一位督导员，检查记录由督导员填写。"))
    in_charge = choices.people.get(text_of(given.get("in_charge")))
    if in_charge is None or in_charge not in people:
        problems.append(FieldProblem("in_charge", "请从督导组成员里选一位负责人。"))
    if problems or first is None or last is None or in_charge is None:
        raise InvalidInput(problems)
    return VisitPlan(first, last, ground, filed_as, announced == "yes", units, measures, people, in_charge)


def read_reason(given: Mapping[str, object], asks: str) -> str:
    """Return the reason of a form; raises InvalidInput with `asks` when it is missing."""
    problems: list[FieldProblem] = []
    reason = _text(given, "reason", "理由", LONGEST_REASON, problems)
    if not reason and not problems:
        problems.append(FieldProblem("reason", asks))
    if problems:
        raise InvalidInput(problems)
    return reason


def others_within(
    days: Sequence[tuple[date, date]], plan: tuple[date, date], window: int
) -> tuple[tuple[date, date], ...]:
    """Return those of `days` (from, to) that lie within `window` days before or after the days of a plan."""
    reach = timedelta(days=window)
    return tuple((first, last) for first, last in days if first <= plan[1] + reach and last >= plan[0] - reach)


def _day(given: Mapping[str, object], name: str, title: str, problems: list[FieldProblem]) -> date | None:
    try:
        return read_date(given.get(name))
    except Unreadable as wrong:
        problems.append(FieldProblem(name, f"“{title}”{wrong}。"))
        return None


def _text(given: Mapping[str, object], name: str, title: str, longest: int, problems: list[FieldProblem]) -> str:
    text = cleaned(text_of(given.get(name)))
    if len(text) > longest:
        problems.append(FieldProblem(name, f"“{title}”最多{longest}字，现在是{len(text)}字。"))
    confirmed = text_of(given.get(name + CONFIRMATION)) == "yes"
    if sentence := objection(text, confirmed=confirmed, confidential=False):
        problems.append(FieldProblem(name, f"“{title}”{sentence}。"))
    return text


def _picked(
    given: Mapping[str, object], name: str, known: Mapping[str, int], missing: str, problems: list[FieldProblem]
) -> tuple[int, ...]:  # fmt: skip
    raw = given.get(name)
    codes = [text for one in (raw if isinstance(raw, list | tuple) else [raw]) if (text := text_of(one))]
    found = tuple(dict.fromkeys(known[code] for code in codes if code in known))
    if len(found) < len(set(codes)) or (missing and not found):
        problems.append(FieldProblem(name, missing or "有选项已经不在这次行动里，请刷新后重新选择。"))
    return found
