"""A holiday notice comes in: what would change, the new version, and every open clock counted again (§3.9).

The new version is stored at once; the clocks are counted with it in batches, a transaction each, for which a county with
a few hundred thousand of them needs minutes. So the `recount` row says how far that is:

- Where there are few clocks, or an operator asks, whoever imports counts them. Else a job does, for a few seconds at a
  time, so that no deadline and no message waits for it; then it rings for itself.
- Where a batch is killed nothing of it is written. A recount that stands still, for the process died or Redis lost the
  bell, is taken up by the next sweep, by the page, or by the housekeeping, which also looks for clocks that came in with
  the older calendar from a transaction under way at the import.
- A clock is found by the version that it was counted with: counted twice, it moves once. Several may count at once; one
  has its turn, the others leave or wait.
- What had fallen due when the version was stored, and was not swept yet, is swept before it is counted.
- What people are told is written with the dates and gathered once all is counted: one message a person, also after a
  crash. What a sweep does with a clock that comes due before its turn is said in `escalations`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from tracker.domain.errors import StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action, Viewer
from tracker.domain.redating import CalendarTable, ChangedDay, changed_days, merged
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.recounting import RecountState
from tracker.persistence.repositories.sweeping import WriteRefused
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import Administration, administration_of
from tracker.services.context import RECOUNT_JOB, Floor
from tracker.services.escalations import EscalationService
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.judging import JUDGING_ERRORS
from tracker.services.recording import event
from tracker.services.recounting import (
    CountedAgain,
    fell_due_before,
    incidents_of,
    judge_again,
    messages,
    write_again,
)

#: More open clocks than this are counted in the background. Two to three thousand are counted a second on two cores that have
#: other things to do.
FEW = 1_000
STANDS_STILL = timedelta(seconds=30)
UNDER_WAY = "上一次导入的日历还在重新计算期限，办完之后才能再导入。"
_FIRST = (0, 0)
#: A version that no database gives out: what would be counted, before it is stored.
_PROPOSED = 2**62

Progress = Callable[[int], None]


def say_nothing(done: int) -> None:
    """Show no progress."""


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
    """How many clocks were counted again, how many dates moved, how many people are told, how many clocks are left."""

    clocks: int = 0
    moved: int = 0
    persons: frozenset[int] = frozenset()
    left: int = 0

    @property
    def people(self) -> int:
        """Return how many people are told."""
        return len(self.persons)

    def plus(self, other: RecountReport) -> RecountReport:
        """Return both together; what is left is what is left after the other."""
        return RecountReport(
            self.clocks + other.clocks, self.moved + other.moved, self.persons | other.persons, other.left
        )


class CalendarService:
    """Check, diff, apply, and count on until every clock is counted.

    A viewer is who asks on a screen; None is the operator at the command line.
    """

    def __init__(self, floor: Floor, *, batch: int = 500, few: int = FEW) -> None:
        self._floor, self._batch, self._few = floor, batch, few
        self._escalations = EscalationService(floor, batch=batch)

    def versions(self, viewer: Viewer | None = None) -> list[Mapping[str, Any]]:
        """Return the calendar versions, the oldest first; raises NotFound for those who do not see them."""
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.SEE_CALENDAR)
            return uow.recounting.versions()

    def keeper(self, viewer: Viewer) -> Administration:
        """Return for whom the viewer keeps the calendar; raises NotFound for those who do not."""
        with self._floor.uows() as uow:
            return administration_of(uow, viewer, Action.MANAGE_CALENDAR)

    def takes_long(self) -> bool:
        """Tell whether there are so many open clocks that they are counted in the background."""
        with self._floor.uows() as uow:
            return uow.recounting.count_open(most=self._few + 1) > self._few

    def count_open(self) -> int:
        """Return how many clocks are open."""
        with self._floor.uows() as uow:
            return uow.recounting.count_open()

    def latest(self) -> RecountState | None:
        """Return how far the newest recount is, over or not; None where there never was one."""
        with self._floor.uows() as uow:
            return uow.recounting.latest()

    def newest_version(self) -> int:
        """Return the number of the calendar in force."""
        return self._floor.calendars.newest().version

    # -- what would change

    def changes(self, table: CalendarTable) -> tuple[tuple[ChangedDay, ...], tuple[int, ...]]:
        """Return the days that a table changes and the years that become known by it."""
        present = self._floor.calendars.newest()
        proposed = merged(present, table, version=_PROPOSED)
        new_years = tuple(sorted(proposed.published_years - present.published_years))
        return tuple(changed_days(present, proposed)), new_years

    def diff(
        self, table: CalendarTable, viewer: Viewer | None = None, *, progress: Progress = say_nothing
    ) -> CalendarDiff:
        """Return what `table` would change; change nothing. Raises NotFound for those who do not keep the calendar."""
        moving: list[MovingDate] = []
        people: set[int] = set()
        base = self._floor.calendars.newest().version
        for some, told in self.moving(table, viewer, progress=progress):
            moving += some
            people |= told
        return CalendarDiff(base, *self.changes(table), tuple(moving), len(people))

    def moving(
        self, table: CalendarTable, viewer: Viewer | None = None, *, progress: Progress = say_nothing
    ) -> Iterator[tuple[list[MovingDate], set[int]]]:
        """Yield, batch by batch, the dates that `table` would move and who would be told; `progress` hears how far it is.

        Raises NotFound for those who do not keep the calendar.
        """
        now, after, done = self._floor.clock.now(), _FIRST, 0
        proposed = merged(self._floor.calendars.newest(), table, version=_PROPOSED)
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.MANAGE_CALENDAR)
        while True:
            with self._floor.uows() as uow:
                rows = uow.recounting.outdated(version=_PROPOSED, after=after, many=self._batch, lock=False)
                if not rows:
                    return
                moved = [one for one in judge_again(uow, rows, proposed, now=now)[0] if one.moved]
                found = _moving(uow, moved)
                told = {row.person_id for row in messages(uow, moved, proposed, now=now)[0]}
                uow.rollback()
            after, done = (rows[-1]["task_id"], rows[-1]["clock_id"]), done + len(rows)
            progress(done)
            yield found, told

    # -- a new version

    def apply(
        self, table: CalendarTable, *, source: str, expected_version: int, viewer: Viewer | None = None,
        progress: Progress = say_nothing,
    ) -> RecountReport:  # fmt: skip
        """Store the table as a new version and count every open clock again; in a large county, let a job do that.

        Nothing is stored when it changes nothing; clocks left over from a run that was cut off are counted then too.
        The operator waits until all is counted. Raises StaleVersion when another calendar came into force since the
        diff, TransitionNotAllowed while an earlier one is still being counted with, NotFound for those who do not keep
        the calendar.
        """
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.MANAGE_CALENDAR)
        at_once = viewer is None or not self.takes_long()
        before = self._go_on_to_the_end(progress) if at_once else RecountReport()
        with self._floor.uows() as uow:
            by = administration_of(uow, viewer, Action.MANAGE_CALENDAR).by
            uow.installations.lock()
            now = self._floor.clock.now()
            present = self._floor.calendars.newest()
            if present.version != expected_version:
                raise StaleVersion("工作日历已有人先更新了。请重新比对后再导入。")
            new = merged(present, table, version=_PROPOSED)
            days, years = changed_days(present, new), new.published_years - present.published_years
            if days or years:
                if _under_way(uow) is not None:
                    raise TransitionNotAllowed(UNDER_WAY)
                version_id = uow.installations.add_calendar(
                    source=source, exceptions=new.exceptions, published_years=sorted(new.published_years), now=now
                )
                total = uow.recounting.count_outdated(version_id)
                uow.recounting.begin(version_id, total=total, now=self._floor.clock.real_now())
                payload = {
                    "id": version_id, "source": source, "published_years": sorted(new.published_years),
                    "changed": {one.day.isoformat(): one.works for one in days},
                }  # fmt: skip
                uow.events.append([event(SETTINGS_STREAM, "calendar.loaded", payload, at=now, by=by)])
                if not at_once:
                    uow.on_commit(self._ring)
                uow.commit()
        if at_once:
            return before.plus(self.recount(progress=progress))
        self.look_for_stragglers()
        return RecountReport(left=self._left())

    # -- counting again

    def recount(self, *, progress: Progress = say_nothing) -> RecountReport:
        """Count every open clock of an older version with the one in force, to the end; safe beside anything."""
        self.look_for_stragglers(ring=False)
        return self._go_on_to_the_end(progress)

    def resume(self, viewer: Viewer) -> RecountReport:
        """Let what was cut off go on: here where it is little, else in the background. Raises NotFound."""
        self.keeper(viewer)
        if not self.takes_long():
            return self.recount()
        self.look_for_stragglers()
        self.take_up()
        return RecountReport(left=self._left())

    def go_on(self, *, within: timedelta) -> RecountReport:
        """Count for about so long, then ring again while clocks are left; leave when somebody else has the turn."""
        real_now, report = self._floor.clock.real_now, RecountReport()
        until = real_now() + within
        while (batch := self._count_batch(wait=False)) is not None:
            report = report.plus(batch)
            if batch.left and real_now() >= until:
                self._ring()
                break
        return report

    def take_up(self) -> bool:
        """Ring for a recount that stands still; tell whether there was one."""
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            found = uow.recounting.take_up(stale=real - STANDS_STILL, now=real)
            if found:
                uow.on_commit(self._ring)
            uow.commit()
        return found

    def look_for_stragglers(self, *, ring: bool = True) -> bool:
        """Begin a recount for open clocks that are counted with an older calendar while none is under way."""
        with self._floor.uows() as uow:
            uow.installations.lock()
            version = self._floor.calendars.newest().version
            if _under_way(uow) is not None or not uow.recounting.is_any_outdated(version):
                return False
            total = uow.recounting.count_outdated(version)
            uow.recounting.begin(version, total=total, now=self._floor.clock.real_now())
            if ring:
                uow.on_commit(self._ring)
            uow.commit()
        return True

    def _go_on_to_the_end(self, progress: Progress) -> RecountReport:
        report = RecountReport()
        while (batch := self._count_batch(wait=True)) is not None:
            report = report.plus(batch)
            progress(report.clocks)
        return replace(report, left=0)

    def _count_batch(self, *, wait: bool, many: int | None = None) -> RecountReport | None:
        """Count the next batch; None when all is counted, or another process has the turn and is not waited for.

        A batch that is refused is tried again with half as many clocks, until the bad one is alone: it is reported and
        passed by, and the housekeeping tries it again.
        """
        now, real = self._floor.clock.now(), self._floor.clock.real_now()
        with self._floor.uows() as uow:
            if not uow.recounting.take_turn(wait=wait) or (state := _under_way(uow)) is None:
                return None
            rows = uow.recounting.outdated(version=state.version, after=state.after, many=many or self._batch)
            if not rows:
                uow.recounting.finish(state.version, now=real)
                self._floor.ring_deliveries(uow)
                uow.commit()
                return None
            if due := [row["clock_id"] for row in rows if fell_due_before(row, state.since)]:
                uow.rollback()
                self._escalations.sweep_clocks(due)
                return RecountReport(left=max(1, state.left))
            try:
                with uow.sweeping.refusals():
                    report = self._write(uow, rows, state, now=now)
                    self._advance(uow, state, rows, report, real)
                    uow.commit()
            except (WriteRefused, *JUDGING_ERRORS) as refused:
                uow.rollback()
                if len(rows) > 1:
                    return self._count_batch(wait=wait, many=len(rows) // 2)
                report = RecountReport(1)
                uow.incidents.raise_many(incidents_of([(rows[0], f"无法写入：{refused}")]), now=now)
                self._advance(uow, state, rows, report, real)
                uow.commit()
        return replace(report, left=max(1, state.left - report.clocks))

    def _write(
        self, uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], state: RecountState, *, now: datetime
    ) -> RecountReport:
        calendar = self._floor.calendars.calendar(state.version)
        judged, broken = judge_again(uow, rows, calendar, now=now, since=state.since)
        persons = write_again(uow, self._floor, judged, calendar, now=now, since=state.since)
        uow.incidents.raise_many(incidents_of(broken), now=now)
        return RecountReport(len(rows), sum(one.moved for one in judged), frozenset(persons))

    @staticmethod
    def _advance(
        uow: UnitOfWork, state: RecountState, rows: Sequence[Mapping[str, Any]], report: RecountReport, real: datetime
    ) -> None:
        after = (rows[-1]["task_id"], rows[-1]["clock_id"])
        uow.recounting.advance(state.version, counted=report.clocks, moved=report.moved, now=real, after=after)

    def _left(self) -> int:
        state = self.latest()
        return 0 if state is None else state.left

    def _ring(self) -> None:
        self._floor.queue.enqueue("housekeeping", RECOUNT_JOB)


def _under_way(uow: UnitOfWork) -> RecountState | None:
    state = uow.recounting.latest()
    return None if state is None or state.finished_at is not None else state


def _moving(uow: UnitOfWork, moved: Sequence[CountedAgain]) -> list[MovingDate]:
    if not moved:
        return []
    places = uow.sweeping.places([one.row["campaign_id"] for one in moved])
    names = unit_names(uow.session, [one.row["unit_id"] for one in moved])
    return [
        MovingDate(
            places[one.row["campaign_id"]].campaign_title, names[one.row["unit_id"]], one.row["task_ref"],
            one.row["title"], one.after.name, one.before.due.due_on, one.after.due.due_on, one.told_before,
            one.row["campaign_id"], places[one.row["campaign_id"]].office_unit_id,
        )
        for one in moved
    ]  # fmt: skip
