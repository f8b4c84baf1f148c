"""One task with all that its page shows. A fixed number of queries; what the viewer may not see is not found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.errors import NotFound
from tracker.domain.extending import WAITING_TITLES, AnswerStep, answer_step
from tracker.domain.objections import OBJECTION
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.access_log import OPENED
from tracker.persistence.queries.history import HistoryEvent, read_history
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.objections import ObjectionPage, ObjectionRow, find_objections_about, get_objection
from tracker.persistence.queries.periods import EarlierReturn, PeriodRow, find_earlier_returns, find_periods
from tracker.persistence.queries.tied import ProblemBelow, TiedTask, find_problems_below, find_tied
from tracker.persistence.queries.visibility import INSIDE, TASK_READABLE, TASK_SEEN, UNIT_SEES, scope

#: The viewer may open the parent `p` as well: a supporter its lead's task; a lower unit not the task above it.
PARENT_SEEN = f"{INSIDE} OR t.tie = 'part' OR {UNIT_SEES.format(unit='p.unit_id')}"

HEAD = text(f"""
    SELECT t.id, t.ref, t.title, t.state, t.version, t.workflow_key, t.workflow_version_id, t.waits_for, t.done, t.final, t.sent_back,
        t.due_on, t.due_at, t.opened_at, t.unit_id, t.campaign_id, un.name AS unit_name, c.ref AS campaign_ref,
        c.title AS campaign_title, c.settings, o.unit_id AS office_unit_id, m.ordinal AS measure_ordinal,
        m.title AS measure_title, m.text AS measure_text, p.ref AS parent_ref, p.title AS parent_title,
        pn.ref AS parent_notice_ref, own.ref AS notice_ref, {LIGHT} AS light, {INSIDE} AS inside, t.risen_unit_id, t.risen_parties,
        t.assignment_id, t.period_key, t.period_title, t.quota, t.recorded, t.nil,
        t.tie, t.upper_unit_id, t.brief, up.name AS upper_unit_name, p.due_on AS parent_due_on, {TASK_SEEN} AS own,
        p.id IS NOT NULL AND ({PARENT_SEEN}) AS parent_seen,
        ARRAY(SELECT part.unit_id FROM task part WHERE part.parent_id = t.id AND part.tie = 'part') AS partners
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN notice n ON n.task_id = t.id LEFT JOIN notice own ON own.task_id = t.id
    LEFT JOIN measure m ON m.id = t.measure_id
    LEFT JOIN unit_name up ON up.unit_id = t.upper_unit_id AND up.valid_to IS NULL
    LEFT JOIN task p ON p.id = t.parent_id LEFT JOIN notice pn ON pn.task_id = p.id
    WHERE t.ref = :ref AND {TASK_READABLE}""")

CLOCKS = text("""
    SELECT k.id, k.name, k.status, k.occurrence, k.started_at, k.due_on, k.due_at, k.due_class, k.due_rule, k.cutoff,
        k.provisional, k.ladder_version_id, k.ladder_from_on, k.pause_reason, k.quality_failures, k.failed_rechecks,
        k.excused, k.pace,
        coalesce((SELECT jsonb_agg(jsonb_build_object('rung', f.rung, 'act', f.act, 'cause', f.cause,
                                                      'at', f.fired_at) ORDER BY f.id)
                  FROM firing f WHERE f.clock_id = k.id AND f.occurrence = k.occurrence AND f.act <> 'skip'), '[]'::jsonb) AS fired
    FROM clock k WHERE k.task_id = :task ORDER BY k.id""")

SUBMISSIONS = text("""
    SELECT s.id, s.transition, s.form_key, s.workflow_version_id, s.values, s.submitted_at, h.name AS person_name
    FROM submission s JOIN person h ON h.id = s.person_id WHERE s.task_id = :task ORDER BY s.id DESC""")

_FILES = "SELECT a.ref, a.file_name, a.media_type, a.size, a.submission_id, a.uploaded_by FROM attachment a"
FILES = text(f"{_FILES} WHERE a.task_id = :task ORDER BY a.id")
FILES_BY_REF = text(f"{_FILES} WHERE a.ref = ANY(CAST(:refs AS text[])) ORDER BY a.id")

EXTENSIONS = text("""
    SELECT e.status, e.old_due_on, e.wanted_on, e.granted_on, e.reason, e.progress, e.decision_reason, e.asked_at,
        e.decided_at, e.steps, e.examined_at, e.examined_on, e.examination,
        h.name AS asked_by, x.name AS examined_by, d.name AS decided_by
    FROM extension e JOIN person h ON h.id = e.asked_by LEFT JOIN person x ON x.id = e.examined_by
    LEFT JOIN person d ON d.id = e.decided_by
    WHERE e.task_id = :task ORDER BY e.id DESC""")

PROBLEMS = text(f"""
    SELECT b.ref, b.place, b.kind, b.risk_grade, b.description, b.measure, b.leader, b.limit_on, t.ref AS task_ref,
        t.state, t.workflow_version_id, t.due_on, {LIGHT} AS light,
        s.workflow_version_id AS found_in_version_id, b.rectification_task_id = :task AS is_this
    FROM problem b JOIN task t ON t.id = b.rectification_task_id JOIN task s ON s.id = b.found_in_task_id
    WHERE b.found_in_task_id = :task OR b.rectification_task_id = :task ORDER BY b.id""")

FINDINGS = text("""
    SELECT f.ref, f.severity, f.summary, f.status, f.raised_at, i.id AS item_id, n.ref AS notice_ref,
        n.task_id AS notice_task_id, n.version AS notice_version, n.printed_number, n.issued_at
    FROM finding f LEFT JOIN notice_item i ON i.finding_id = f.id LEFT JOIN notice n ON n.id = i.notice_id
    WHERE f.task_id = :task
      AND (CAST(:inside AS boolean) OR (CAST(:own AS boolean) AND n.issued_at IS NOT NULL)) ORDER BY f.id""")


@dataclass(frozen=True, slots=True)
class TaskHead:
    """The task itself. `inside` = the viewer belongs to the issuing office; `notice_ref` = it is a paper."""

    id: int
    ref: str
    title: str
    state: str
    version: int
    workflow_key: str
    workflow_version_id: int
    waits_for: str
    done: bool
    final: bool
    sent_back: bool
    due_on: date | None
    due_at: datetime | None
    opened_at: datetime
    unit_id: int
    campaign_id: int
    unit_name: str
    campaign_ref: str
    campaign_title: str
    settings: Mapping[str, Any]
    office_unit_id: int
    measure_ordinal: str | None
    measure_title: str | None
    measure_text: str | None
    parent_ref: str | None
    parent_title: str | None
    parent_notice_ref: str | None
    notice_ref: str | None
    light: str
    inside: bool
    risen_unit_id: int | None
    risen_parties: list[str] | None
    assignment_id: int | None
    period_key: str
    period_title: str | None
    quota: int | None
    recorded: int
    nil: bool
    tie: str | None
    upper_unit_id: int | None
    brief: Mapping[str, Any]
    upper_unit_name: str | None
    parent_due_on: date | None
    own: bool
    parent_seen: bool
    partners: list[int]


@dataclass(frozen=True, slots=True)
class TaskClock:
    """One clock; `fired` are the rungs of its present occurrence."""

    id: int
    name: str
    status: str
    occurrence: int
    started_at: datetime
    due_on: date
    due_at: datetime
    due_class: str
    due_rule: str
    cutoff: str
    provisional: bool
    ladder_version_id: int
    ladder_from_on: date
    pause_reason: str | None
    quality_failures: int
    failed_rechecks: int
    excused: bool
    pace: dict[str, Any] | None
    fired: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TaskSubmission:
    """One filled form as it was sent."""

    id: int
    transition: str
    form_key: str
    workflow_version_id: int
    values: Mapping[str, Any]
    submitted_at: datetime
    person_name: str


@dataclass(frozen=True, slots=True)
class TaskFile:
    """One stored file; without a submission it was uploaded and not sent yet."""

    ref: str
    file_name: str
    media_type: str
    size: int
    submission_id: int | None
    uploaded_by: int


@dataclass(frozen=True, slots=True)
class TaskExtension:
    """One request for a later date and what became of it; examined_* are empty where one step answers it."""

    status: str
    old_due_on: date
    wanted_on: date
    granted_on: date | None
    reason: str
    progress: str
    decision_reason: str
    asked_at: datetime
    decided_at: datetime | None
    steps: int
    examined_at: datetime | None
    examined_on: date | None
    examination: str
    asked_by: str
    examined_by: str | None
    decided_by: str | None

    @property
    def step(self) -> AnswerStep:
        """Return which answer it waits for, or waited for last."""
        return answer_step(self.steps, examined=self.examined_at is not None)

    @property
    def waits(self) -> str:
        """Return what it waits for, as screens say it."""
        return WAITING_TITLES[self.step]


@dataclass(frozen=True, slots=True)
class TaskProblem:
    """A problem found by this task, or (`is_this`) the one that this task puts right."""

    ref: str
    place: str
    kind: str
    risk_grade: str
    description: str
    measure: str
    leader: str
    limit_on: date
    task_ref: str
    state: str
    workflow_version_id: int
    due_on: date | None
    light: str
    found_in_version_id: int
    is_this: bool


@dataclass(frozen=True, slots=True)
class PaperLine:
    """The line of a paper that a finding became."""

    item_id: int
    notice_ref: str
    notice_task_id: int
    notice_version: int
    printed_number: str | None
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskFinding:
    """What was raised about this task; a unit sees it once its paper is issued. `line` is None before it is in one."""

    ref: str
    severity: int
    summary: str
    status: str
    raised_at: datetime
    line: PaperLine | None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """All that the page shows."""

    head: TaskHead
    clocks: tuple[TaskClock, ...]
    submissions: tuple[TaskSubmission, ...]
    files: tuple[TaskFile, ...]
    extensions: tuple[TaskExtension, ...]
    problems: tuple[TaskProblem, ...]
    findings: tuple[TaskFinding, ...]
    history: tuple[HistoryEvent, ...]
    tied: tuple[TiedTask, ...] = ()
    problems_below: tuple[ProblemBelow, ...] = ()
    periods: tuple[PeriodRow, ...] = ()
    earlier: tuple[EarlierReturn, ...] = ()
    objections: tuple[ObjectionRow, ...] = ()
    objection: ObjectionPage | None = None


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Which task a file belongs to."""

    task_id: int
    task_ref: str


