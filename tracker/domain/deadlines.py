"""When something falls due: by a fixed date, within a period, or with the end of a phase.

The three differ in law and in practice (DOMAIN.md §4.1). A fixed date is an order and never moves, not even
off a rest day; a period leaves its first day out and rolls forward to a working day (民法典 §201, §203). Each
result carries the sentence that says how it was counted, because a unit may ask (DESIGN.md §3.7).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.definition import DayUnit, Within
from tracker.domain.periods import format_within
from tracker.domain.values import SHANGHAI, DueClass, local_date

MIDNIGHT = "24:00"
#: Hours for which something waits for people are counted while they are at work, lunch included.
OFFICE_OPENS, OFFICE_CLOSES = time(8, 30), time(17, 30)
_COUNTED = re.compile(r"自(\d+)年(\d+)月(\d+)日起算（当日不计），(\d+)(个工作日|日)[，。]")


@dataclass(frozen=True)
class Cutoff:
    """The local hour at which a due day is over: 24:00, or when the office closes, such as 17:30."""

    text: str = MIDNIGHT

    def __post_init__(self) -> None:
        if self.text == MIDNIGHT:
            return
        hours, _, minutes = self.text.partition(":")
        well_formed = len(self.text) == 5 and (hours + minutes).isascii() and (hours + minutes).isdigit()
        if not well_formed or int(hours) > 23 or int(minutes) > 59:
            raise ValueError(f"截止时刻“{self.text}”不对，请写成 17:30 这样的时刻，或 24:00。")

    def on(self, day: date) -> datetime:
        """Return the first overdue moment of a duty due on `day`, in UTC."""
        if self.text == MIDNIGHT:
            return local_moment(day + timedelta(days=1), time(0, 0))
        return local_moment(day, time.fromisoformat(self.text))


@dataclass(frozen=True)
class DueMoment:
    """A due day, its first overdue moment, and how both came about.

    due_at              aware UTC; from this moment on the duty is overdue
    rule                how it was computed, as a sentence for the unit
    provisional         the calendar of a year that was counted through is not published yet
    falls_on_rest_day   only a fixed date can; it does not move, but people are told
    """

    due_on: date
    due_at: datetime
    due_class: DueClass
    cutoff: str
    calendar_version: int
    rule: str
    provisional: bool = False
    falls_on_rest_day: bool = False


@dataclass(frozen=True)
class Phase:
    """A phase of a campaign (动员部署, 集中整治 …), both days included."""

    key: str
    title: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class DueByDate:
    """A measure that is due on a day printed in the plan."""

    day: date
    cutoff: str = MIDNIGHT


@dataclass(frozen=True)
class DueWithin:
    """A measure that is due so many days after its task opens, or, `since` acceptance, after the unit signed for it."""

    within: Within
    cutoff: str = MIDNIGHT
    since: str = "issued"


@dataclass(frozen=True)
class DueInPart:
    """A measure that is due with the end of a month or of a ten-day part of one (5月底前, 5月中旬)."""

    year: int
    month: int
    part: str = "month"
    cutoff: str = MIDNIGHT

    @property
    def day(self) -> date:
        """Return the last day: the 10th, the 20th, or the month's last (DOMAIN.md §4.3)."""
        last = {"early": 10, "middle": 20}.get(self.part) or monthrange(self.year, self.month)[1]
        return date(self.year, self.month, last)


@dataclass(frozen=True)
class DueFromTo:
    """A measure with a first and a last day; its task opens on the first."""

    opens_on: date
    day: date
    cutoff: str = MIDNIGHT


@dataclass(frozen=True)
class DueStartBy:
    """A measure that must have begun by a day (3月31日前启动)."""

    day: date
    cutoff: str = MIDNIGHT


@dataclass(frozen=True)
class DueAtPhaseEnd:
    """A measure that is due when a phase of the campaign ends."""

    phase: str
    cutoff: str = MIDNIGHT


MeasureDue = DueByDate | DueWithin | DueAtPhaseEnd | DueInPart | DueFromTo | DueStartBy
#: From when a period of a measure counts.
SINCE = {"issued": "下达后", "accepted": "签收后"}
PARTS = {"early": "上旬", "middle": "中旬", "late": "下旬", "month": "底"}


def local_moment(day: date, at: time) -> datetime:
    """Return the moment at which clocks in Shanghai show `at` on `day`, in UTC."""
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def show_day(day: date) -> str:
    """Return a date as people write it: 2026年8月25日."""
    return f"{day.year}年{day.month}月{day.day}日"


