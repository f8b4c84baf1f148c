"""The year as twelve small tables, and the dates that move as a person may see them."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.services.calendar_previews import Moves

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
FIRST_YEAR, LAST_YEAR = 2004, 2100
OTHERS = "其他专项行动（不在您的权限内，不列名称）"


@dataclass(frozen=True)
class DayCell:
    """One day. `mark` is 休 or 班 where the day goes against its weekday."""

    number: int
    mark: str
    works: bool


@dataclass(frozen=True)
class Month:
    """One month by weeks from Monday; None fills a week."""

    number: int
    weeks: tuple[tuple[DayCell | None, ...], ...]


@dataclass(frozen=True)
class MovingGroup:
    """The moving dates of one campaign: how many, how many of them were told, and from which day to which."""

    title: str
    total: int
    told: int
    moves: tuple[tuple[date, date, int], ...]


def year_asked(text: str | None, today: date) -> int:
    """Return the year to show; what cannot be one counts as the present year."""
    if text is not None and text.isascii() and text.isdigit() and len(text) == 4:
        return min(max(int(text), FIRST_YEAR), LAST_YEAR)
    return today.year


def years_of(calendar: WorkingCalendar, today: date, shown: int) -> list[tuple[int, bool]]:
    """Return the years to choose from, and whether each is provisional."""
    years = {day.year for day in calendar.exceptions} | calendar.published_years | {today.year, today.year + 1, shown}
    return [(year, year not in calendar.published_years) for year in sorted(years)]


def months_of(calendar: WorkingCalendar, year: int) -> list[Month]:
    """Return the twelve months of a year."""
    weeks = Calendar().monthdatescalendar
    return [
        Month(
            month,
            tuple(
                tuple(day_cell(calendar, day) if day.month == month else None for day in week)
                for week in weeks(year, month)
            ),
        )
        for month in range(1, 13)
    ]


def group_moving(moving: Iterable[Moves], viewer: Viewer) -> list[MovingGroup]:
    """Return the moving dates by campaign. Campaigns that the viewer does not see are counted together, unnamed."""
    groups: dict[int, list[Moves]] = {}
    for one in moving:
        place = Place(one.office_unit_id, one.campaign_id, None, internal=True)
        key = one.campaign_id if may(viewer, Action.SEE_CAMPAIGN, place) else 0
        groups.setdefault(key, []).append(one)
    return [_group(ones[0].campaign if key else OTHERS, ones) for key, ones in sorted(groups.items(), reverse=True)]


def _group(title: str, ones: Sequence[Moves]) -> MovingGroup:
    pairs: Counter[tuple[date, date]] = Counter()
    for one in ones:
        pairs[one.old, one.new] += one.many
    moves = tuple((old, new, many) for (old, new), many in sorted(pairs.items()))
    told = sum(one.many for one in ones if one.was_told)
    return MovingGroup(title, sum(one.many for one in ones), told, moves)


def day_cell(calendar: WorkingCalendar, day: date) -> DayCell:
    """Return a day as the calendar has it."""
    works = calendar.is_workday(day)
    named = calendar.exceptions.get(day)
    mark = "" if named is None else "班" if named else "休"
    return DayCell(day.day, mark, works)
