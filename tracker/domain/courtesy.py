"""When a person is left in peace: quiet hours, rest days, so many messages a day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.channels import Courtesy
from tracker.domain.deadlines import local_moment
from tracker.domain.values import SHANGHAI, local_date

#: When messages go again on a working day, where no quiet hours say so.
MORNING = time(8)


@dataclass(frozen=True)
class Spared:
    """Until when a message waits, and why, as the outbox shows it."""

    until: datetime
    reason: str


def spared(
    courtesy: Courtesy, channel: str, *, now: datetime, calendar: WorkingCalendar, sent_today: int
) -> Spared | None:
    """Return until when a message to a person waits; None when it may go now.

    `sent_today` counts what the person got on this channel today. The moment at which the wait ends lies in no
    quiet hour and, where working days count, on none but those.
    """
    ceiling = courtesy.daily_ceiling.get(channel)
    if ceiling is not None and sent_today >= ceiling:
        tomorrow = local_moment(local_date(now) + timedelta(days=1), courtesy.quiet_until or MORNING)
        return Spared(_open_from(courtesy, channel, tomorrow, calendar), f"本人今天已收到{sent_today}条，明天合并发出")
    opens = _open_from(courtesy, channel, now, calendar)
    if opens == now:
        return None
    rests = courtesy.working_days_only and not calendar.is_workday(local_date(now))
    return Spared(opens, "休息日不发，到工作日发出" if rests else "免打扰时段，过后发出")


def _open_from(courtesy: Courtesy, channel: str, moment: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the first moment from `moment` on at which the channel may be used."""
    if channel not in courtesy.channels:
        return moment
    opens = courtesy.quiet_until or MORNING
    if courtesy.working_days_only and not calendar.is_workday(local_date(moment)):
        return local_moment(calendar.roll_forward(local_date(moment)), opens)
    if not _is_quiet(courtesy, moment.astimezone(SHANGHAI).time()):
        return moment
    day = local_date(moment)
    if moment.astimezone(SHANGHAI).time() >= opens:
        day += timedelta(days=1)
    if courtesy.working_days_only:
        day = calendar.roll_forward(day)
    return local_moment(day, opens)


def _is_quiet(courtesy: Courtesy, at: time) -> bool:
    start, end = courtesy.quiet_from, courtesy.quiet_until
    if start is None or end is None or start == end:
        return False
    return start <= at < end if start < end else at >= start or at < end