def add_months(day: date, months: int) -> date:
    """Return the same day of the month `months` later, or that month's last day (民法典 §202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def by_date(day: date, cutoff: str = MIDNIGHT, *, calendar: WorkingCalendar, source: str = "按规定日期") -> DueMoment:
    """Return the due moment of a printed date. It never rolls; a rest day is flagged and said."""
    resting = not calendar.is_workday(day)
    rule = f"{source}，{show_day(day)}{_until(cutoff)}前（含当日）。"
    if resting:
        rule += f"当日为休息日，期限不顺延，请在{show_day(calendar.last_workday_on_or_before(day))}下班前办结。"
    return DueMoment(
        due_on=day, due_at=Cutoff(cutoff).on(day), due_class=DueClass.FIXED, cutoff=cutoff,
        calendar_version=calendar.version, rule=rule, falls_on_rest_day=resting,
    )  # fmt: skip


def within(
    started_at: datetime, period: Within, calendar: WorkingCalendar, cutoff: str = MIDNIGHT,
    due_class: DueClass = DueClass.COMPUTED,
) -> DueMoment:  # fmt: skip
    """Return the due moment of a period that starts now; the day of `started_at` is not counted.

    Working days are counted; calendar days whose last one is a rest day roll forward to the next working day.
    """
    start = local_date(started_at)
    rule = f"自{show_day(start)}起算（当日不计），{format_within(period)}"
    if period.unit is DayUnit.WORKING_DAY:
        due_on = calendar.add_working_days(start, period.amount)
    else:
        last = start + timedelta(days=period.amount)
        due_on = calendar.roll_forward(last)
        if due_on != last:
            rule += f"，期限最后一日{show_day(last)}为休息日，顺延到下一个工作日"
    provisional = any(calendar.is_provisional(date(year, 1, 1)) for year in range(start.year, due_on.year + 1))
    rule += f"，到{show_day(due_on)}{_until(cutoff)}止。"
    if provisional:
        rule += "其中有年份的放假安排尚未公布，暂按已知节假日推算。"
    return DueMoment(
        due_on=due_on, due_at=Cutoff(cutoff).on(due_on), due_class=due_class, cutoff=cutoff,
        calendar_version=calendar.version, rule=rule, provisional=provisional,
    )  # fmt: skip


def period_in(rule: str) -> tuple[date, Within] | None:
    """Return the start and the length that a rule written by `within` counted from; None for any other rule.

    The rule is what is kept of how a date came about (DESIGN.md §3.9), so a new calendar counts from it again.
    """
    found = _COUNTED.match(rule)
    if found is None:
        return None
    year, month, day, amount = (int(part) for part in found.groups()[:4])
    unit = DayUnit.WORKING_DAY if found[5] == "个工作日" else DayUnit.CALENDAR_DAY
    return date(year, month, day), Within(amount, unit)


def at_phase_end(phase: Phase, cutoff: str = MIDNIGHT, *, calendar: WorkingCalendar) -> DueMoment:
    """Return the due moment of what is due when `phase` ends: a printed date, so it never rolls."""
    return by_date(phase.ends_on, cutoff, calendar=calendar, source=f"“{phase.title}”阶段结束时")


def follow_upper(own: date, old_upper: date, new_upper: date, calendar: WorkingCalendar) -> date:
    """Return the day of a duty that was handed down, once the day of the duty above it has moved.

    Moved later, it keeps its distance in working days and never comes earlier; moved earlier, it is only brought
    back to the new day where it would lie beyond it.
    """
    if new_upper <= old_upper:
        return min(own, new_upper)
    ahead = max(0, calendar.working_days_between(own, old_upper))
    shifted = calendar.add_working_days(new_upper, -ahead) if ahead else new_upper
    return min(new_upper, max(own, shifted))


def told(due: DueMoment) -> DueMoment:
    """Return the moment as it is once people have been told it: a computed one may then only move later (§3.9)."""
    return replace(due, due_class=DueClass.TOLD) if due.due_class is DueClass.COMPUTED else due


def at_once(now: datetime, calendar: WorkingCalendar) -> DueMoment:
    """Return the due moment of what is looked at the moment it happens: nobody has to do anything by then."""
    return DueMoment(
        due_on=local_date(now), due_at=now, due_class=DueClass.FIXED, cutoff=MIDNIGHT,
        calendar_version=calendar.version, rule="印发时起算，不另计期限。",
    )  # fmt: skip


def check_moment(checked_on: date, at: time, calendar: WorkingCalendar) -> datetime:
    """Return when a check of the progress at the end of `checked_on` is acted on: `at` of the next working day, in UTC."""
    return local_moment(calendar.add_working_days(checked_on, 1), at)


def rung_moment(due_on: date, after: int, at: time, calendar: WorkingCalendar) -> datetime:
    """Return when a rung is reached, in UTC: `after` working days from `due_on`, at the local hour `at`.

    0 is the last working day on or before the due day, so that nobody is first told on a holiday; what comes
    before the due day counts back from there (DOMAIN.md §4.1: remind before the last working day).
    """
    base = due_on if after > 0 else calendar.last_workday_on_or_before(due_on)
    return local_moment(calendar.add_working_days(base, after), at)


def office_hours_later(start: datetime, hours: int, calendar: WorkingCalendar) -> datetime:
    """Return the moment at which `hours` of office time have passed since `start`, in UTC.

    It lies in office hours: nobody is told at night that something has lain unopened over the evening.
    """
    left, day, moment = timedelta(hours=hours), local_date(start), start
    while True:
        opens, closes = local_moment(day, OFFICE_OPENS), local_moment(day, OFFICE_CLOSES)
        moment = max(moment, opens)
        if calendar.is_workday(day) and moment < closes:
            if left <= closes - moment:
                return moment + left
            left -= closes - moment
        day += timedelta(days=1)


def _until(cutoff: str) -> str:
    return "" if cutoff == MIDNIGHT else f"{cutoff}"
