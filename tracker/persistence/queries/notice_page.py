"""One paper with all that surrounds it, and the lists of papers. A unit sees a paper from its issuing on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.doers import Doers
from tracker.domain.errors import NotFound
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import UNIT_SIDE, Viewer
from tracker.persistence.queries.lights import CONTESTED, LIGHT, light_moment
from tracker.persistence.queries.objections import ObjectionRow, find_objections
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.sought_units import HAS_DUTY, SOUGHT, UnitChoices, choosing, read_choices
from tracker.persistence.queries.task_page import TaskExtension, find_extensions
from tracker.persistence.queries.visibility import INSIDE, TASK_SEEN, scope

_FROM = """
    FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
    JOIN office o ON o.id = n.office_id JOIN unit u ON u.id = n.unit_id
    JOIN unit_name un ON un.unit_id = n.unit_id AND un.valid_to IS NULL"""

HEAD = text(f"""
    SELECT n.id, n.ref, n.kind, n.severity, n.title, n.body, n.details, n.version, n.gathering, n.content_hash,
        n.approved_hash, n.printed_number, n.printed_unit_name, n.issued_at, n.created_at, n.unit_id,
        un.name AS unit_name, o.id AS office_id, o.name AS office_name, o.unit_id AS office_unit_id, c.id AS campaign_id,
        c.ref AS campaign_ref, c.title AS campaign_title, c.settings, t.id AS task_id, t.ref AS task_ref, t.version AS task_version, t.state,
        t.waits_for, t.final, t.done, t.workflow_version_id, t.last_doers, t.due_on, t.due_at, {LIGHT} AS light,
        {INSIDE} AS inside, t.risen_unit_id, t.risen_parties, cn.ref AS corrects_ref, cn.printed_number AS corrects_number,
        at.ref AS about_ref, at.title AS about_title,
        (SELECT min(e.id) FROM stream s JOIN event e ON e.stream_id = s.id
         WHERE s.kind = 'notice' AND s.subject_id = n.id AND e.kind = 'notice.issued') AS issue_event
    {_FROM} LEFT JOIN notice cn ON cn.id = n.corrects_id LEFT JOIN task at ON at.id = n.about_task_id
    WHERE n.ref = :ref AND {TASK_SEEN}""")

#: The line was struck after the paper was served, because an objection to it was upheld.
OVERTURNED = "EXISTS (SELECT FROM objection b WHERE b.item_id = i.id AND b.outcome = 'upheld')"

#: A unit does not see what was struck before the paper left the office; what was overturned later it does.
ITEMS = text(f"""
    SELECT i.id, i.position, i.text, i.struck_at, i.strike_reason, {OVERTURNED} AS overturned, h.name AS struck_by, i.measure, i.leader,
        i.limit_on, i.agreed_at, f.ref AS finding_ref, f.status AS finding_status, f.raised_at, g.cause, g.rung_name,
        s.ref AS task_ref, s.due_on AS task_due_on, s.done AS task_done,
        s.id IS NOT NULL AND {CONTESTED.replace("t.id", "s.id")} AS contested,
        r.ref AS rectification_ref, r.state AS rectification_state,
        r.workflow_version_id AS rectification_version_id, r.due_on AS rectification_due_on,
        CASE WHEN r.id IS NOT NULL THEN {LIGHT.replace("t.", "r.")} END AS rectification_light
    FROM notice_item i LEFT JOIN finding f ON f.id = i.finding_id LEFT JOIN firing g ON g.id = f.firing_id
    LEFT JOIN task s ON s.id = i.task_id LEFT JOIN task r ON r.id = i.rectification_task_id
    LEFT JOIN person h ON h.id = i.struck_by
    WHERE i.notice_id = :notice
      AND (CAST(:inside AS boolean) OR i.struck_at IS NULL OR {OVERTURNED})
    ORDER BY i.position, i.id""")

#: What a unit may read of the history begins with the event of issuing.
HISTORY = text("""
    SELECT e.at, e.kind, e.payload, h.name AS person_name, p.title AS post_title, p.role AS post_role
    FROM stream s JOIN event e ON e.stream_id = s.id
    LEFT JOIN person h ON h.id = e.person_id LEFT JOIN post p ON p.id = e.post_id
    WHERE ((s.kind = 'notice' AND s.subject_id = :notice) OR (s.kind = 'task' AND s.subject_id = :task))
      AND (CAST(:inside AS boolean) OR e.id >= :issue_event)
    ORDER BY e.id""")

SUBMISSIONS = text("""
    SELECT s.transition, s.form_key, s.workflow_version_id, s.values, s.submitted_at, h.name AS person_name,
        coalesce((SELECT jsonb_object_agg(a.ref, a.file_name) FROM attachment a WHERE a.submission_id = s.id),
                 '{}'::jsonb) AS files
    FROM submission s JOIN person h ON h.id = s.person_id
    WHERE s.task_id = :task AND (CAST(:inside AS boolean) OR EXISTS (
        SELECT FROM stream r JOIN event e ON e.stream_id = r.id
        WHERE r.kind = 'task' AND r.subject_id = s.task_id AND e.id >= :issue_event
          AND e.payload ->> 'submission' = CAST(s.id AS text)))
    ORDER BY s.id""")

#: Papers that correct this one. A voided correction corrects nothing any more.
CORRECTIONS = text("""
    SELECT n.ref, n.printed_number, n.issued_at FROM notice n
    WHERE n.corrects_id = :notice AND n.issued_at IS NOT NULL AND n.ended_at IS NULL ORDER BY n.issued_at, n.id""")

#: The binding is the event; the file hangs on the paper's own task.
SIGNED = text("""
    SELECT a.ref, a.file_name, a.size, a.sha256, e.at, h.name AS person_name,
        coalesce(e.payload ->> 'document', 'paper') AS document
    FROM stream s JOIN event e ON e.stream_id = s.id JOIN attachment a ON a.ref = e.payload ->> 'attachment'
    LEFT JOIN person h ON h.id = e.person_id
    WHERE s.kind = 'notice' AND s.subject_id = :notice AND e.kind = 'notice.signed_copy' ORDER BY e.seq""")

CLOCKS = text("""
    SELECT k.name, k.status, k.occurrence, k.started_at, k.due_on, k.due_at, k.due_rule, k.quality_failures,
        k.pause_reason
    FROM clock k WHERE k.task_id = :task AND (CAST(:inside AS boolean) OR k.name <> 'decide') ORDER BY k.id""")

#: First which papers, then only those of the page with all that is shown of them.
NOTICES = text(f"""
    SELECT n.ref, n.kind, n.severity, n.title, n.printed_number, un.name AS unit_name, c.title AS campaign_title,
        c.settings, t.state, t.workflow_version_id, t.waits_for, t.final, t.due_on, n.issued_at, n.created_at,
        {LIGHT} AS light, {INSIDE} AS inside, p.total
    FROM (
        SELECT n.id, row_number() OVER (ORDER BY coalesce(n.issued_at, n.created_at) DESC, n.id DESC) AS place,
            count(*) OVER () AS total
        FROM notice n JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
        WHERE {TASK_SEEN} AND (CAST(:kind AS text) IS NULL OR n.kind = :kind)
          AND (CAST(:state AS text) IS NULL OR t.state = :state)
          AND (CAST(:unit AS text) IS NULL OR n.unit_id = ANY({SOUGHT}))
          AND (CAST(:campaign AS text) IS NULL OR c.ref = :campaign)
        ORDER BY place LIMIT :limit OFFSET :offset) p
    JOIN notice n ON n.id = p.id JOIN task t ON t.id = n.task_id JOIN campaign c ON c.id = n.campaign_id
    JOIN unit_name un ON un.unit_id = n.unit_id AND un.valid_to IS NULL
    ORDER BY p.place""")

UNIT_CHOICES = choosing(f"SELECT DISTINCT n.unit_id AS id {_FROM} WHERE {TASK_SEEN}")
#: An office writes to whom it gives duties.
UNIT_CHOICES_OF_OFFICE = choosing(f"SELECT u.id FROM unit u WHERE {HAS_DUTY}")


@dataclass(frozen=True, slots=True)
class NoticeHead:
    """A paper and the task that is its life. `inside` = the viewer belongs to the issuing office."""

    id: int
    ref: str
    kind: str
    severity: int
    title: str
    body: str
    details: Mapping[str, Any]
    version: int
    gathering: bool
    content_hash: str | None
    approved_hash: str | None
    printed_number: str | None
    printed_unit_name: str
    issued_at: datetime | None
    created_at: datetime
    unit_id: int
    unit_name: str
    office_id: int
    office_name: str
    office_unit_id: int
    campaign_id: int
    campaign_ref: str
    campaign_title: str
    settings: Mapping[str, Any]
    task_id: int
    task_ref: str
    task_version: int
    state: str
    waits_for: str
    final: bool
    done: bool
    workflow_version_id: int
    last_doers: Doers
    due_on: date | None
    due_at: datetime | None
    light: str
    inside: bool
    risen_unit_id: int | None
    risen_parties: list[str] | None
    corrects_ref: str | None
    corrects_number: str | None
    about_ref: str | None
    about_title: str | None
    issue_event: int | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the paper: what raised it, whether it was struck, and the rectification item that it became.

    `agreed_at` = it was agreed on in the interview, and is no line of the paper itself.
    """

    id: int
    position: int
    text: str
    struck_at: datetime | None
    strike_reason: str
    overturned: bool
    struck_by: str | None
    measure: str
    leader: str
    limit_on: date | None
    agreed_at: datetime | None
    finding_ref: str | None
    finding_status: str | None
    raised_at: datetime | None
    cause: str | None
    rung_name: str | None
    task_ref: str | None
    task_due_on: date | None
    task_done: bool | None
    contested: bool
    rectification_ref: str | None
    rectification_state: str | None
    rectification_version_id: int | None
    rectification_due_on: date | None
    rectification_light: str | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One thing that happened to the paper, and who did it in which post."""

    at: datetime
    kind: str
    payload: Mapping[str, Any]
    person_name: str | None
    post_title: str | None
    post_role: str | None


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A form that was filled for the paper; `files` are names by attachment ref."""

    transition: str
    form_key: str
    workflow_version_id: int
    values: Mapping[str, Any]
    submitted_at: datetime
    person_name: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """An issued paper that corrects this one."""

    ref: str
    printed_number: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """A signed or sealed copy that was bound to the issued paper, or to the record of its interview (`document`)."""

    ref: str
    file_name: str
    size: int
    sha256: str
    at: datetime
    person_name: str | None
    document: str


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock of the paper and how its due moment was counted."""

    name: str
    status: str
    occurrence: int
    started_at: datetime
    due_on: date
    due_at: datetime
    due_rule: str
    quality_failures: int
    pause_reason: str | None


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Everything that a paper's page shows."""

    head: NoticeHead
    items: tuple[ItemRow, ...]
    agreed: tuple[ItemRow, ...]
    history: tuple[StepRow, ...]
    filled: tuple[FilledRow, ...]
    clocks: tuple[ClockShown, ...]
    extensions: tuple[TaskExtension, ...]
    objections: tuple[ObjectionRow, ...] = ()
    signed: tuple[SignedCopy, ...] = ()
    corrections: tuple[CorrectionRow, ...] = ()

    @property
    def filed_as(self) -> str:
        """Return where the paper is kept, as it was written last; empty while it is not filed."""
        return next((str(one.payload["filed_as"]) for one in reversed(self.history) if one.kind == "notice.filed"), "")


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A paper in a list."""

    ref: str
    kind: str
    severity: int
    title: str
    printed_number: str | None
    unit_name: str
    campaign_title: str
    settings: Mapping[str, Any]
    state: str
    workflow_version_id: int
    waits_for: str
    final: bool
    due_on: date | None
    issued_at: datetime | None
    created_at: datetime
    light: str
    inside: bool


def get_notice(session: Session, viewer: Viewer, ref: str, *, now: datetime, calendar: WorkingCalendar) -> NoticePage:
    """Return a paper's page; raises NotFound, also for a unit before the paper is issued."""
    lights = light_moment(now, calendar)
    row = session.execute(HEAD, {**scope(viewer), **lights, "ref": ref}).mappings().one_or_none()
    if row is None:
        raise NotFound(missing_paper(ref))
    head = NoticeHead(**row)
    given = {
        **lights, "notice": head.id, "task": head.task_id, "inside": head.inside, "issue_event": head.issue_event,
    }  # fmt: skip
    items = [ItemRow(**item) for item in session.execute(ITEMS, given).mappings()]
    return NoticePage(
        head=head,
        items=tuple(item for item in items if item.agreed_at is None),
        agreed=tuple(item for item in items if item.agreed_at is not None),
        history=tuple(StepRow(**step) for step in session.execute(HISTORY, given).mappings()),
        filled=tuple(FilledRow(**filled) for filled in session.execute(SUBMISSIONS, given).mappings()),
        clocks=tuple(ClockShown(**clock) for clock in session.execute(CLOCKS, given).mappings()),
        extensions=find_extensions(session, head.task_id),
        objections=find_objections(session, head.id),
        # A draft has neither, and is looked at often.
        corrections=tuple(CorrectionRow(**one) for one in session.execute(CORRECTIONS, given).mappings())
        if head.issued_at
        else (),
        signed=tuple(SignedCopy(**one) for one in session.execute(SIGNED, given).mappings()) if head.issued_at else (),
    )


def find_notices(
    session: Session, viewer: Viewer, *, kind: str | None, state: str | None, unit: str | None,
    campaign: str | None, now: datetime, calendar: WorkingCalendar, page: int, size: int,
) -> Page[NoticeRow]:  # fmt: skip
    """Return papers, the latest first; for a unit its own issued ones."""
    given = {
        **scope(viewer), **light_moment(now, calendar), "kind": kind, "state": state, "unit": unit,
        "campaign": campaign,
    }  # fmt: skip
    return fetch_page(session, NOTICES, NoticeRow, number=page, size=size, given=given)


def notice_units(session: Session, viewer: Viewer, *, unit: str | None) -> UnitChoices:
    """Return the units that the viewer's papers are addressed to; `unit` is what the list is narrowed to."""
    query = UNIT_CHOICES if viewer.roles() & UNIT_SIDE else UNIT_CHOICES_OF_OFFICE
    return read_choices(session, query, scope(viewer), chosen=unit)
