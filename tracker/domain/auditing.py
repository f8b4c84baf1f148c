"""Recomputing, from events alone, every rung that should have fired (DESIGN.md §5, the auditor). Pure.

An event that changes a clock carries the clock's whole value, so between two such events the clock is known, and
with it every moment at which a rung had to fire. The sweep and the auditor share the ladder's arithmetic and
nothing else: not the claim, not the index, not `next_fire_at`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.counting import IssuedPaper
from tracker.domain.deadlines import DueMoment
from tracker.domain.escalation import NO_FACTS, Facts, ways_reached
from tracker.domain.ladder import Ladder
from tracker.domain.progress import pace_from_plain
from tracker.domain.values import DueClass

#: The kind of event by which a clock of scheduled progress moves on to its next check.
CHECKED = "progress.checked"
#: (task id, clock name, occurrence, rung)
FiringKey = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """What the auditor reads of an event of a task."""

    at: datetime
    kind: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """A clock's value from one moment to another (`until` None = still).

    `checked` = a check of scheduled progress ended it: whatever the check had to find was to be found then.
    """

    clock: Clock
    ladder_id: int
    since: datetime
    until: datetime | None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """A rung that had to fire: from when, and until when there was time to."""

    key: FiringKey
    since: datetime
    until: datetime | None

    def must_have_fired(self, *, now: datetime, tolerance: timedelta) -> bool:
        """Tell whether there was more than `tolerance` to fire it in."""
        return min(self.until or now, now) - self.since > tolerance


def clock_from_payload(name: str, payload: Mapping[str, Any]) -> tuple[Clock, int]:
    """Return the clock that an event carries, and its ladder's version id."""
    due = DueMoment(
        due_on=date.fromisoformat(payload["due_on"]), due_at=datetime.fromisoformat(payload["due_at"]),
        due_class=DueClass(payload["due_class"]), cutoff=payload["cutoff"], calendar_version=payload["calendar"],
        rule=payload["rule"], provisional=payload["provisional"],
    )  # fmt: skip
    held = payload["held_since"]
    clock = Clock(
        name=name, occurrence=payload["occurrence"], status=ClockStatus(payload["status"]),
        started_at=datetime.fromisoformat(payload["started_at"]), due=due,
        ladder_from_on=date.fromisoformat(payload["ladder_from_on"]),
        held_since=datetime.fromisoformat(held) if held else None, pause_reason=payload["pause_reason"],
        quality_failures=payload["quality_failures"], failed_rechecks=payload["failed_rechecks"],
        ordered=frozenset(payload["ordered"]), severity_floor=payload.get("severity_floor", 0),
        excused=payload.get("excused", False),
        pace=pace_from_plain(payload["pace"]) if "pace" in payload else None,
    )  # fmt: skip
    return clock, payload["ladder"]


def spans(events: Sequence[TaskEvent]) -> list[Span]:
    """Return the values that the clocks of one task went through, oldest first."""
    open_spans: dict[str, tuple[Clock, int, datetime]] = {}
    found: list[Span] = []
    for one in events:
        for name, payload in one.payload.get("clocks", {}).items():
            if name in open_spans:
                clock, ladder_id, since = open_spans[name]
                found.append(Span(clock, ladder_id, since, max(since, _ended(one)), checked=one.kind == CHECKED))
            clock, ladder_id = clock_from_payload(name, payload)
            open_spans[name] = (clock, ladder_id, one.at)
    found += [Span(clock, ladder_id, since, None) for clock, ladder_id, since in open_spans.values()]
    return sorted(found, key=lambda span: span.since)