ATTACHMENT = text(f"""
    SELECT t.id AS task_id, t.ref AS task_ref
    FROM attachment a JOIN task t ON t.id = a.task_id JOIN campaign c ON c.id = t.campaign_id
    JOIN office o ON o.id = c.office_id LEFT JOIN notice n ON n.task_id = t.id
    WHERE a.ref = :ref AND {TASK_READABLE}""")


def get_task_page(session: Session, viewer: Viewer, ref: str, *, now: datetime, calendar: WorkingCalendar) -> TaskPage:
    """Return the page of a task; raises NotFound, also when the viewer may not see it."""
    moment = light_moment(now, calendar)
    row = session.execute(HEAD, {"ref": ref, **scope(viewer), **moment}).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这项任务，或者您无权查看。")
    head = TaskHead(**row)
    given = {"task": head.id, "inside": head.inside, "own": head.own, **moment}
    return TaskPage(
        head,
        tuple(TaskClock(**one) for one in session.execute(CLOCKS, given).mappings()),
        tuple(TaskSubmission(**one) for one in session.execute(SUBMISSIONS, given).mappings()),
        tuple(TaskFile(**one) for one in session.execute(FILES, given).mappings()),
        find_extensions(session, head.id),
        tuple(TaskProblem(**one) for one in session.execute(PROBLEMS, given).mappings()),
        tuple(_finding(one) for one in session.execute(FINDINGS, given).mappings()),
        tuple(one for one in read_history(session, kind="task", subject=head.id) if one.kind != OPENED),
        find_tied(session, viewer, head.id, moment),
        find_problems_below(session, head.id),
        find_periods(session, task_id=head.id, assignment_id=head.assignment_id, moment=moment)
        if head.period_title is not None and head.assignment_id is not None
        else (),
        find_earlier_returns(session, task_id=head.id)
        if head.period_title is not None and head.assignment_id is not None and not head.final
        else (),
        objections=find_objections_about(session, head.id) if head.own else (),
        objection=get_objection(session, viewer, head.id) if head.workflow_key == OBJECTION else None,
    )


def _finding(row: RowMapping) -> TaskFinding:
    line = PaperLine(**{one.name: row[one.name] for one in fields(PaperLine)}) if row["item_id"] is not None else None
    return TaskFinding(row["ref"], row["severity"], row["summary"], row["status"], row["raised_at"], line)


def find_files(session: Session, refs: Iterable[str]) -> tuple[TaskFile, ...]:
    """Return files by their refs; who may see their tasks is the caller's to know."""
    return tuple(TaskFile(**one) for one in session.execute(FILES_BY_REF, {"refs": sorted(refs)}).mappings())


def find_extensions(session: Session, task_id: int) -> tuple[TaskExtension, ...]:
    """Return what was asked for a later date on a task, the newest first; who may see it is the caller's to know."""
    return tuple(TaskExtension(**one) for one in session.execute(EXTENSIONS, {"task": task_id}).mappings())


def get_file_place(session: Session, viewer: Viewer, ref: str) -> FilePlace:
    """Return the task that a file belongs to; raises NotFound, also when the viewer may not see that task."""
    row = session.execute(ATTACHMENT, {"ref": ref, **scope(viewer)}).mappings().one_or_none()
    if row is None:
        raise NotFound("没有这个附件，或者您无权查看。")
    return FilePlace(**row)
