"""Open clocks counted again with the calendar in force, a batch at a time; called inside the transaction of its caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tracker.domain.addressing import AddressBook
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import DUTY_CLOCKS, Clock, ClockStatus
from tracker.domain.escalation import next_fire_at
from tracker.domain.redating import recount
from tracker.domain.values import DueClass, local_date
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.clocks import clock_from, clock_payload, likeness
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.recounting import Recounted
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.judging import JUDGING_ERRORS
from tracker.services.recording import event
from tracker.services.telling import Audience, vacancies

REASON = "放假安排公布后，工作日重新计算"

#: Since when a calendar is in force of which nobody asks.
LONG_AGO = datetime.min.replace(tzinfo=UTC)

#: A clock with its task, as one row, and why it could not be counted or written.
Broken = tuple[Mapping[str, Any], str]


@dataclass(frozen=True)
class CountedAgain:
    """One clock before and after."""

    row: Mapping[str, Any]
    before: Clock
    after: Clock

    @property
    def moved(self) -> bool:
        """Tell whether its date has moved."""
        return self.after.occurrence != self.before.occurrence

    @property
    def told_before(self) -> bool:
        """Tell whether somebody had been told the date that it had."""
        return self.before.due.due_class is DueClass.TOLD


def fell_due_before(row: Mapping[str, Any], since: datetime) -> bool:
    """Tell whether a clock had fallen due when a calendar came into force, and no sweep has been there yet."""
    return row["next_fire_at"] is not None and row["next_fire_at"] <= since


def counted_first(
    uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], calendar: WorkingCalendar
) -> tuple[list[Mapping[str, Any]], datetime]:
    """Return which of these due clocks are counted again before they are judged, and since when the calendar is in force.

    That is looked up where one of them is counted with an older one. Of the rest, those that had fallen due by then are judged first,
    as of that moment.
    """
    older = [row for row in rows if row["calendar_version_id"] < calendar.version]
    if not older:
        return [], LONG_AGO
    since = uow.recounting.in_force_since(calendar.version)
    return [row for row in older if not fell_due_before(row, since)], since


def judge_again(
    uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], calendar: WorkingCalendar, *, now: datetime,
    since: datetime | None = None,
) -> tuple[list[CountedAgain], list[Broken]]:  # fmt: skip
    """Count each clock again; one that cannot be counted keeps nobody else waiting."""
    fired = uow.sweeping.fired(rows)
    judged: list[CountedAgain] = []
    broken: list[Broken] = []
    # The clocks of one measure are often alike; a value is counted once, and the same object stands for each of them.
    counted: dict[tuple[Any, ...], tuple[Clock, Clock]] = {}
    for row in rows:
        try:
            kind = (likeness(row), fired[row["clock_id"]])
            if kind not in counted:
                clock = clock_from(row, fired[row["clock_id"]])
                counted[kind] = clock, recount(clock, calendar, now=now, since=since)
            judged.append(CountedAgain(row, *counted[kind]))
        except JUDGING_ERRORS as error:
            broken.append((row, f"无法按新日历重新计算：{error}"))
    return judged, broken


def write_again(
    uow: UnitOfWork, floor: Floor, judged: Sequence[CountedAgain], calendar: WorkingCalendar, *, now: datetime,
    since: datetime,
) -> set[int]:  # fmt: skip
    """Write clocks back with their events and what people are told; return the persons."""
    fires: dict[tuple[int, int], datetime | None] = {}
    for one in judged:
        kind = (id(one.after), one.row["ladder_version_id"])
        if kind not in fires:
            fires[kind] = _fires(floor, one, calendar, now=now)
    written = {
        id(one): Recounted(
            one.row["clock_id"], one.row["task_id"], one.after, fires[id(one.after), one.row["ladder_version_id"]]
        )
        for one in judged
    }
    uow.recounting.write(list(written.values()))
    moved = [one for one in judged if one.moved]
    uow.recounting.show_dates([written[id(one)] for one in moved])
    rows, missing = messages(uow, moved, calendar, now=now)
    uow.incidents.raise_many(missing, now=now)
    uow.told.add(rows, now=now)
    uow.events.record([
        event(
            ("task", one.row["task_id"]),
            "clock.redated" if one.moved else "clock.recounted",
            {
                "clock": one.after.name, "old_due_on": one.before.due.due_on.isoformat(),
                "due_on": one.after.due.due_on.isoformat(), "reason": REASON, "calendar": calendar.version,
                "in_force_since": since.isoformat(),
                "clocks": {one.after.name: clock_payload(one.after, one.row["ladder_version_id"])},
            },
            at=now,
        )
        for one in judged
    ])  # fmt: skip
    if any(_is_earlier(written[id(one)].next_fire_at, one.row["next_fire_at"]) for one in judged):
        uow.wake()
    return {row.person_id for row in rows}


def messages(
    uow: UnitOfWork, moved: Sequence[CountedAgain], calendar: WorkingCalendar, *, now: datetime
) -> tuple[list[NewTold], list[NewIncident]]:
    """Return what those who had been told the old dates are told, and the posts that are vacant; write nothing.

    The cause names calendar and clock, so that nobody is told twice; until the recount is over none of it is gathered.
    """
    moved = [one for one in moved if one.told_before]
    if not moved:
        return [], []
    places = uow.sweeping.places([one.row["campaign_id"] for one in moved])
    names = unit_names(uow.session, [one.row["unit_id"] for one in moved])
    units = {one.row["unit_id"] for one in moved} | {place.office_unit_id for place in places.values()}
    book = AddressBook(
        (r.unit_id, r.role, r.campaign_id, r.person_id, r.post_id)
        for r in uow.told.posts_at(sorted(units), today=local_date(now))
    )
    rows: list[NewTold] = []
    missing: list[NewIncident] = []
    for one in moved:
        row, place = one.row, places[one.row["campaign_id"]]
        roles = ("liaison",) if one.after.name in (*DUTY_CLOCKS, "accept") else ("supervisor",)
        reached = book.reach(
            roles, unit_id=row["unit_id"], office_unit_id=place.office_unit_id, campaign_id=row["campaign_id"]
        )
        facts = {
            "task_ref": row["task_ref"], "title": row["title"], "unit": names[row["unit_id"]], "reason": REASON,
            "campaign": place.campaign_title, "old_due_on": one.before.due.due_on.isoformat(),
            "due_on": one.after.due.due_on.isoformat(),
        }  # fmt: skip
        cause = f"calendar:{calendar.version}:{row['clock_id']}"
        rows += [
            NewTold(cause, h.person_id, h.post_id, "redated", facts, row["campaign_id"], row["task_id"])
            for h in reached.holders
        ]
        audience = Audience(row["campaign_id"], row["unit_id"], place.office_unit_id, names[row["unit_id"]])
        missing += vacancies(audience, reached.vacant)
    return rows, missing


def incidents_of(broken: Sequence[Broken]) -> list[NewIncident]:
    """Return what is said of clocks that could not be judged, counted or written."""
    return [
        NewIncident(
            "unjudgeable", f"clock:{row['clock_id']}",
            f"任务{row['task_ref']}的计时“{row['name']}”{sentence}。已推迟1小时再判，其余任务不受影响。",
            row["campaign_id"],
        )
        for row, sentence in broken
    ]  # fmt: skip


def _fires(floor: Floor, one: CountedAgain, calendar: WorkingCalendar, *, now: datetime) -> datetime | None:
    if one.after.status is not ClockStatus.RUNNING:
        return None
    return next_fire_at(one.after, floor.catalog.ladder(one.row["ladder_version_id"]), calendar, now=now)


def _is_earlier(fires: datetime | None, fired: datetime | None) -> bool:
    return fires is not None and (fired is None or fires < fired)
