"""Why a campaign cannot be issued yet. Pure: the facts decide; every reason is one sentence, none is lost.

A vacancy at run time is answered by the next in the chain (DESIGN.md §3.8). That is for one who leaves in
the middle of a campaign; one that begins with a vacancy would begin with a rule that cannot be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tracker.domain.addressing import FIRST_RESPONSIBLE, HOLDER_NAMES
from tracker.domain.deadlines import Cutoff, show_day
from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.reachability import ladders_of, reachable_workflows

_UNIT_DOERS = ("liaison", "head")
_UNIT_ROLES = ("liaison", "head", "area_leader")
_OFFICE_ROLES = ("supervisor", "office", "leader")
_PARTY_NAMES = {**HOLDER_NAMES, "unit": "责任单位"}


@dataclass(frozen=True)
class MeasureFacts:
    """A measure as the checks need it. `printed` is its day and hour, None for a period."""

    ordinal: str
    title: str
    workflow: str
    unit_ids: tuple[int, ...]
    printed: tuple[date, Cutoff] | None


@dataclass(frozen=True)
class CampaignFacts:
    """A campaign on the day of its issue.

    unit_names   every unit with a duty, in protocol order
    holders      (unit id, role) → the persons who hold it for this campaign today
    above        the units above the office, to which decisions rise (domain.rising), the nearest first
    """

    office_unit_id: int
    office_name: str
    unit_names: Mapping[int, str]
    holders: Mapping[tuple[int, str], frozenset[int]]
    measures: Sequence[MeasureFacts]
    separation: bool
    above: tuple[int, ...] = ()
    first_responsible: str = "head"

    def deciders_above(self, roles: Iterable[str]) -> frozenset[int]:
        """Return who decides in the office's place when nobody there may: holders of such posts, and heads."""
        found: set[int] = set()
        for unit_id in self.above:
            for role in {*roles, "head"}:
                found |= self.holders.get((unit_id, role), frozenset())
        return frozenset(found)


@dataclass(frozen=True)
class Definitions:
    """The definitions that tasks would be opened with; None for a key that does not exist.

    A ladder is looked up by the workflow whose clock names it, and by its key.
    """

    workflow: Callable[[str], WorkflowDefinition | None]
    ladder: Callable[[str, str], Ladder | None]

    def reachable(self, keys: Iterable[str]) -> dict[str, WorkflowDefinition]:
        """Return the workflows named and all that they can open."""
        return reachable_workflows(keys, workflow=self.workflow, ladder=self.ladder)

    def rungs(self, workflows: Iterable[WorkflowDefinition]) -> list[tuple[Ladder, Rung]]:
        """Return every rung of every clock, each ladder once."""
        ladders = {one.key: one for flow in workflows for one in ladders_of(flow, self.ladder)}
        return [(ladder, rung) for ladder in ladders.values() for rung in ladder.rungs]


def reasons_against_issue(facts: CampaignFacts, definitions: Definitions, *, now: datetime) -> list[str]:
    """Return all that stands in the way of issuing, as sentences that name the unit."""
    found = [
        *_measures(facts, definitions, now),
        *_office_vacancies(facts, definitions),
        *_office_steps(facts, definitions),
        *_units(facts, definitions),
    ]
    return list(dict.fromkeys(found))


def _measures(facts: CampaignFacts, definitions: Definitions, now: datetime) -> Iterator[str]:
    for measure in facts.measures:
        name = f"措施{measure.ordinal}“{measure.title}”"
        if not measure.unit_ids:
            yield f"{name}没有责任单位，请补上单位或删去这项措施。"
        if definitions.workflow(measure.workflow) is None:
            yield f"{name}要用的流程“{measure.workflow}”没有装入，请先装入流程文件。"
        if measure.printed is not None:
            day, cutoff = measure.printed
            if cutoff.on(day) <= now:
                yield f"{name}的完成时限{show_day(day)}已经过去，请改成以后的日期。"


def _office_vacancies(facts: CampaignFacts, definitions: Definitions) -> Iterator[str]:
    workflows = definitions.reachable(measure.workflow for measure in facts.measures)
    for role, (ladder, rung) in _first_rungs(definitions.rungs(workflows.values()), _OFFICE_ROLES).items():
        if not _persons(facts, facts.office_unit_id, [role]):
            yield _vacancy(facts.office_name, role, ladder, rung)


def _units(facts: CampaignFacts, definitions: Definitions) -> Iterator[str]:
    used: dict[int, set[str]] = {unit_id: set() for unit_id in facts.unit_names}
    for measure in facts.measures:
        for unit_id in measure.unit_ids:
            used[unit_id].add(measure.workflow)
    # Most units have the same kinds of duty, so what these can open is worked out once for each combination.
    reached = {keys: definitions.reachable(sorted(keys)) for keys in {frozenset(k) for k in used.values()}}
    addressed = {keys: _addressed(facts, definitions.rungs(flows.values())) for keys, flows in reached.items()}
    for unit_id, name in facts.unit_names.items():
        kinds = frozenset(used[unit_id])
        workflows = reached[kinds]
        if not workflows:
            continue
        if not _persons(facts, unit_id, _UNIT_DOERS):
            yield f"{name}没有联络员，也没有负责人，任务无人签收和办理，请先登记岗位。"
            continue
        for role, (ladder, rung) in addressed[kinds].items():
            if not _persons(facts, unit_id, [role]):
                yield _vacancy(name, role, ladder, rung)
        for workflow in workflows.values():
            yield from _unit_separation(facts, unit_id, name, workflow)