def expected_firings(
    task_id: int, events: Sequence[TaskEvent], *, ladder: Callable[[int], Ladder],
    calendar: Callable[[int], WorkingCalendar], now: datetime, papers: Facts = NO_FACTS,
) -> dict[FiringKey, Expected]:  # fmt: skip
    """Return every rung of one task that fell due while its clock ran, up to `now`.

    `papers` is what the record says was issued to the unit, for a task that is a paper itself.
    """
    found: dict[FiringKey, Expected] = {}
    fired = fired_by_events(task_id, events)
    for span in spans(events):
        if span.clock.status is not ClockStatus.RUNNING:
            continue
        days, climbed = calendar(span.clock.due.calendar_version), ladder(span.ladder_id)
        facts = replace(papers, fired_before=_fired_before(span.clock, fired)) if span.clock.pace else papers
        for index, rung in enumerate(climbed.rungs):
            ways = ways_reached(span.clock, index, rung, days, now=span.since, facts=facts, ladder=climbed)
            moments = [moment for moment, _ in ways]
            if not moments:
                continue
            since = max(min(moments), span.since)
            until = None if span.checked else span.until
            # A check, and a look back at the moment of issue, are over in that very moment; lateness needs some time.
            instant = span.checked or rung.counted is not None
            if since > now or _is_past(since, span.until, instant=instant):
                continue
            key = (task_id, span.clock.name, span.clock.occurrence, index)
            earlier = found.get(key)
            found[key] = _longer(earlier, Expected(key, since, until)) if earlier else Expected(key, since, until)
    return found


def fired_by_events(task_id: int, events: Iterable[TaskEvent]) -> list[tuple[FiringKey, datetime, datetime]]:
    """Return (key, fell due, fired) of every firing that the record holds, skipped rungs among them."""
    return [
        (
            (task_id, one.payload["clock"], one.payload["occurrence"], one.payload["rung"]),
            datetime.fromisoformat(one.payload["fell_due_at"]), one.at,
        )
        for one in events
        if one.kind in ("rung.fired", "rung.skipped")
    ]  # fmt: skip


def papers_issued(events: Iterable[TaskEvent]) -> dict[int, Facts]:
    """Return, for the task of each issued paper, what its unit had been issued by the same office, from the record alone.

    `events` are those of all papers, in any order.
    """
    rows: dict[tuple[int, int], dict[int, IssuedPaper]] = {}
    places: dict[int, tuple[tuple[int, int], int]] = {}
    ended: dict[tuple[int, int, int], datetime] = {}
    for one in events:
        said = one.payload
        if one.kind == "notice.ended":
            ended[said["office"], said["unit"], said["place"]] = one.at
        if one.kind != "notice.issued" or "place" not in said:
            continue
        row = (said["office"], said["unit"])
        places[said["task"]] = (row, said["place"])
        rows.setdefault(row, {})[said["place"]] = IssuedPaper(
            said["place"],
            said["number"],
            said["kind"],
            said["campaign"],
            one.at,
            tasks=frozenset(said["tasks"]),
            task_id=said["task"],
        )
    papers = {
        row: tuple(replace(paper, ended_at=ended.get((*row, place))) for place, paper in sorted(in_row.items()))
        for row, in_row in rows.items()
    }
    return {task_id: Facts(papers[row], place) for task_id, (row, place) in places.items()}


def _ended(one: TaskEvent) -> datetime:
    """Return until when the value held that an event replaces.

    A new calendar ends it at the moment at which it came into force, whenever the clock was counted with it.
    """
    in_force = one.payload.get("in_force_since")
    return one.at if in_force is None else min(one.at, datetime.fromisoformat(in_force))


def _is_past(since: datetime, until: datetime | None, *, instant: bool) -> bool:
    return until is not None and (since > until or (since == until and not instant))


def _fired_before(clock: Clock, fired: Sequence[tuple[FiringKey, datetime, datetime]]) -> tuple[frozenset[int], ...]:
    """Return the rungs that fired at each earlier check of a clock, the latest first."""
    mine = [key for key, _, _ in fired if key[1] == clock.name]
    return tuple(
        frozenset(rung for _, _, occurrence, rung in mine if occurrence == number)
        for number in range(clock.occurrence - 1, 0, -1)
    )


def _longer(a: Expected, b: Expected) -> Expected:
    """Keep the span that left the most time: a rung may fire in either."""
    if a.until is None or (b.until is not None and b.until - b.since <= a.until - a.since):
        return a
    return Expected(a.key, b.since, b.until)
