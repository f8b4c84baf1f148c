"""A sweep decides once about clocks that are alike; two that differ in anything are never taken for each other."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracker.persistence.repositories.clocks import clock_from, likeness

MOMENT = datetime(2026, 3, 20, 1, 10, tzinfo=UTC)
PACE = {"from": "2026-03-02", "to": "2026-06-30", "checked": "month", "reported": []}
ROW: dict[str, Any] = {
    "name": "finish", "occurrence": 1, "status": "running", "started_at": MOMENT, "due_on": date(2026, 3, 20),
    "due_at": MOMENT, "due_class": "fixed", "due_rule": "按规定日期", "cutoff": "24:00", "provisional": False,
    "calendar_version_id": 1, "ladder_from_on": date(2026, 3, 20), "held_since": None, "pause_reason": None,
    "quality_failures": 0, "failed_rechecks": 0, "ordered_rungs": [], "severity_floor": 0, "excused": False, "pace": None,
}  # fmt: skip
LATER = datetime(2026, 3, 21, 1, 10, tzinfo=UTC)
OTHER: dict[str, Any] = {
    "name": "reply", "occurrence": 2, "status": "paused", "started_at": LATER, "due_on": date(2026, 3, 21),
    "due_at": LATER, "due_class": "told", "due_rule": "延期", "cutoff": "18:00", "provisional": True,
    "calendar_version_id": 2, "ladder_from_on": date(2026, 3, 21), "held_since": MOMENT, "pause_reason": "objection",
    "quality_failures": 1, "failed_rechecks": 1, "ordered_rungs": [4], "severity_floor": 3, "excused": True, "pace": PACE,
}  # fmt: skip


class Watched(dict[str, Any]):
    """A row that remembers which of its columns were read."""

    def __init__(self, row: dict[str, Any]) -> None:
        super().__init__(row)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


def test_all_that_a_clock_is_made_of_is_among_the_columns_tried_here() -> None:
    row = Watched(ROW)
    clock_from(row, frozenset())
    assert row.read == OTHER.keys()


@pytest.mark.parametrize("column", sorted(OTHER))
def test_a_clock_that_differs_in_one_column_is_not_alike(column: str) -> None:
    assert likeness(ROW) == likeness(dict(ROW))
    changed = {**ROW, column: OTHER[column]}
    assert clock_from(changed, frozenset()) != clock_from(ROW, frozenset())
    assert likeness(changed) != likeness(ROW)
    assert isinstance(hash(likeness(changed)), int)
