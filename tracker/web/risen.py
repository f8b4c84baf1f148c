"""What rose to a unit above the office, as the desk and the workbench of those who decide there show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from tracker.domain.extending import EXTENSION, EXTENSION_FINAL
from tracker.domain.ports import WorkflowCatalog
from tracker.persistence.queries.risen import RisenRow

#: As whom the unit above decides, for the small print.
PARTY_WORDS = {
    "supervisor": "督导组",
    "office": "办公室",
    "leader": "领导小组领导",
    EXTENSION: "延期审批人",
    EXTENSION_FINAL: "延期批准人",
}


@dataclass(frozen=True)
class RisenLine:
    """One matter that rose: where it is, whose it is, why it came here."""

    url: str
    ref: str
    title: str
    unit: str
    campaign: str
    state: str
    why: str
    since: datetime | None


def present_risen(rows: Iterable[RisenRow], catalog: WorkflowCatalog) -> tuple[RisenLine, ...]:
    """Return the lines of the section; empty for nearly everybody, nearly always."""
    return tuple(_line(row, catalog) for row in rows)


def _line(row: RisenRow, catalog: WorkflowCatalog) -> RisenLine:
    definition = catalog.workflow(row.workflow_version_id)
    url = url_for("notices.show", ref=row.notice_ref) if row.notice_ref else url_for("tasks.show", ref=row.task_ref)
    parties = "、".join(PARTY_WORDS.get(party, party) for party in row.risen_parties)
    return RisenLine(
        url, row.notice_ref or row.task_ref, row.title, row.unit_name, row.campaign_title,
        definition.states[row.state].title,
        f"{row.office_name}已没有其他人可以作为{parties}决定，按规定转请上一级单位决定。", row.since,
    )  # fmt: skip
