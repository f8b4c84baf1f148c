"""Writing a change set down: measures, duties, tasks, events, and what is told. Called inside its transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.bigrams import bigrams
from tracker.domain.cadence import say_cadence
from tracker.domain.changing import Change, ChangeKind, Impact, MeasureState
from tracker.domain.deadlines import DueMoment
from tracker.domain.standing import Standing, former_to_plain
from tracker.domain.timings import timing_to_plain
from tracker.persistence.models import Campaign, Measure, Task
from tracker.persistence.repositories.campaigns import AssignmentRow
from tracker.persistence.repositories.openings import DutyRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import Announcement, announce, facts_of, of_opened
from tracker.services.context import Floor
from tracker.services.duties import open_claimed
from tracker.services.ending import Ending, end_many
from tracker.services.joining import open_parts_for, withdraw_below
from tracker.services.opening import NewTask, OpenedTask
from tracker.services.recording import Doer, event
from tracker.services.redating import NewDates, redate_below, redate_many

ROLES_TOLD = ("liaison",)


@dataclass(frozen=True)
class Decided:
    """Why, by whom, when."""

    reason: str
    by: Doer
    now: datetime


@dataclass(frozen=True)
class Planned:
    """One change to write: the new due moments by task id, and the standing duty whose cadence it changes."""

    impact: Impact
    dues: Mapping[int, DueMoment]
    duty: Standing | None = None


class ChangeWriting:
    """One change set. `measures` by key and `tasks` by id are those of the reading, locked."""

    def __init__(
        self, uow: UnitOfWork, floor: Floor, campaign: Campaign, decided: Decided, measures: dict[str, Measure],
        tasks: Mapping[int, Task],
    ) -> None:  # fmt: skip
        self._uow, self._floor, self._campaign, self._decided = uow, floor, campaign, decided
        self._measures, self._tasks = measures, tasks
        self._ids = {key: unit.id for key, unit in uow.units.units_by_key().items()}
        self._news: list[Announcement] = []

    def write(self, changes: Sequence[Planned]) -> int:
        """Write every change with its event; return how many people are told."""
        for planned in changes:
            impact = planned.impact
            match impact.change.kind:
                case ChangeKind.ADDED:
                    self._add(impact.change)
                case ChangeKind.UNITS_ADDED:
                    self._add_units(impact.change)
                case ChangeKind.REDATED:
                    self._redate(planned)
                case ChangeKind.REWORDED:
                    self._reword(impact)
                case ChangeKind.WITHDRAWN | ChangeKind.UNITS_REMOVED:
                    self._end(impact)
            self._record(impact)
        return announce(self._uow, self._campaign, self._news, now=self._decided.now)

    def _add(self, change: Change) -> None:
        wanted = _wanted(change)
        due, cadence = timing_to_plain(wanted.due)
        last = max((m.position for m in self._measures.values()), default=0)
        measure_id = self._uow.campaigns.add_measure(
            self._campaign.id, key=wanted.key, ordinal=wanted.ordinal, title=wanted.title, text=wanted.text,
            workflow_key=wanted.workflow, units=wanted.units, due=due, cadence=cadence, position=last + 1,
            lead=wanted.lead, support=wanted.support,
        )  # fmt: skip
        self._measures[wanted.key] = self._uow.campaigns.get_measure(measure_id)
        self._add_duties(measure_id, change)
        self._news += of_opened(self._start())

    def _add_units(self, change: Change) -> None:
        wanted, measure = _wanted(change), self._measures[change.measure.key]
        self._keep_labels(measure, wanted)
        duties = self._add_duties(measure.id, change)
        opened = self._start()
        supporters = [(d.id, d.measure_id, d.unit_id) for d in duties if d.role == "support"]
        if supporters:
            opened += self._join(measure, supporters)
        self._news += of_opened(opened)

    def _join(self, measure: Measure, supporters: Sequence[tuple[int, int, int]]) -> list[OpenedTask]:
        """Open parts under every task of the lead that still runs, each with that task's own date."""
        leads = [
            task for task in self._tasks.values()
            if task.measure_id == measure.id and task.tie is None and task.assignment_id is not None and not task.done
            and not task.final
        ]  # fmt: skip
        opened: list[OpenedTask] = []
        for lead in leads:
            due = self._uow.clocks.duty_due(lead.id)
            new = NewTask(
                lead.campaign_id,
                lead.unit_id,
                lead.workflow_key,
                lead.title,
                due=due,
                measure_id=measure.id,
                period_key=lead.period_key,
            )
            opened += open_parts_for(
                self._uow, self._floor, [OpenedTask(lead.id, lead.ref, new)], supporters, now=self._decided.now,
                by=self._decided.by,
            )  # fmt: skip
        return opened

    def _redate(self, planned: Planned) -> None:
        impact, dues = planned.impact, planned.dues
        wanted, measure = _wanted(impact.change), self._measures[impact.change.measure.key]
        measure.due, measure.cadence = timing_to_plain(wanted.due)
        if planned.duty is not None:
            self._change_cadence(measure, planned.duty, impact)
        act = NewDates(self._decided.reason, self._decided.by, self._decided.now)
        tasks = [self._tasks[task_id] for task_id in impact.tasks]
        moved = redate_many(self._uow, self._floor, tasks, {task.id: dues[task.id] for task in tasks}, act)
        moved += redate_below(self._uow, self._floor, moved, act)
        self._news += [
            Announcement(
                f"event:{one.event_id}", "redated", one.task.unit_id, one.task.id,
                facts_of(one.task, old_due_on=one.old_due_on.isoformat(), reason=act.reason),
            )
            for one in moved
            if not one.task.done
        ]  # fmt: skip

    def _change_cadence(self, measure: Measure, duty: Standing, impact: Impact) -> None:
        """Keep what held before, look at once when each duty opens next, and tell every unit that bears the duty."""
        measure.former_cadences = former_to_plain(duty.former)
        self._uow.session.flush()
        self._uow.openings.look_again(measure.id, now=self._decided.now)
        ids = [one.id for one in self._uow.campaigns.standing_duties(self._campaign.id) if one.measure_id == measure.id]
        claimed = self._uow.openings.claim(now=self._decided.now, many=len(ids), only=ids)
        self._news += of_opened(self._open(claimed))
        begins = duty.former[-1].until + timedelta(days=1) if duty.former else duty.first
        facts = {
            "title": measure.title, "cadence": say_cadence(duty.cadence), "begins_on": begins.isoformat(),
            "reason": self._decided.reason,
        }  # fmt: skip
        cause = f"recadenced:{measure.id}:{self._campaign.version}"
        self._news += [Announcement(cause, "recadenced", self._ids[key], None, facts) for key in sorted(impact.units)]

    def _reword(self, impact: Impact) -> None:
        wanted, measure = _wanted(impact.change), self._measures[impact.change.measure.key]
        old_title = measure.title
        measure.ordinal, measure.title, measure.text = wanted.ordinal, wanted.title, wanted.text
        measure.bigrams = bigrams(wanted.title, wanted.text)
        reason = self._decided.reason or "方案调整"
        events = []
        tasks = [self._tasks[task_id] for task_id in impact.tasks]
        for task in tasks:
            before, task.title = task.title, _retitled(task.title, old_title, wanted.title)
            task.version += 1
            payload = {"old_title": before, "title": task.title, "reason": reason}
            events.append(event(("task", task.id), "task.reworded", payload, at=self._decided.now, by=self._decided.by))
        ids = self._uow.events.append(events) if events else []
        self._news += [
            Announcement(f"event:{event_id}", "reworded", task.unit_id, task.id, facts_of(task, reason=reason))
            for task, event_id in zip(tasks, ids, strict=True)
        ]

    def _end(self, impact: Impact) -> None:
        change, measure = impact.change, self._measures[impact.change.measure.key]
        leaving = [self._ids[key] for key, _ in change.duties]
        self._uow.campaigns.withdraw_duties(measure.id, leaving, now=self._decided.now)
        if change.kind is ChangeKind.WITHDRAWN:
            measure.withdrawn_at = self._decided.now
        else:
            self._keep_labels(measure, _wanted(change))
        tasks = [self._tasks[task_id] for task_id in impact.tasks]
        # What hangs below is called off by its own rule, so that a part which is done already keeps.
        below = withdraw_below(
            self._uow, self._floor, [t for t in tasks if t.tie is None], self._decided.reason, self._decided.by,
            now=self._decided.now,
        )  # fmt: skip
        moves = [
            (task, step) for task in tasks
            if not task.final
            and (step := self._floor.catalog.workflow(task.workflow_version_id).transition("withdraw")) is not None
        ]  # fmt: skip
        ended = end_many(
            self._uow, self._floor, moves, reason=self._decided.reason, by=self._decided.by, now=self._decided.now
        )
        self._news += [self._withdrawn(one) for one in [*ended, *below] if not one.task.done]

    def _withdrawn(self, one: Ending) -> Announcement:
        facts = facts_of(one.task, reason=self._decided.reason)
        return Announcement(f"event:{one.event_id}", "withdrawn", one.task.unit_id, one.task.id, facts)

    def _start(self) -> list[OpenedTask]:
        """Let new duties run and open what has begun of them, with the parts of their supporters."""
        return self._open(self._uow.openings.start(self._campaign.id, now=self._decided.now))

    def _open(self, duties: Sequence[DutyRow]) -> list[OpenedTask]:
        return open_claimed(self._uow, self._floor, duties, now=self._decided.now, by=self._decided.by)

    def _add_duties(self, measure_id: int, change: Change) -> list[AssignmentRow]:
        wanted = {(self._ids[key], role) for key, role in change.duties}
        self._uow.campaigns.add_assignments([(measure_id, unit_id, role) for unit_id, role in sorted(wanted)])
        return [
            duty for duty in self._uow.campaigns.standing_duties(self._campaign.id)
            if duty.measure_id == measure_id and (duty.unit_id, duty.role) in wanted
        ]  # fmt: skip

    def _keep_labels(self, measure: Measure, wanted: MeasureState) -> None:
        measure.units, measure.lead, measure.support = list(wanted.units), wanted.lead, list(wanted.support)

    def _record(self, impact: Impact) -> None:
        change, wanted, present = impact.change, impact.change.wanted, impact.change.present
        payload = {
            "measure": change.measure.key, "title": change.measure.title, "reason": self._decided.reason,
            "tasks": len(impact.tasks), "opened": impact.opens, "units": [key for key, _ in change.duties],
            "old": _plain(present), "new": _plain(wanted),
        }  # fmt: skip
        kind = f"campaign.measure_{change.kind.value}"
        stream = ("campaign", self._campaign.id)
        self._uow.events.append([event(stream, kind, payload, at=self._decided.now, by=self._decided.by)])


def _wanted(change: Change) -> MeasureState:
    if change.wanted is None:
        raise ValueError("a measure that is withdrawn has no new state")
    return change.wanted


def _plain(measure: MeasureState | None) -> dict[str, object] | None:
    if measure is None:
        return None
    return {
        "ordinal": measure.ordinal, "title": measure.title, "text": measure.text,
        "due": timing_to_plain(measure.due)[0], "cadence": timing_to_plain(measure.due)[1], "duties": dict(sorted(measure.duties.items())),
    }  # fmt: skip


def _retitled(title: str, old: str, new: str) -> str:
    """Return a task's title with the measure's new one in it; a title of its own (a problem's) stays."""
    if title == old:
        return new
    return f"配合：{new}" if title == f"配合：{old}" else title
