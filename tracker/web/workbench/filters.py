"""What the address line of the workbench's lists says."""

from __future__ import annotations

from typing import Any

from tracker.domain.values import SEVERITY_TITLES
from tracker.persistence.queries.workbench import DraftRow, ExtensionRow, Filters, FindingRow, MatterRow
from tracker.web.listing import asked, asked_number
from tracker.web.workbench.presenters import GROUPINGS

#: What a saved view keeps of the address line; where a list begins is no part of it.
KEPT = ("section", "campaign", "unit", "severity", "status", "sort")


def bench_filters() -> Filters:
    """Return what the list is narrowed to and grouped by."""
    return Filters(
        asked("campaign"), asked("unit"), asked_number("severity", SEVERITY_TITLES), sort=asked("sort", GROUPINGS)
    )


def kept() -> dict[str, Any]:
    """Return the filters of the address line that are given."""
    return {name: value for name in KEPT if (value := asked(name)) is not None}


def ref_of(row: MatterRow | DraftRow | ExtensionRow | FindingRow) -> str:
    """Return the ref by which people know a row, and by which it is claimed."""
    if isinstance(row, MatterRow):
        return row.notice_ref or row.task_ref
    return row.task_ref if isinstance(row, ExtensionRow) else row.ref
