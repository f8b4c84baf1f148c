"""A standing duty over time: which periods have begun, when each is due, and how its cadence is written down. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from tracker.domain.cadence import Cadence, Every, Period, periods, say_cadence
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import MIDNIGHT, DueMoment, MeasureDue, Phase, by_date, local_moment, show_day, told
from tracker.domain.measure_dues import counts_from_acceptance, opens_on, resolve

#: A period's task opens in the morning of its first day, so that nobody is told at midnight.
OPENS_AT = time(8, 30)
ONCE = "once"
#: The period of a milestone (3月31日前开始试点): the work must have begun.
START = "start"
CADENCE_KEYS = ("every", "by_day", "by_month", "weekdays", "times", "starts_by", "from", "until", "rhythm")


@dataclass(frozen=True, slots=True)
class Opening:
    """A task to open: its period's key and title, from when, and until when.

    title  2026年3月; "" for a duty that is done once
    due    None = its period counts from acceptance, so it exists only once the unit has signed
    """

    period_key: str
    title: str
    opens_at: datetime
    due: DueMoment | None


@dataclass(frozen=True)
class Once:
    """A duty that is done once, by the due rule of its measure."""

    rule: MeasureDue
    phases: Mapping[str, Phase]

    def begun(
        self, calendar: WorkingCalendar, *, since: datetime, opened_until: datetime | None, now: datetime
    ) -> tuple[tuple[Opening, ...], datetime | None]:
        """Return what opens now, and when to look next, as `Standing.begun` does."""
        if opened_until is not None:
            return (), None
        day = opens_on(self.rule)
        opens_at = max(since, local_moment(day, OPENS_AT)) if day is not None else since
        if opens_at > now:
            return (), opens_at
        due = None
        if not counts_from_acceptance(self.rule):
            due = told(resolve(self.rule, opened_at=opens_at, phases=self.phases, calendar=calendar))
        return (Opening(ONCE, "", opens_at, due),), None


@dataclass(frozen=True)
class Former:
    """A cadence that a duty had before: it holds for the days up to `until`, that day included."""

    cadence: Cadence
    until: date


@dataclass(frozen=True)
class Standing:
    """A duty that repeats between two days, and the hour at which its due days are over.

    `former` are the cadences that it had before, the earliest first: one is changed from a next period on, so that
    what has begun keeps its date and every day belongs to one period only.
    """

    cadence: Cadence
    first: date
    last: date
    cutoff: str = MIDNIGHT
    former: tuple[Former, ...] = ()

    def openings(self, calendar: WorkingCalendar, *, since: datetime) -> Iterator[Opening]:
        """Yield what opens, the earliest first; a period whose due moment was over at `since` is not asked for."""
        starts_by = self._spans()[0][0].starts_by
        if starts_by is not None:
            due = by_date(starts_by, self.cutoff, calendar=calendar, source="按规定须在此前启动")
            if due.due_at > since:
                yield Opening(START, "启动", since, due)
        for cadence, period in self._periods(calendar):
            due = self._due(cadence, period, calendar)
            if due.due_at > since:
                yield Opening(period.key, period.title, local_moment(period.starts_on, OPENS_AT), due)

    def next_begins(self, calendar: WorkingCalendar, *, today: date) -> date:
        """Return the first day of the first period that begins after today, the day after the last one if none does."""
        following = today + timedelta(days=1)
        for _, period in self._periods(calendar):
            if period.starts_on > today:
                return period.starts_on
            following = max(following, period.ends_on + timedelta(days=1))
        return following

    def changed(self, cadence: Cadence, *, begins: date) -> Standing:
        """Return the duty with another cadence from a day on, on which a period begins (`next_begins`)."""
        before = begins - timedelta(days=1)
        kept = tuple(Former(one, min(last, before)) for one, first, last in self._spans() if first < begins)
        return replace(self, cadence=cadence, former=kept)

    def begun(
        self, calendar: WorkingCalendar, *, since: datetime, opened_until: datetime | None, now: datetime
    ) -> tuple[tuple[Opening, ...], datetime | None]:
        """Return what opens now, and when to look next (None = never again).

        since         when the duty began to run
        opened_until  openings up to this moment exist already; None = none does
        """
        found: list[Opening] = []
        for one in self.openings(calendar, since=since):
            if opened_until is not None and one.opens_at <= opened_until:
                continue
            if one.opens_at > now:
                return tuple(found), one.opens_at
            found.append(one)
        return tuple(found), None

    def _spans(self) -> list[tuple[Cadence, date, date]]:
        """Return each cadence with the days for which it holds."""
        found, first = [], self.first
        for one in self.former:
            found.append((one.cadence, first, min(one.until, self.last)))
            first = one.until + timedelta(days=1)
        return [*found, (self.cadence, first, self.last)]

    def _periods(self, calendar: WorkingCalendar) -> Iterator[tuple[Cadence, Period]]:
        for cadence, first, last in self._spans():
            for period in periods(cadence, first, last, calendar):
                yield cadence, period

    def _due(self, cadence: Cadence, period: Period, calendar: WorkingCalendar) -> DueMoment:
        due = by_date(period.due_on, self.cutoff, calendar=calendar, source=f"{period.title}（{say_cadence(cadence)}）")
        if cadence.times is not None:
            span = f"{show_day(period.starts_on)}至{show_day(period.ends_on)}"
            return replace(due, rule=f"{due.rule}{span}内至少{cadence.times}次。")
        return due


def standing_from_plain(
    cadence: Mapping[str, Any], former: Sequence[Mapping[str, Any]] | None, first: date, last: date,
    settings: Mapping[str, Any],
) -> Standing:  # fmt: skip
    """Read a standing duty from its measure's columns and its campaign's stored settings."""
    return Standing(
        cadence_from_plain(cadence), first, last, str(settings.get("cutoff", MIDNIGHT)),
        tuple(Former(cadence_from_plain(one["cadence"]), date.fromisoformat(one["until"])) for one in former or ()),
    )  # fmt: skip


def former_to_plain(former: Sequence[Former]) -> list[dict[str, Any]] | None:
    """Return the column of former cadences; None when there are none."""
    return [{"cadence": cadence_to_plain(one.cadence), "until": one.until.isoformat()} for one in former] or None


def cadence_to_plain(cadence: Cadence) -> dict[str, Any]:
    """Return a cadence as a JSON object, as `cadence_from_plain` reads it."""
    plain: dict[str, Any] = {"every": cadence.every.value}
    for key, value in (("by_day", cadence.by_day), ("by_month", cadence.by_month), ("times", cadence.times)):
        if value is not None:
            plain[key] = value
    if cadence.weekdays:
        plain["weekdays"] = list(cadence.weekdays)
    for key, day in (("starts_by", cadence.starts_by), ("from", cadence.from_on), ("until", cadence.until_on)):
        if day is not None:
            plain[key] = day.isoformat()
    return plain


def cadence_from_plain(plain: Mapping[str, Any], *, rhythm: Cadence | None = None) -> Cadence:
    """Read a cadence; `rhythm` is what `rhythm: campaign` (持续推进) stands for. Raises ValueError with a sentence."""
    strange = [key for key in plain if key not in CADENCE_KEYS]
    if strange:
        raise ValueError(f"周期里没有“{strange[0]}”这一项，可以写：{'、'.join(CADENCE_KEYS)}。")
    starts_by, from_on, until_on = (_day(plain.get(key)) for key in ("starts_by", "from", "until"))
    if "rhythm" in plain:
        if plain["rhythm"] != "campaign" or {"every", "by_day", "by_month", "weekdays", "times"} & plain.keys():
            raise ValueError("rhythm 只能写 campaign（按行动统一的节奏），并且不再写 every 等其他周期。")
        if rhythm is None:
            raise ValueError(
                "这项措施按行动统一的节奏报送，但 settings 里没有写 rhythm，请补上，如 {every: month, by_day: 25}。"
            )
        return replace(
            rhythm, starts_by=starts_by, from_on=from_on or rhythm.from_on, until_on=until_on or rhythm.until_on
        )
    try:
        every = Every(str(plain.get("every")))
    except ValueError:
        words = "、".join(one.value for one in Every)
        raise ValueError(f"every: {plain.get('every')} 不对，可以写：{words}。") from None
    weekdays = plain.get("weekdays", ())
    listed = (weekdays,) if isinstance(weekdays, str) else tuple(str(day) for day in weekdays)
    by_day, by_month, times = (_count(key, plain.get(key)) for key in ("by_day", "by_month", "times"))
    return Cadence(
        every, by_day=by_day, by_month=by_month, weekdays=listed, times=times, starts_by=starts_by, from_on=from_on,
        until_on=until_on,
    )  # fmt: skip


def _count(key: str, typed: object) -> int | None:
    if typed is None:
        return None
    if not isinstance(typed, int) or isinstance(typed, bool):
        raise ValueError(f"{key} 要写整数，“{typed}”不是。")
    return typed


def _day(typed: object) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        raise ValueError(f"日期“{typed}”不对，没有这一天，或没有写成 2026-03-31 的样子。") from None
