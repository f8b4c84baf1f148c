"""What a campaign would ask of its units: how many tasks each gets, and how many fall due in which week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.campaign_file import CampaignFile, Labels, MeasureEntry, duties_of
from tracker.domain.standing import Once, Standing


@dataclass(frozen=True)
class Outlook:
    """Tasks by unit key and by the Monday of the week in which they are due; `undated` are due from acceptance."""

    tasks: int
    by_unit: Mapping[str, int]
    by_week: tuple[tuple[date, int], ...]
    undated: int

    @property
    def peak(self) -> int:
        """Return the most tasks that fall due in one week."""
        return max((many for _, many in self.by_week), default=0)


def look_ahead(file: CampaignFile, labels: Labels, calendar: WorkingCalendar, *, now: datetime) -> Outlook:
    """Return the outlook as if the campaign were issued now."""
    by_unit: Counter[str] = Counter()
    by_week: Counter[date] = Counter()
    undated = 0
    for measure in file.measures:
        days = _due_days(measure, file, calendar, now)
        duties = duties_of(measure, labels)
        for key, _ in duties:
            by_unit[key] += len(days)
        for day in days:
            if day is None:
                undated += len(duties)
            else:
                by_week[day - timedelta(days=day.weekday())] += len(duties)
    return Outlook(sum(by_unit.values()), dict(by_unit), tuple(sorted(by_week.items())), undated)


def _due_days(measure: MeasureEntry, file: CampaignFile, calendar: WorkingCalendar, now: datetime) -> list[date | None]:
    """Return the due day of every task that one unit would get, None for one that counts from acceptance."""
    if measure.cadence is not None:
        standing = Standing(measure.cadence, file.starts_on, file.ends_on, file.settings.cutoff)
        return [one.due.due_on if one.due else None for one in standing.openings(calendar, since=now)]
    if measure.due is None:
        return []
    once = Once(measure.due, {phase.key: phase for phase in file.phases})
    opened, later = once.begun(calendar, since=now, opened_until=None, now=now)
    if not opened and later is not None:
        opened, _ = once.begun(calendar, since=later, opened_until=None, now=later)
    return [one.due.due_on if one.due else None for one in opened]
