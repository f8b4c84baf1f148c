"""Which rungs of a clock have come due. Pure: the facts, the ladder, the calendar and `now` decide.

Lateness, counts, progress, history and a leader's order are ways to reach one rung; whichever comes first fires it, once
for an occurrence, because the firing's key is (clock, occurrence, rung) and not the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import Clock, ClockStatus, next_check
from tracker.domain.counting import IssuedPaper, counted_at
from tracker.domain.deadlines import check_moment, office_hours_later, rung_moment
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.progress import falls_behind

MAX_SEVERITY = 5


class Cause(StrEnum):
    """Why a rung fired."""

    LATE = "late"
    QUALITY = "quality"
    RECHECK = "recheck"
    ORDER = "order"
    PACE = "pace"
    HISTORY = "history"
    UNOPENED = "unopened"


CAUSE_TITLES = {
    Cause.LATE: "到时未办", Cause.QUALITY: "多次退回", Cause.RECHECK: "复查未通过", Cause.ORDER: "领导指定",
    Cause.PACE: "落后于序时进度", Cause.HISTORY: "累计达到次数",
    Cause.UNOPENED: "送达后无人拆阅",
}  # fmt: skip


def cause_title(cause: Cause, rung: Rung) -> str:
    """Return why a rung fired, in words; a reminder before the due moment blames nobody."""
    if cause is Cause.LATE and rung.after is not None and rung.after <= 0:
        return "临近期限"
    return CAUSE_TITLES[cause]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a ladder looks at beyond the clock itself.

    papers          of the clock's unit from its office, by place; only where the ladder counts them
    place           the place of the paper whose clock this is
    fired_before    the rungs fired at each earlier check, the latest check first; only for a clock with a pace
    """

    papers: tuple[IssuedPaper, ...] = ()
    place: int = 0
    fired_before: tuple[frozenset[int], ...] = ()


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class RungReached:
    """A rung that fires now; `fell_due_at` is the moment at which it should have.

    served_by   the name of a rung that had raised as much already; then this one is skipped, and says so
    counted     printed numbers of the papers that made the count full
    pace        (scheduled, actual) share at the check, in basis points
    """

    index: int
    rung: Rung
    cause: Cause
    fell_due_at: datetime
    served_by: str | None = None
    counted: tuple[str, ...] = ()
    pace: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Rungs to fire, in the order in which they fell due, and when to look again (None = never).

    `checked` is the clock of scheduled progress as it is for its next check, once this one is over.
    """

    reached: tuple[RungReached, ...]
    next_fire_at: datetime | None
    checked: Clock | None = None


def decide(
    clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, now: datetime, facts: Facts = NO_FACTS
) -> Decision:
    """Return what to fire at `now` and when the clock must be looked at next.

    After an outage several rungs may be due at once; all are returned, in order, because a unit is reminded before
    it is served a notice. Reminders of the time before the due moment that an occurrence never lived through
    (it was given later, or waited for others until the due day was over) do not exist.
    """
    if clock.status is not ClockStatus.RUNNING:
        return Decision((), None)
    reached = []
    upcoming: list[datetime] = []
    for index, rung in enumerate(ladder.rungs):
        if index in clock.fired:
            continue
        ways = ways_reached(clock, index, rung, calendar, now=now, facts=facts, ladder=ladder)
        first = min(ways, default=None, key=lambda way: way[0])
        if first is None:
            continue
        moment, cause = first
        if moment <= now:
            reached.append(_with_inputs(RungReached(index, rung, cause, moment), clock, facts))
        else:
            upcoming.append(moment)
    reached.sort(key=lambda r: (r.fell_due_at, r.index))
    served = tuple(_skip_what_is_served(reached, clock, ladder))
    if clock.pace is None:
        return Decision(served, min(upcoming, default=None))
    return _after_check(served, upcoming, clock, ladder, calendar, now=now)


def next_fire_at(
    clock: Clock, ladder: Ladder, calendar: WorkingCalendar, *, now: datetime, facts: Facts = NO_FACTS
) -> datetime | None:
    """Return when a sweep must look at the clock: `now` when a rung is already due, else the next moment."""
    if ladder.looks_back and not clock.fired and clock.status is ClockStatus.RUNNING:
        # What was issued before is looked up by the sweep, once.
        return now
    decision = decide(clock, ladder, calendar, now=now, facts=facts)
    return now if decision.reached else decision.next_fire_at


def ways_reached(
    clock: Clock, index: int, rung: Rung, calendar: WorkingCalendar, *, now: datetime, facts: Facts = NO_FACTS,
    ladder: Ladder | None = None,
) -> Iterator[tuple[datetime, Cause]]:  # fmt: skip
    """Yield each way by which the rung is or will be reached, with its moment (`now` for counts and orders).

    What lies in the future is said as things stand: that the unit stays late, that its progress stays what it is.
    """
    if index in clock.ordered:
        yield now, Cause.ORDER
    if rung.unless_excused and clock.excused:
        return
    if rung.quality_failures is not None and clock.quality_failures >= rung.quality_failures:
        yield now, Cause.QUALITY
    if rung.failed_rechecks is not None and clock.failed_rechecks >= rung.failed_rechecks:
        yield now, Cause.RECHECK
    if rung.after is not None:
        moment = lateness_moment(clock, rung, calendar)
        if rung.after > 0 or (moment > clock.started_at and not _came_back_late(clock)):
            yield moment, Cause.LATE
    if _found_at_check(clock, rung, facts, ladder):
        yield check_moment(clock.due.due_on, rung.at, calendar), Cause.PACE
    if rung.counted is not None and counted_at(facts.papers, facts.place, rung.counted):
        yield clock.started_at, Cause.HISTORY
    if rung.unopened is not None and clock.severity_floor >= rung.papers_from:
        yield office_hours_later(clock.started_at, rung.unopened, calendar), Cause.UNOPENED


def severity_of(rung: Rung, clock: Clock) -> int:
    """Return the severity of what a rung raises: never milder than where the matter stands already."""
    if rung.next_severity:
        return min(MAX_SEVERITY, clock.severity_floor + 1)
    return max(rung.severity, clock.severity_floor)


def _found_at_check(clock: Clock, rung: Rung, facts: Facts, ladder: Ladder | None) -> bool:
    """Tell whether the check of the present occurrence reaches the rung, by what was reported until its due moment."""
    if clock.pace is None or not rung.at_check or (rung.unless_excused and clock.excused):
        return False
    scheduled, actual = _pace_at_check(clock)
    if rung.behind is not None and falls_behind(rung.behind, scheduled=scheduled, actual=actual):
        return True
    if rung.not_started and scheduled > 0 and actual == 0:
        return True
    if rung.streak is None or ladder is None:
        return False
    wanted = {index: one for index, one in enumerate(ladder.rungs) if one.name in rung.streak.rungs}
    earlier = facts.fired_before[: rung.streak.times - 1]
    return (
        len(earlier) == rung.streak.times - 1
        and all(fired & wanted.keys() for fired in earlier)
        and any(
            index in clock.fired or _found_at_check(clock, replace(one, streak=None), facts, ladder)
            for index, one in wanted.items()
        )
    )


def _pace_at_check(clock: Clock) -> tuple[int, int]:
    if clock.pace is None:
        raise ValueError(f"clock {clock.name!r} checks no progress")
    return clock.pace.schedule.share_on(clock.due.due_on), clock.pace.share_at(clock.due.due_at)


def _with_inputs(one: RungReached, clock: Clock, facts: Facts) -> RungReached:
    if one.cause is Cause.PACE:
        return replace(one, pace=_pace_at_check(clock))
    if one.cause is Cause.HISTORY and one.rung.counted is not None:
        return replace(one, counted=tuple(p.number for p in counted_at(facts.papers, facts.place, one.rung.counted)))
    return one


def _skip_what_is_served(reached: Sequence[RungReached], clock: Clock, ladder: Ladder) -> Iterator[RungReached]:
    """Mark what a higher rung of this occurrence has served: a graver paper, or the same paper at no less severity."""
    raised = [ladder.rungs[index] for index in sorted(clock.fired) if ladder.rungs[index].act is RungAct.RAISE]
    for one in reached:
        if one.rung.act is not RungAct.RAISE:
            yield one
            continue
        mine = severity_of(one.rung, clock)
        server = next((
            other for other in raised
            if severity_of(other, clock) > mine or (other.raises == one.rung.raises and severity_of(other, clock) >= mine)
        ), None)  # fmt: skip
        if server is None:
            raised.append(one.rung)
            yield one
        else:
            yield replace(one, served_by=server.name)


def _after_check(
    reached: tuple[RungReached, ...], upcoming: Sequence[datetime], clock: Clock, ladder: Ladder,
    calendar: WorkingCalendar, *, now: datetime,
) -> Decision:  # fmt: skip
    """Return the decision of a clock of scheduled progress: at a check's end it moves on to the next one."""
    over = max(check_moment(clock.due.due_on, rung.at, calendar) for rung in ladder.rungs)
    if over > now:
        moments = [check_moment(clock.due.due_on, rung.at, calendar) for rung in ladder.rungs]
        return Decision(reached, min(moment for moment in (*upcoming, *moments) if moment > now))
    following = next_check(clock, now=now, calendar=calendar)
    if following is None:
        return Decision(reached, None)
    first = min(check_moment(following.due.due_on, rung.at, calendar) for rung in ladder.rungs)
    return Decision(reached, max(first, now), following)


def _came_back_late(clock: Clock) -> bool:
    """Tell whether the clock ran again only after its due day: then "due in three days" would be untrue."""
    return clock.ladder_from_on > clock.due.due_on


def lateness_moment(clock: Clock, rung: Rung, calendar: WorkingCalendar) -> datetime:
    """Return the moment at which lateness reaches a rung that has `after`."""
    if rung.after is None:
        raise ValueError(f"rung {rung.name!r} is not reached by lateness")
    base = clock.due.due_on if rung.after <= 0 else clock.ladder_from_on
    return rung_moment(base, rung.after, rung.at, calendar)
