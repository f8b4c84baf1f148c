"""The ladder of a task as a time line: what happened, what came of each rung, and what is to come. Pure.

Everything is read from the events of the task (`auditing` says how); what is to come is what `escalation.decide`
says when it is asked at each coming moment, as things stand. So the page cannot promise what the engine would not do.
An event of a kind that nobody here knows shows what it did to the clocks and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from tracker.domain.auditing import TaskEvent, clock_from_payload
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clock_changes import ClockChange, changes_of
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.escalation import NO_FACTS, Facts, decide, lateness_moment, ways_reached
from tracker.domain.ladder import Ladder, Rung
from tracker.domain.values import local_date

FIRED, SKIPPED = "rung.fired", "rung.skipped"
#: Kinds of event that are told although they change no clock.
TOLD_ANYWAY = frozenset({
    "task.opened", "task.moved", "task.urged", "task.handed_over", "rung.ordered", "extension.asked", "extension.examined", "extension.decided",
    "clock.excused", "paper.opened",
})  # fmt: skip
#: No ladder has so many rungs that more looks are needed to see all that is to come of one occurrence.
MOST_LOOKS = 200


class Kind(StrEnum):
    """What an entry is about."""

    HAPPENED = "happened"  # an event
    DUE = "due"  # a due moment
    RUNG = "rung"  # one rung, fired or to come
    LEFT = "left"  # rungs that do not fire, together, with the reason


class RungState(StrEnum):
    """What came, or comes, of a rung."""

    FIRED = "fired"
    SKIPPED = "skipped"  # a higher one had raised as much already
    DUE = "due"  # its moment is here, the next sweep fires it
    COMING = "coming"
    NEVER = "never"
    WAITING = "waiting"  # its clock does not run; it is counted on when it runs again
    CONDITION = "condition"  # reached by a count or a check, not by a day


class Why(StrEnum):
    """Why rungs do not fire."""

    GIVEN_LATE = "given_late"
    WAITED = "waited"
    OVER = "over"
    REPLACED = "replaced"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `at` None = no day can be named.

    event, position   what happened, and its place among the events; None for what is computed
    clock             the clock as it stands at that moment
    rungs             one for RUNG, several for LEFT
    fell_due_at       when a fired rung should have fired
    gap               working days since the entry before it
    """

    kind: Kind
    at: datetime | None
    clock: Clock | None = None
    event: TaskEvent | None = None
    position: int | None = None
    changes: tuple[ClockChange, ...] = ()
    rungs: tuple[Rung, ...] = ()
    state: RungState | None = None
    why: Why | None = None
    cause: str = ""
    fell_due_at: datetime | None = None
    served_by: str | None = None
    gap: int = 0

    @property
    def rung(self) -> Rung:
        """Return the one rung that the entry is about."""
        return self.rungs[0]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries in order. `loose` are rungs without a day: they wait for others, or for a count."""

    past: tuple[Entry, ...]
    coming: tuple[Entry, ...]
    loose: tuple[Entry, ...]

    def seen_from(self, position: int, since: datetime, *, hidden: frozenset[str]) -> Timeline:
        """Return what somebody sees who knows nothing of what was before an event, nor of the clocks `hidden`."""

        def is_seen(one: Entry) -> bool:
            if one.clock is not None and one.clock.name in hidden:
                return False
            return one.at is None or (one.at >= since if one.position is None else one.position >= position)

        def cut(entries: Iterable[Entry]) -> tuple[Entry, ...]:
            return tuple(
                replace(one, changes=tuple(change for change in one.changes if change.name not in hidden))
                for one in entries
                if is_seen(one)
            )

        return Timeline(cut(self.past), cut(self.coming), cut(self.loose))


@dataclass(frozen=True)
class Rules:
    """Ladders and calendars by version, as the clocks of the task name them."""

    ladder: Callable[[int], Ladder]
    calendar: Callable[[int], WorkingCalendar]


@dataclass
class _Occurrence:
    """One due moment that a clock was given: its last value, and what ended it."""

    clock: Clock
    ladder_id: int
    since: datetime
    ended_at: datetime | None = None
    ran_again_late: datetime | None = None
    fired: dict[int, TaskEvent] = field(default_factory=dict)


def timeline(
    events: Sequence[TaskEvent], rules: Rules, *, now: datetime, over: frozenset[str] = frozenset()
) -> Timeline:
    """Return the time line of one task at `now`.

    `over` names clocks that will not run again whatever happens (an acceptance that was given).
    """
    entries: list[Entry] = []
    occurrences: dict[tuple[str, int], _Occurrence] = {}
    for position, one in enumerate(events):
        changes = changes_of(one, {name: occ.clock for (name, _), occ in occurrences.items()})
        _follow(occurrences, one, changes)
        if one.kind in (FIRED, SKIPPED):
            entries += _fired(one, position, changes, occurrences, rules)
        elif changes or one.kind in TOLD_ANYWAY:
            entries.append(Entry(Kind.HAPPENED, one.at, event=one, position=position, changes=changes))
    present: dict[str, int] = dict(occurrences.keys())
    loose: list[Entry] = []
    for (name, number), occurrence in occurrences.items():
        if present[name] != number:
            entries += _replaced(occurrence, rules)
            continue
        dated, undated = _present(
            occurrence, rules, now=now, over=name in over, before=_fired_before(occurrences, name)
        )
        entries += dated
        loose += undated
    order = {Kind.DUE: 0, Kind.HAPPENED: 1, Kind.RUNG: 2, Kind.LEFT: 3}
    entries.sort(key=lambda one: (one.at or now, order[one.kind]))
    days = _newest_calendar(occurrences.values(), rules)
    spaced = _with_gaps(entries, days) if days else entries
    past = tuple(one for one in spaced if _is_past(one, now))
    return Timeline(past, tuple(one for one in spaced if not _is_past(one, now)), tuple(loose))


def foresee(
    clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, now: datetime, facts: Facts = NO_FACTS
) -> list[Entry]:
    """Return the rungs that the engine fires from `now` on if nobody does anything, in the order of firing."""
    found: list[Entry] = []
    moment = now
    for _ in range(MOST_LOOKS):
        decision = decide(clock, ladder, calendar, now=moment, facts=facts)
        for one in decision.reached:
            state = RungState.DUE if one.fell_due_at <= now else RungState.COMING
            found.append(
                Entry(
                    Kind.RUNG, one.fell_due_at if state is RungState.COMING else now, clock, rungs=(one.rung,),
                    state=state, cause=str(one.cause), fell_due_at=one.fell_due_at, served_by=one.served_by,
                )
            )  # fmt: skip
        clock = replace(clock, fired=clock.fired | {one.index for one in decision.reached})
        if decision.checked is not None or decision.next_fire_at is None or decision.next_fire_at <= moment:
            break
        moment = decision.next_fire_at
    return found


def _follow(occurrences: dict[tuple[str, int], _Occurrence], one: TaskEvent, changes: Sequence[ClockChange]) -> None:
    """Keep the occurrences of all clocks in step with an event."""
    for name, payload in one.payload.get("clocks", {}).items():
        clock, ladder_id = clock_from_payload(name, payload)
        key = (name, clock.occurrence)
        if key not in occurrences:
            for (other, _), earlier in occurrences.items():
                if other == name and earlier.ended_at is None:
                    earlier.ended_at = one.at
            occurrences[key] = _Occurrence(clock, ladder_id, one.at)
        mine = occurrences[key]
        mine.clock, mine.ladder_id = replace(clock, fired=frozenset(mine.fired)), ladder_id
    for change in changes:
        mine = occurrences[change.name, change.after.occurrence]
        if change.resumed and mine.clock.ladder_from_on > mine.clock.due.due_on:
            mine.ran_again_late = one.at
        if change.stopped:
            mine.since = one.at
    if one.kind in (FIRED, SKIPPED):
        fired_in = occurrences.get((str(one.payload["clock"]), int(one.payload["occurrence"])))
        if fired_in is not None:
            fired_in.fired[int(one.payload["rung"])] = one
            fired_in.clock = replace(fired_in.clock, fired=frozenset(fired_in.fired))


def _fired(
    one: TaskEvent, position: int, changes: tuple[ClockChange, ...],
    occurrences: Mapping[tuple[str, int], _Occurrence], rules: Rules,
) -> list[Entry]:  # fmt: skip
    said: Mapping[str, Any] = one.payload
    occurrence = occurrences.get((str(said["clock"]), int(said["occurrence"])))
    rungs = rules.ladder(int(said["ladder"])).rungs
    index = int(said["rung"])
    if occurrence is None or index >= len(rungs):
        return []
    state = RungState.SKIPPED if one.kind == SKIPPED else RungState.FIRED
    return [
        Entry(
            Kind.RUNG, one.at, occurrence.clock, one, position, changes, (rungs[index],), state,
            cause=str(said["cause"]), fell_due_at=datetime.fromisoformat(said["fell_due_at"]),
            served_by=said.get("served_by"),
        )
    ]  # fmt: skip


def _replaced(occurrence: _Occurrence, rules: Rules) -> list[Entry]:
    """Return what an earlier due moment leaves behind: that it passed, and the rungs that it took with it."""
    clock, ended_at = occurrence.clock, occurrence.ended_at
    due = [Entry(Kind.DUE, clock.due.due_at, clock)] if ended_at and _passed(occurrence, ended_at) else []
    if clock.pace is not None:
        return due
    unborn, others = _unfired(occurrence, rules)
    return [
        *due,
        *_left(unborn, clock, Why.GIVEN_LATE, clock.started_at),
        *_left(others, clock, Why.REPLACED, ended_at),
    ]  # fmt: skip


def _present(
    occurrence: _Occurrence, rules: Rules, *, now: datetime, over: bool, before: tuple[frozenset[int], ...]
) -> tuple[list[Entry], list[Entry]]:
    """Return the dated and the undated entries of a clock's present due moment."""
    clock, ladder = occurrence.clock, rules.ladder(occurrence.ladder_id)
    calendar = rules.calendar(clock.due.calendar_version)
    stopped_at = occurrence.since if clock.status is not ClockStatus.RUNNING else None
    finished = over or clock.status is ClockStatus.DONE
    shows_due = clock.due.due_at > clock.started_at and not (finished and not _passed(occurrence, stopped_at or now))
    dated = [Entry(Kind.DUE, clock.due.due_at, clock)] if shows_due else []
    unborn, others = _unfired(occurrence, rules)
    dated += _left(unborn, clock, Why.GIVEN_LATE, clock.started_at)
    if finished:
        return [*dated, *_left(others, clock, Why.OVER, stopped_at)], []
    if clock.status is not ClockStatus.RUNNING:
        gone = [rung for rung in others if rung.after is not None and rung.after <= 0 and
                lateness_moment(clock, rung, calendar) <= now]  # fmt: skip
        waits = [rung for rung in others if rung not in gone]
        loose = [Entry(Kind.LEFT, None, clock, rungs=tuple(waits), state=RungState.WAITING)] if waits else []
        return [*dated, *_left(gone, clock, Why.WAITED, stopped_at)], loose
    facts = Facts(fired_before=before)
    seen = foresee(clock, ladder, calendar, now=now, facts=facts)
    dated += seen
    named = {one.rung.name for one in seen}
    rest = [rung for rung in others if rung.name not in named]
    excused = [rung for rung in rest if rung.unless_excused and clock.excused]
    waited = [rung for rung in rest if rung not in excused and rung.after is not None]
    dated += _left(waited, clock, Why.WAITED, occurrence.ran_again_late or clock.started_at)
    loose = (
        [Entry(Kind.LEFT, None, clock, rungs=tuple(excused), state=RungState.NEVER, why=Why.EXCUSED)] if excused else []
    )
    by_count = [rung for rung in ladder.rungs if rung.name not in _fired_names(occurrence, ladder) and
                rung not in excused and _has_condition(rung)]  # fmt: skip
    loose += [Entry(Kind.LEFT, None, clock, rungs=(rung,), state=RungState.CONDITION) for rung in by_count]
    return dated, loose


