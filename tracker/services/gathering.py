"""Missed periods of one standing duty gather in one finding with its count, not in a flood (「持续推进」).

Each rung still fires once and for itself; only what the supervisors get to read is one line. The drafts are locked
by the caller, so nobody seals one between the look and the writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.papers import duty_of, standing_line
from tracker.domain.values import local_date
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.sweeping import DraftRow, StandingFinding
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.firings import Fired
from tracker.services.recording import event

#: A standing duty within one draft: (draft, assignment).
Place = tuple[int, int]


@dataclass
class Standing:
    """One standing duty in one draft: what waited there, and what fires now, in the order of the periods."""

    draft_id: int
    waiting: StandingFinding | None
    firing: list[Fired] = field(default_factory=list)

    @property
    def periods(self) -> list[str]:
        """Return every missed period once, the earliest first."""
        before = self.waiting.periods if self.waiting else []
        return list(dict.fromkeys([*before, *(str(f.judged.row["period_title"]) for f in self.firing)]))

    @property
    def tasks(self) -> list[int]:
        """Return the tasks of those periods."""
        before = self.waiting.period_tasks if self.waiting else []
        return list(dict.fromkeys([*before, *(int(f.judged.row["task_id"]) for f in self.firing)]))


@dataclass
class Gathering:
    """What fires and raises in one batch, sorted into what makes a finding and what joins one."""

    fresh: list[Fired]
    places: dict[int, Place]
    standing: dict[Place, Standing]
    calendar: WorkingCalendar
    now: datetime

    @classmethod
    def of(
        cls, uow: UnitOfWork, raising: Sequence[Fired], drafts: Sequence[DraftRow], calendar: WorkingCalendar, *,
        now: datetime,
    ) -> Gathering:  # fmt: skip
        """Look up what waits in the drafts, each the draft of the firing at the same place."""
        places = {
            f.firing_id: (draft.id, int(f.judged.row["assignment_id"]))
            for f, draft in zip(raising, drafts, strict=True)
            if f.judged.row["period_title"] is not None
        }
        waiting: dict[Place, StandingFinding] = {}
        if places:
            found = uow.sweeping.standing_findings([a for _, a in places.values()], [d for d, _ in places.values()])
            waiting = {(one.notice_id, one.assignment_id): one for one in found}
        gathering = cls([], places, {}, calendar, now)
        for f in sorted(raising, key=lambda f: (f.judged.clock.due.due_on, f.firing_id)):
            place = places.get(f.firing_id)
            if place is None:
                gathering.fresh.append(f)
                continue
            here = gathering.standing.setdefault(place, Standing(place[0], waiting.get(place)))
            if here.waiting is None and not here.firing:
                gathering.fresh.append(f)
            here.firing.append(f)
        return gathering

    def assignment_of(self, f: Fired) -> int | None:
        """Return the standing duty that a finding is about."""
        place = self.places.get(f.firing_id)
        return place[1] if place else None

    def line(self, f: Fired) -> str:
        """Return the line of a standing duty's finding; "" for any other."""
        place = self.places.get(f.firing_id)
        return self._line(self.standing[place]) if place else ""

    def write(
        self, uow: UnitOfWork, refs: dict[int, str], ids: dict[int, int], *, now: datetime
    ) -> tuple[dict[int, str], list[NewEvent]]:
        """Write periods and lines; return the refs of the findings joined, by firing, and the drafts' events."""
        joined: dict[int, str] = {}
        events: list[NewEvent] = []
        rows = []
        for one in self.standing.values():
            first = one.firing[0]
            ref = one.waiting.ref if one.waiting else refs[first.firing_id]
            finding_id = one.waiting.id if one.waiting else ids[first.firing_id]
            rows.append((finding_id, one.periods, one.tasks, self._line(one)))
            for f in one.firing:
                if f.firing_id in refs:
                    continue
                joined[f.firing_id] = ref
                payload = {"finding": ref, "task": f.judged.row["task_ref"], "periods": one.periods}
                events.append(event(("notice", one.draft_id), "notice.finding_joined", payload, at=now))
        if rows:
            uow.sweeping.write_periods(rows)
        return joined, events

    def _line(self, one: Standing) -> str:
        last = one.firing[-1]
        row, due_on = last.judged.row, last.judged.clock.due.due_on
        late = max(0, self.calendar.working_days_between(due_on, local_date(self.now)))
        title = str(row["title"]).removesuffix(f"（{row['period_title']}）")
        return standing_line(
            title=title,
            periods=one.periods,
            duty=duty_of(last.judged.clock.name),
            due_on=due_on,
            working_days_late=late,
        )
