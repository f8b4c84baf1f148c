"""A holiday notice comes in: what would change, the new version, and every open clock counted again (§3.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.addressing import AddressBook
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import DUTY_CLOCKS, Clock, ClockStatus
from tracker.domain.errors import StaleVersion
from tracker.domain.escalation import next_fire_at
from tracker.domain.permissions import Action, Viewer
from tracker.domain.redating import CalendarTable, ChangedDay, changed_days, merged, recount
from tracker.domain.values import DueClass, local_date
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.clocks import clock_from, clock_payload
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.recounting import Recounted
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import Administration, administration_of
from tracker.services.catching_up import fire_all_due
from tracker.services.context import Floor
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.recording import event
from tracker.services.telling import Audience, vacancies

REASON = "放假安排公布后，工作日重新计算"
_FIRST = (0, 0)
#: A version that no database gives out: what would be counted, before it is stored.
_PROPOSED = 2**62


@dataclass(frozen=True)
class MovingDate:
    """One clock whose date moves."""

    campaign: str
    unit: str
    task_ref: str
    title: str
    clock: str
    old: date
    new: date
    was_told: bool
    campaign_id: int
    office_unit_id: int


@dataclass(frozen=True)
class CalendarDiff:
    """What a table changes: days, years that become known, the dates that move, how many people are told."""

    base_version: int
    days: tuple[ChangedDay, ...]
    new_years: tuple[int, ...]
    moving: tuple[MovingDate, ...]
    people: int

    def by_place(self) -> dict[tuple[str, str], int]:
        """Return how many dates move for each campaign and unit."""
        return dict(Counter((one.campaign, one.unit) for one in self.moving))


@dataclass(frozen=True)
class RecountReport:
    """How many clocks were counted again, how many dates moved, how many people are told."""

    clocks: int
    moved: int
    people: int


@dataclass(frozen=True)
class _Judged:
    row: Mapping[str, Any]
    before: Clock
    after: Clock

    @property
    def moved(self) -> bool:
        return self.after.occurrence != self.before.occurrence


class CalendarService:
    """Check, diff, apply. What was applied may be cut off between batches: `recount` goes on where it stopped.

    A viewer is who asks on a screen; None is the operator at the command line.
    """

    def __init__(self, floor: Floor, *, batch: int = 500) -> None:
        self._floor = floor
        self._batch = batch

    def versions(self, viewer: Viewer | None = None) -> list[Mapping[str, Any]]:
        """Return the calendar versions, the oldest first; raises NotFound for those who do not see them."""
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.SEE_CALENDAR)
            return uow.recounting.versions()

    def keeper(self, viewer: Viewer) -> Administration:
        """Return for whom the viewer keeps the calendar; raises NotFound for those who do not."""
        with self._floor.uows() as uow:
            return administration_of(uow, viewer, Action.MANAGE_CALENDAR)

    def diff(self, table: CalendarTable, viewer: Viewer | None = None) -> CalendarDiff:
        """Return what `table` would change; change nothing. Raises NotFound for those who do not keep the calendar."""
        now, present = self._floor.clock.now(), self._floor.calendars.newest()
        proposed = merged(present, table, version=_PROPOSED)
        moving: list[MovingDate] = []
        people: set[int] = set()
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.MANAGE_CALENDAR)
            after = _FIRST
            while rows := uow.recounting.outdated(version=_PROPOSED, after=after, many=self._batch, lock=False):
                judged = self._judge(uow, rows, proposed, now=now)
                moved = [one for one in judged if one.moved]
                moving += _moving(uow, moved)
                people |= {row.person_id for row in _messages(uow, _told_before(moved), proposed, now=now)[0]}
                after = (rows[-1]["task_id"], rows[-1]["clock_id"])
            uow.rollback()
        days = tuple(changed_days(present, proposed))
        new_years = tuple(sorted(proposed.published_years - present.published_years))
        return CalendarDiff(present.version, days, new_years, tuple(moving), len(people))

    def apply(
        self, table: CalendarTable, *, source: str, expected_version: int, viewer: Viewer | None = None
    ) -> RecountReport:
        """Store the table as a new version and count every open clock again.

        Nothing is stored when it changes nothing; clocks left over from a run that was cut off are counted then too.
        Raises StaleVersion when another calendar came into force since the diff, NotFound for those who do not keep
        the calendar.
        """
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.MANAGE_CALENDAR)
        fire_all_due(self._floor)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            by = administration_of(uow, viewer, Action.MANAGE_CALENDAR).by
            uow.installations.lock()
            present = self._floor.calendars.newest()
            if present.version != expected_version:
                raise StaleVersion("工作日历已有人先更新了。请重新比对后再导入。")
            new = merged(present, table, version=_PROPOSED)
            days, years = changed_days(present, new), new.published_years - present.published_years
            if days or years:
                version_id = uow.installations.add_calendar(
                    source=source, exceptions=new.exceptions, published_years=sorted(new.published_years), now=now
                )
                payload = {
                    "id": version_id, "source": source, "published_years": sorted(new.published_years),
                    "changed": {one.day.isoformat(): one.works for one in days},
                }  # fmt: skip
                uow.events.append([event(SETTINGS_STREAM, "calendar.loaded", payload, at=now, by=by)])
                uow.commit()
        return self.recount()

    def recount(self) -> RecountReport:
        """Count every open clock of an older version with the one in force, a bounded batch a transaction.

        Safe to run twice, beside sweeps, and after a kill: what is counted already is not found again. The bell for
        messages rings at the end, so that a person's dates come in one message.
        """
        clocks = moved = 0
        people: set[int] = set()
        after = _FIRST
        while True:
            now = self._floor.clock.now()
            with self._floor.uows() as uow:
                calendar = self._floor.calendars.newest()
                rows = uow.recounting.outdated(version=calendar.version, after=after, many=self._batch)
                if not rows:
                    break
                judged = self._judge(uow, rows, calendar, now=now)
                people |= self._write(uow, judged, calendar, now=now)
                uow.commit()
            clocks, moved = clocks + len(rows), moved + sum(one.moved for one in judged)
            after = (rows[-1]["task_id"], rows[-1]["clock_id"])
        if people:
            with self._floor.uows() as uow:
                self._floor.ring_deliveries(uow)
                uow.commit()
        return RecountReport(clocks, moved, len(people))

    def _judge(
        self, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], calendar: WorkingCalendar, *, now: datetime
    ) -> list[_Judged]:
        fired = uow.sweeping.fired(rows)
        clocks = [clock_from(row, fired[row["clock_id"]]) for row in rows]
        return [_Judged(row, clock, recount(clock, calendar, now=now)) for row, clock in zip(rows, clocks, strict=True)]

    def _write(
        self, uow: UnitOfWork, judged: Sequence[_Judged], calendar: WorkingCalendar, *, now: datetime
    ) -> set[int]:
        """Write one batch; return the persons who are told."""
        written = {id(one): self._row(one, calendar, now=now) for one in judged}
        uow.recounting.write(list(written.values()))
        moved = [one for one in judged if one.moved]
        uow.recounting.show_dates([written[id(one)] for one in moved])
        people = _tell(uow, _told_before(moved), calendar, now=now)
        uow.events.record([
            event(
                ("task", one.row["task_id"]),
                "clock.redated" if one.moved else "clock.recounted",
                {
                    "clock": one.after.name, "old_due_on": one.before.due.due_on.isoformat(),
                    "due_on": one.after.due.due_on.isoformat(), "reason": REASON, "calendar": calendar.version,
                    "clocks": {one.after.name: clock_payload(one.after, one.row["ladder_version_id"])},
                },
                at=now,
            )
            for one in judged
        ])  # fmt: skip
        uow.wake()
        return people

    def _row(self, one: _Judged, calendar: WorkingCalendar, *, now: datetime) -> Recounted:
        fire = None
        if one.after.status is ClockStatus.RUNNING:
            fire = next_fire_at(one.after, self._floor.catalog.ladder(one.row["ladder_version_id"]), calendar, now=now)
        return Recounted(one.row["clock_id"], one.row["task_id"], one.after, fire)


def _moving(uow: UnitOfWork, moved: Sequence[_Judged]) -> list[MovingDate]:
    if not moved:
        return []
    places = uow.sweeping.places([one.row["campaign_id"] for one in moved])
    names = unit_names(uow.session, [one.row["unit_id"] for one in moved])
    return [
        MovingDate(
            places[one.row["campaign_id"]].campaign_title, names[one.row["unit_id"]], one.row["task_ref"],
            one.row["title"], one.after.name, one.before.due.due_on, one.after.due.due_on,
            one.before.due.due_class is DueClass.TOLD, one.row["campaign_id"],
            places[one.row["campaign_id"]].office_unit_id,
        )
        for one in moved
    ]  # fmt: skip


def _told_before(moved: Sequence[_Judged]) -> list[_Judged]:
    return [one for one in moved if one.before.due.due_class is DueClass.TOLD]


def _tell(uow: UnitOfWork, moved: Sequence[_Judged], calendar: WorkingCalendar, *, now: datetime) -> set[int]:
    """Tell those who had been told the old dates; the gatherer makes one message a person of it."""
    rows, missing = _messages(uow, moved, calendar, now=now)
    uow.incidents.raise_many(missing, now=now)
    uow.told.add(rows, now=now)
    return {row.person_id for row in rows}


def _messages(
    uow: UnitOfWork, moved: Sequence[_Judged], calendar: WorkingCalendar, *, now: datetime
) -> tuple[list[NewTold], list[NewIncident]]:
    """Return what is told to whom, and the posts that are vacant; write nothing."""
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