def _addressed(facts: CampaignFacts, rungs: Sequence[tuple[Ladder, Rung]]) -> dict[str, tuple[Ladder, Rung]]:
    """Return each role of a unit that these rungs need, with the first rung that does."""
    # An area leader is told beside others; only a rung that speaks to nobody else needs one. What is passed on looks
    # for whoever is next in any case.
    spoken = [(ladder, rung) for ladder, rung in rungs if rung.act is not RungAct.PASS_ON]
    plain = [(ladder, _plainly(rung, facts.first_responsible)) for ladder, rung in spoken]
    relevant = [(ladder, rung) for ladder, rung in plain if set(rung.to) == {"area_leader"}]
    return _first_rungs(plain, _UNIT_DOERS) | _first_rungs(relevant, ("area_leader",))


def _plainly(rung: Rung, first_responsible: str) -> Rung:
    """Return a rung that names the post which the campaign calls 第一责任人."""
    if FIRST_RESPONSIBLE not in rung.to:
        return rung
    return replace(rung, to=tuple(first_responsible if role == FIRST_RESPONSIBLE else role for role in rung.to))


def _first_rungs(rungs: Sequence[tuple[Ladder, Rung]], roles: Sequence[str]) -> dict[str, tuple[Ladder, Rung]]:
    """Return, for each of `roles` that is addressed at all, the first rung that does."""
    first: dict[str, tuple[Ladder, Rung]] = {}
    for ladder, rung in rungs:
        for role in rung.to:
            if role in roles:
                first.setdefault(role, (ladder, rung))
    return first


def _vacancy(place: str, role: str, ladder: Ladder, rung: Rung) -> str:
    told = rung.title or rung.name
    rule = f"升级规则“{ladder.title}”的“{told}”"
    return f"{place}没有{HOLDER_NAMES[role]}，而{rule}要通知到，请先登记岗位或修改规则。"


def _office_steps(facts: CampaignFacts, definitions: Definitions) -> Iterator[str]:
    workflows = definitions.reachable(measure.workflow for measure in facts.measures)
    for workflow in workflows.values():
        for step in workflow.transitions:
            if step.by & {"unit", "engine"}:
                continue
            takers = _persons(facts, facts.office_unit_id, step.by) or facts.deciders_above(step.by)
            if not takers:
                who = "、".join(_PARTY_NAMES[party] for party in sorted(step.by))
                name = f"流程“{workflow.title}”的“{step.title}”"
                yield f"{name}要由{who}办理，但{facts.office_name}没有这样的岗位。"
            elif facts.separation:
                for other in _separated(workflow, step):
                    if "unit" not in other.by:
                        doers = _persons(facts, facts.office_unit_id, other.by)
                        people = takers | doers | facts.deciders_above(step.by)
                        yield from _too_few(facts.office_name, workflow, step, other, people)


def _unit_separation(facts: CampaignFacts, unit_id: int, name: str, workflow: WorkflowDefinition) -> Iterator[str]:
    """Look at steps that the office may not take after the same person took one for the unit."""
    if not facts.separation:
        return
    for step in workflow.transitions:
        takers = _persons(facts, facts.office_unit_id, step.by)
        for other in _separated(workflow, step):
            if takers and "unit" in other.by:
                doers = _persons(facts, unit_id, _UNIT_DOERS) | _persons(facts, facts.office_unit_id, other.by)
                people = takers | doers | facts.deciders_above(step.by)
                yield from _too_few(name, workflow, step, other, people)


def _separated(workflow: WorkflowDefinition, step: TransitionDefinition) -> list[TransitionDefinition]:
    """Return the steps whose doer may not take `step`; what is not a step (an edit) is nobody's."""
    found = (workflow.transition(name) for name in sorted(step.unless_same_person_as))
    return [other for other in found if other is not None and other.by != {"engine"}]


def _too_few(
    place: str, workflow: WorkflowDefinition, step: TransitionDefinition, other: TransitionDefinition,
    people: frozenset[int],
) -> Iterator[str]:  # fmt: skip
    if len(people) < 2:
        yield (
            f"流程“{workflow.title}”的“{other.title}”和“{step.title}”要由不同的人办理，"
            f"但{place}能办的只有同一个人，请增加岗位。"
        )


def _persons(facts: CampaignFacts, unit_id: int, roles: Iterable[str]) -> frozenset[int]:
    found: set[int] = set()
    for role in roles:
        found |= facts.holders.get((unit_id, role), frozenset())
    return frozenset(found)
