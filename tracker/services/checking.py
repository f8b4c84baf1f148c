"""A check of scheduled progress is over: its clock moves on to the next one, in the sweep that judged it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.auditing import CHECKED
from tracker.domain.clocks import Clock
from tracker.domain.progress import pace_to_plain
from tracker.persistence.engine import to_json
from tracker.persistence.repositories.clocks import clock_payload
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.firings import Judged
from tracker.services.recording import event


def move_on(uow: UnitOfWork, judged: Sequence[Judged], *, now: datetime) -> list[NewEvent]:
    """Give the clocks whose check is over their next one; return what the record says of it."""
    checked = [(one, one.decision.checked) for one in judged if one.decision.checked is not None]
    if not checked:
        return []
    uow.history.move_on({one.row["clock_id"]: _columns(clock) for one, clock in checked})
    return [
        event(
            ("task", one.row["task_id"]),
            CHECKED,
            {
                "clock": clock.name, "checked_on": one.clock.due.due_on.isoformat(),
                "clocks": {clock.name: clock_payload(clock, one.row["ladder_version_id"])},
            },
            at=now,
        )
        for one, clock in checked
    ]  # fmt: skip


def _columns(clock: Clock) -> dict[str, object]:
    due = clock.due
    return {
        "occurrence": clock.occurrence, "started_at": clock.started_at, "due_on": due.due_on, "due_at": due.due_at,
        "due_class": due.due_class.value, "due_rule": due.rule, "calendar": due.calendar_version,
        "pace": to_json(pace_to_plain(clock.pace)) if clock.pace else None,
    }  # fmt: skip