def _unfired(occurrence: _Occurrence, rules: Rules) -> tuple[list[Rung], list[Rung]]:
    """Return the rungs of days that did not fire: those whose day had passed when the date was given, and the others."""
    clock, ladder = occurrence.clock, rules.ladder(occurrence.ladder_id)
    calendar = rules.calendar(clock.due.calendar_version)
    unborn: list[Rung] = []
    others: list[Rung] = []
    for index, rung in enumerate(ladder.rungs):
        if index in occurrence.fired or rung.after is None:
            continue
        born_late = rung.after <= 0 and lateness_moment(clock, rung, calendar) <= clock.started_at
        reached = any(ways_reached(clock, index, rung, calendar, now=clock.started_at, ladder=ladder))
        (unborn if born_late and not reached else others).append(rung)
    return unborn, others


def _left(rungs: Sequence[Rung], clock: Clock, why: Why, at: datetime | None) -> list[Entry]:
    return [Entry(Kind.LEFT, at, clock, rungs=tuple(rungs), state=RungState.NEVER, why=why)] if rungs else []


def _passed(occurrence: _Occurrence, moment: datetime) -> bool:
    return occurrence.clock.due.due_at <= moment


def _has_condition(rung: Rung) -> bool:
    return rung.at_check or rung.counted is not None or bool(rung.quality_failures or rung.failed_rechecks)


