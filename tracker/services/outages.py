"""Saying that rungs came late because nobody looked: the lateness is the engine's then, and no unit's."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.domain.values import SHANGHAI
from tracker.persistence.repositories.incidents import NewIncident
from tracker.services.context import Floor

#: A sweep comes within seconds; what has waited for longer than this was left lying by an outage.
LONGEST_WAIT = timedelta(minutes=10)


def report_outage(floor: Floor, *, waited_since: datetime | None, fired: int) -> None:
    """Open an incident when what a sweep has fired had been due for long."""
    now = floor.clock.now()
    if not fired or waited_since is None or now - waited_since <= LONGEST_WAIT:
        return
    sentence = (
        f"{_moment(waited_since)}到期的事项到{_moment(now)}才处理，其间没有巡查（停机、数据库中断或曾无法判定）。"
        f"已按到期先后补触发{fired}项，每人合并成一条消息。请核对待处事项，并检查停机原因。"
    )
    with floor.uows() as uow:
        uow.incidents.raise_many([NewIncident("outage", "engine", sentence)], now=now)
        uow.commit()


def _moment(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"
