"""What waits for the office side: returns to review, drafts, extensions asked, look-backs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from tracker.domain.doers import Doers
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.sought_units import HAS_DUTY, SOUGHT, UnitChoices, choosing, read_choices
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

#: A draft's place on its way: open, put up, approved. `issued_at` and `final` end the way.
DRAFT_STAGES = {
    "open": "n.content_hash IS NULL",
    "sealed": "n.content_hash IS NOT NULL AND n.approved_hash IS NULL",
    "approved": "n.content_hash IS NOT NULL AND n.approved_hash IS NOT NULL",
}

_RUNNING = """
    LEFT JOIN LATERAL (SELECT k.name, k.started_at, k.due_on, k.due_at FROM clock k
                       WHERE k.task_id = t.id AND k.status = 'running' ORDER BY k.due_at LIMIT 1) k ON true"""
_MATTER = """t.ref AS task_ref, n.ref AS notice_ref, t.title, t.unit_id, un.name AS unit_name,
    c.id AS campaign_id, c.title AS campaign_title, o.unit_id AS office_unit_id, c.settings AS settings,
    t.state, t.workflow_version_id, t.last_doers, t.risen_unit_id IS NOT NULL AS risen, k.name AS clock, k.started_at AS since,
    k.due_on AS clock_due_on, k.due_at AS clock_due_at, p.total"""
_DRAFT = """n.ref, n.kind, n.severity, n.title, n.version, n.created_at, t.unit_id, un.name AS unit_name,
    c.id AS campaign_id, c.title AS campaign_title, o.unit_id AS office_unit_id, c.settings AS settings,
    t.state, t.workflow_version_id, t.last_doers, t.risen_unit_id IS NOT NULL AS risen,
    k.due_on AS clock_due_on, k.due_at AS clock_due_at, i.items, i.struck, i.oldest_at, p.total"""
_LINES = """
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE i.struck_at IS NULL) AS items, count(i.struck_at) AS struck,
            min(f.raised_at) FILTER (WHERE i.struck_at IS NULL) AS oldest_at
        FROM notice_item i LEFT JOIN finding f ON f.id = i.finding_id WHERE i.notice_id = n.id) i ON true"""
_EXTENSION = """t.ref AS task_ref, t.title, t.unit_id, un.name AS unit_name, c.title AS campaign_title,
    t.workflow_version_id, e.old_due_on, e.wanted_on, e.reason, e.asked_at, e.steps, e.examined_at, e.examined_on, p.total"""
_FINDING = """f.ref, f.kind, f.severity, f.summary, f.status, f.raised_at, f.reason, t.ref AS task_ref,
    t.title AS task_title, t.unit_id, un.name AS unit_name, c.title AS campaign_title, c.settings AS settings,
    t.workflow_version_id, t.due_on, t.due_at, d.ref AS notice_ref, d.content_hash IS NULL AS draft_open, p.total"""

#: Puts together what a list is grouped by, before its own order; {severity} is the row's.
_TOGETHER: Mapping[str, str] = {
    "unit": "un.position, un.name", "severity": "-({severity})", "campaign": "c.title", "workflow": "t.workflow_key",
    "task": "t.title",
}  # fmt: skip
#: {at} has the row's campaign and unit.
_CONDITIONS: Mapping[str, str] = {
    "campaign": "c.ref = :campaign", "unit": f"{{at}}.unit_id = ANY({SOUGHT})",
    "severity": "{severity} = :severity", "refs": "{ref} = ANY(:refs)", "status": "f.status = :status",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _List:
    """One list of the workbench, found in two steps: which rows, in which order, then only a page of them with all that
    is shown. What is not asked for is not in the statement, so that plans stay simple.

    source     FROM of the first step; `where` narrows it, {at} has its campaign and unit
    order      its own order, after what it is put together by
    rest       what the second step joins beside the tasks' campaigns, offices and units' names
    severity   the row's, and `ref` the name that it is picked by
    narrowed   the filters that it knows
    """

    shown: str
    source: str
    where: str
    order: str
    key: str
    rest: str
    at: str = "t"
    severity: str = "0"
    ref: str = "t.ref"
    narrowed: frozenset[str] = frozenset({"campaign", "unit"})

    def statement(self, given: Mapping[str, Any]) -> TextClause:
        """Return the statement for these filters, of which None is no filter."""
        sort, asked = str(given.get("sort")), [name for name in _CONDITIONS if given.get(name) is not None]
        conditions = "".join(f" AND {_CONDITIONS[name]}" for name in asked if name in self.narrowed)
        order = f"{_TOGETHER[sort]}, {self.order}" if sort in _TOGETHER else self.order
        joined = "JOIN campaign c ON c.id = {at}.campaign_id"
        if sort in ("workflow", "task") and self.at == "f":
            joined += " JOIN task t ON t.id = f.task_id"
        if sort == "unit":
            joined += " JOIN unit_name un ON un.unit_id = {at}.unit_id AND un.valid_to IS NULL"
        found = f"""SELECT {self.key} AS key, row_number() OVER (ORDER BY {order}) AS place, count(*) OVER () AS total
            FROM {self.source} {joined} WHERE {self.where} AND {OFFICE_SEES}{conditions}"""
        picked = found.format(severity=self.severity, ref=self.ref, at=self.at)
        return text(f"""
            SELECT {self.shown} FROM (SELECT * FROM ({picked}) x ORDER BY x.place LIMIT :limit OFFSET :offset) p
            {self.rest} JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
            JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL ORDER BY p.place""")


def _matters(where: str, *, tasks: str = "task t", order: str = "k.due_at NULLS LAST, t.id") -> _List:
    return _List(
        _MATTER, f"{tasks} LEFT JOIN notice n ON n.task_id = t.id {_RUNNING}", where, order, "t.id",
        f"JOIN task t ON t.id = p.key LEFT JOIN notice n ON n.task_id = t.id {_RUNNING}",
        severity="coalesce(n.severity, 0)",
    )  # fmt: skip


#: Returns and replies: the office's own drafts wait for the same people, and are many.
REVIEWS = _matters(
    "NOT t.done AND t.tie IS DISTINCT FROM 'share' AND t.workflow_key <> 'objection'",
    tasks="""(SELECT id FROM task WHERE waits_for = 'supervisor' AND NOT final AND NOT paper
        UNION ALL SELECT p.id FROM notice o JOIN task p ON p.id = o.task_id
        WHERE o.issued_at IS NOT NULL AND p.waits_for = 'supervisor' AND NOT p.final) w JOIN task t ON t.id = w.id""",
)
OBJECTIONS = _matters("t.workflow_key = 'objection' AND NOT t.final")
WATCHED = _matters(
    """NOT t.final AND (t.done OR n.issued_at IS NOT NULL) AND t.tie IS DISTINCT FROM 'share'
      AND k.name IN ('look_back', 'hold') AND k.due_on <= :watch_until
      AND t.id IN (SELECT w.task_id FROM clock w
                   WHERE w.status = 'running' AND w.name IN ('look_back', 'hold') AND w.due_on <= :watch_until)""",
    order="k.due_at, t.id",
)
#: The gravest first, then the oldest.
DRAFTS = {
    stage: _List(
        _DRAFT, "notice n JOIN task t ON t.id = n.task_id", f"n.issued_at IS NULL AND NOT t.final AND {condition}",
        "n.severity DESC, n.created_at, n.id", "n.id",
        f"JOIN notice n ON n.id = p.key JOIN task t ON t.id = n.task_id {_RUNNING} {_LINES}",
        at="n", severity="n.severity", ref="n.ref", narrowed=frozenset({"campaign", "unit", "severity", "refs"}),
    )
    for stage, condition in DRAFT_STAGES.items()
}  # fmt: skip
EXTENSIONS = _List(
    _EXTENSION, "task t JOIN extension e ON e.task_id = t.id AND e.status = 'asked'", "t.tie IS DISTINCT FROM 'share'",
    "e.asked_at, e.id", "e.id", "JOIN extension e ON e.id = p.key JOIN task t ON t.id = e.task_id",
)  # fmt: skip
FINDINGS = _List(
    _FINDING, "finding f", "true", "f.raised_at DESC, f.id DESC", "f.id",
    """JOIN finding f ON f.id = p.key JOIN task t ON t.id = f.task_id
    LEFT JOIN notice_item i ON i.finding_id = f.id LEFT JOIN notice d ON d.id = i.notice_id""",
    at="f", severity="f.severity", ref="f.ref",
    narrowed=frozenset({"campaign", "unit", "severity", "refs", "status"}),
)  # fmt: skip

CAMPAIGN_CHOICES = text(f"""
    SELECT c.ref, c.title FROM campaign c JOIN office o ON o.id = c.office_id WHERE {OFFICE_SEES} ORDER BY c.id""")
UNIT_CHOICES = choosing(f"SELECT u.id FROM unit u WHERE {HAS_DUTY}")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None = all. `campaign` is a ref, `unit` what SOUGHT finds units by, `refs` the rows themselves.

    sort    what is put together: unit, severity, campaign, workflow or task
    """

    campaign: str | None = None
    unit: str | None = None
    severity: int | None = None
    refs: tuple[str, ...] | None = None
    sort: str | None = None

    def given(self) -> dict[str, Any]:
        """Return the parameters of the statements."""
        return {
            "campaign": self.campaign, "unit": self.unit, "severity": self.severity,
            "refs": list(self.refs) if self.refs is not None else None, "sort": self.sort,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A task or an issued paper that the supervisors must judge. `since` is when the present clock began."""

    task_ref: str
    notice_ref: str | None
    title: str
    unit_id: int
    unit_name: str
    campaign_id: int
    campaign_title: str
    office_unit_id: int
    settings: Mapping[str, Any]
    state: str
    workflow_version_id: int
    last_doers: Doers
    risen: bool
    clock: str | None
    since: datetime | None
    clock_due_on: date | None
    clock_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A paper that has not gone out. `oldest_at` is when the oldest finding in it was raised."""

    ref: str
    kind: str
    severity: int
    title: str
    version: int
    created_at: datetime
    unit_id: int
    unit_name: str
    campaign_id: int
    campaign_title: str
    office_unit_id: int
    settings: Mapping[str, Any]
    state: str
    workflow_version_id: int
    last_doers: Doers
    risen: bool
    clock_due_on: date | None
    clock_due_at: datetime | None
    items: int
    struck: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """An extension that awaits a decision."""

    task_ref: str
    title: str
    unit_id: int
    unit_name: str
    campaign_title: str
    workflow_version_id: int
    old_due_on: date
    wanted_on: date
    reason: str
    asked_at: datetime
    steps: int
    examined_at: datetime | None
    examined_on: date | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What the engine raised, and the paper that holds it."""

    ref: str
    kind: str
    severity: int
    summary: str
    status: str
    raised_at: datetime
    reason: str
    task_ref: str
    task_title: str
    unit_id: int
    unit_name: str
    campaign_title: str
    settings: Mapping[str, Any]
    workflow_version_id: int
    due_on: date | None
    due_at: datetime | None
    notice_ref: str | None
    draft_open: bool | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: (code, title) of campaigns, and units."""

    campaigns: tuple[tuple[str, str], ...]
    units: UnitChoices


def find_section(
    session: Session,
    viewer: Viewer,
    filters: Filters,
    section: str,
    *,
    watch_until: date,
    page: int = 1,
    size: int | None,
) -> Page[MatterRow] | Page[DraftRow] | Page[ExtensionRow]:
    """Return one section of the workbench, the most pressing first; without a `size` whole, however long it is.

    section   reviews, objections, watched (look-backs and interviews due by `watch_until`), extensions, or one of DRAFT_STAGES
    """
    found: Page[MatterRow] | Page[DraftRow] | Page[ExtensionRow]
    match section:
        case "reviews":
            found = _fetch(session, viewer, REVIEWS, MatterRow, filters, page, size)
        case "objections":
            found = _fetch(session, viewer, OBJECTIONS, MatterRow, filters, page, size)
        case "watched":
            found = _fetch(session, viewer, WATCHED, MatterRow, filters, page, size, watch_until=watch_until)
        case "extensions":
            found = _fetch(session, viewer, EXTENSIONS, ExtensionRow, filters, page, size)
        case stage:
            found = find_drafts(session, viewer, filters, stage, page=page, size=size)
    return found


def find_drafts(
    session: Session, viewer: Viewer, filters: Filters, stage: str, *, page: int, size: int | None
) -> Page[DraftRow]:
    """Return the drafts at one of DRAFT_STAGES, the gravest first."""
    return _fetch(session, viewer, DRAFTS[stage], DraftRow, filters, page, size)


def find_findings(
    session: Session, viewer: Viewer, filters: Filters, *, status: str | None, page: int, size: int
) -> Page[FindingRow]:
    """Return findings, the newest first within what they are grouped by."""
    return _fetch(session, viewer, FINDINGS, FindingRow, filters, page, size, status=status)


def filter_choices(session: Session, viewer: Viewer, *, unit: str | None) -> Choices:
    """Return the campaigns and units that the viewer's lists can be narrowed to; `unit` is what this one is."""
    given = scope(viewer)
    campaigns = tuple((row.ref, row.title) for row in session.execute(CAMPAIGN_CHOICES, given))
    return Choices(campaigns, read_choices(session, UNIT_CHOICES, given, chosen=unit))


def _fetch(
    session: Session, viewer: Viewer, listed: _List, made: type[Any], filters: Filters, page: int,
    size: int | None, **more: Any,
) -> Page[Any]:  # fmt: skip
    given = {**scope(viewer), **filters.given(), **more}
    return fetch_page(session, listed.statement(given), made, number=page, size=size, given=given)
