"""Whether a person is to be left in peace just now, as the channels file asks (domain.courtesy)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.channels import Courtesy, kind_of
from tracker.domain.courtesy import Spared, spared
from tracker.domain.deadlines import local_moment
from tracker.domain.ports import CalendarCatalog, Clock
from tracker.domain.values import local_date
from tracker.persistence.repositories.delivery_rows import DeliveryPart, DueDelivery
from tracker.persistence.unit_of_work import UnitOfWork

WEEKDAYS = WorkingCalendar(0, {}, frozenset())


class Manners:
    """Looks at a message that is about to go out."""

    def __init__(self, courtesy: Courtesy, calendars: CalendarCatalog | None, clock: Clock) -> None:
        self._courtesy, self._calendars, self._clock = courtesy, calendars, clock

    def spared(self, uow: UnitOfWork, due: DueDelivery, parts: Sequence[DeliveryPart]) -> Spared | None:
        """Return until when it waits, None when it may go. A paper breaks through where its campaign says so."""
        courtesy, kind = self._courtesy, kind_of(due.channel)
        if kind not in courtesy.channels and kind not in courtesy.daily_ceiling:
            return None
        if any(part.urgent for part in parts):
            return None
        sent = 0
        if kind in courtesy.daily_ceiling and due.person_id is not None:
            midnight = local_moment(local_date(self._clock.real_now()), time(0))
            sent = uow.deliveries.sent_since(due.person_id, due.channel, midnight)
        calendar = self._calendars.newest() if self._calendars is not None else WEEKDAYS
        return spared(courtesy, kind, now=self._clock.now(), calendar=calendar, sent_today=sent)


def one_a_person(claimed: Sequence[DueDelivery]) -> list[DueDelivery]:
    """Return the first of each person: what is sent to somebody counts when his next message is looked at."""
    first: dict[int, DueDelivery] = {}
    for due in claimed:
        first.setdefault(due.person_id or -due.id, due)  # a group or system is spared nothing
    return list(first.values())