def _fired_names(occurrence: _Occurrence, ladder: Ladder) -> set[str]:
    return {ladder.rungs[index].name for index in occurrence.fired if index < len(ladder.rungs)}


def _fired_before(occurrences: Mapping[tuple[str, int], _Occurrence], name: str) -> tuple[frozenset[int], ...]:
    """Return the rungs fired at each earlier check of a clock, the latest first."""
    mine = {number: frozenset(one.fired) for (clock, number), one in occurrences.items() if clock == name}
    return tuple(mine.get(number, frozenset()) for number in range(max(mine) - 1, 0, -1))


def _newest_calendar(occurrences: Iterable[_Occurrence], rules: Rules) -> WorkingCalendar | None:
    versions = [one.clock.due.calendar_version for one in occurrences]
    return rules.calendar(max(versions)) if versions else None


def _with_gaps(entries: Sequence[Entry], days: WorkingCalendar) -> list[Entry]:
    spaced: list[Entry] = []
    last: date | None = None
    for one in entries:
        # What is due at midnight is due on the day that ends then.
        on = one.clock.due.due_on if one.kind is Kind.DUE and one.clock else local_date(one.at) if one.at else last
        gap = days.working_days_between(last, on) if last and on else 0
        spaced.append(replace(one, gap=max(0, gap)))
        last = on
    return spaced


def _is_past(one: Entry, now: datetime) -> bool:
    return one.at is not None and one.at <= now and one.state is not RungState.DUE
