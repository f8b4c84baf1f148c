"""Tasks, and what hangs on them: submissions, extensions, problems."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tracker.domain.errors import NotFound
from tracker.domain.extending import Asked
from tracker.persistence.arrays import as_arrays
from tracker.persistence.engine import to_json
from tracker.persistence.models import Campaign, Extension, Office, Problem, Submission, Task

NEW_REFS = text("""
    SELECT :prefix || '-' || :year || '-' || CASE WHEN n < 10000 THEN lpad(n::text, 4, '0') ELSE n::text END
    FROM (SELECT nextval('ref_number') AS n FROM generate_series(1, :many)) numbers""")

INSERT_TASKS = text("""
    INSERT INTO task (ref, campaign_id, assignment_id, measure_id, unit_id, workflow_key, workflow_version_id,
        period_key, title, state, waits_for, done, final, sent_back, version, due_on, due_at, opened_at, parent_id,
        severity_raise, last_doers, period_title, quota, tie, upper_unit_id, brief, severity_floor, paper)
    SELECT ref, campaign_id, assignment_id, measure_id, unit_id, workflow_key, workflow_version_id, period_key, title,
        state, waits_for, false, false, false, 1, due_on, due_at, CAST(:now AS timestamptz), parent_id, 0, '{}'::jsonb,
        period_title, quota, tie, upper_unit_id, brief, severity_floor, paper
    FROM unnest(CAST(:ref AS text[]), CAST(:campaign_id AS bigint[]), CAST(:assignment_id AS bigint[]),
        CAST(:measure_id AS bigint[]), CAST(:unit_id AS bigint[]), CAST(:workflow_key AS text[]),
        CAST(:workflow_version_id AS bigint[]), CAST(:period_key AS text[]), CAST(:title AS text[]),
        CAST(:state AS text[]), CAST(:waits_for AS text[]), CAST(:due_on AS date[]), CAST(:due_at AS timestamptz[]),
        CAST(:parent_id AS bigint[]), CAST(:period_title AS text[]), CAST(:quota AS smallint[]),
        CAST(:tie AS text[]), CAST(:upper_unit_id AS bigint[]), CAST(:brief AS jsonb[]),
        CAST(:severity_floor AS smallint[]), CAST(:paper AS boolean[])) WITH ORDINALITY
        AS r(ref, campaign_id, assignment_id, measure_id, unit_id, workflow_key, workflow_version_id, period_key, title,
             state, waits_for, due_on, due_at, parent_id, period_title, quota, tie, upper_unit_id, brief,
             severity_floor, paper, position)
    ORDER BY position
    RETURNING id, ref""")

TIED_BELOW = text("""
    WITH RECURSIVE below(id) AS (
        SELECT t.id FROM task t WHERE t.parent_id = ANY(CAST(:tasks AS bigint[])) AND t.tie IS NOT NULL
        UNION
        SELECT t.id FROM below b JOIN task t ON t.parent_id = b.id AND t.tie IS NOT NULL)
    SELECT t.id FROM below b JOIN task t ON t.id = b.id WHERE NOT t.final ORDER BY t.id""")

TIED_ONCE = text("""
    SELECT t.id FROM task t
    WHERE t.parent_id = ANY(CAST(:tasks AS bigint[])) AND t.tie = :tie AND NOT t.final ORDER BY t.id""")

#: Most tasks have none, and this is asked at every step.
ASKED = text("SELECT id FROM extension WHERE task_id = :task AND status = 'asked'")

TASK_COLUMNS = (
    "ref", "campaign_id", "assignment_id", "measure_id", "unit_id", "workflow_key", "workflow_version_id",
    "period_key", "title", "state", "waits_for", "due_on", "due_at", "parent_id", "period_title", "quota",
    "tie", "upper_unit_id", "brief", "severity_floor", "paper",
)  # fmt: skip


class TaskRepository:
    """Loads and adds tasks. `lock=True` takes the row FOR UPDATE: tasks are the first locks of a transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def new_refs(self, prefix: str, year: int, many: int) -> list[str]:
        """Return public refs such as ZG-2026-0042; they may have gaps."""
        return list(self._session.execute(NEW_REFS, {"prefix": prefix, "year": str(year), "many": many}).scalars())

    def get_by_ref(self, ref: str, *, lock: bool = False) -> Task:
        """Return the task; raises NotFound."""
        query = select(Task).where(Task.ref == ref)
        task = self._session.scalars(query.with_for_update() if lock else query).one_or_none()
        if task is None:
            raise NotFound(f"没有编号为“{ref}”的任务，或者您无权查看。")
        return task

    def get(self, task_id: int, *, lock: bool = False) -> Task:
        """Return the task; raises NotFound."""
        found = self.find_many([task_id], lock=lock)
        if not found:
            raise NotFound("没有这项任务，或者您无权查看。")
        return found[0]

    def find_many(self, task_ids: Sequence[int], *, lock: bool = False) -> list[Task]:
        """Return the tasks with these ids, in order of id, so that locks are always taken in one order."""
        query = select(Task).where(Task.id.in_(sorted(task_ids))).order_by(Task.id)
        return list(self._session.scalars(query.with_for_update() if lock else query))

    def find_children(self, parent_id: int) -> list[Task]:
        """Return the tasks that a task opened."""
        return list(self._session.scalars(select(Task).where(Task.parent_id == parent_id).order_by(Task.id)))

    def lock_many(self, task_ids: Sequence[int]) -> list[Task]:
        """Lock tasks in order of id and return them as they stand under the lock, whatever was read of them before."""
        query = select(Task).where(Task.id.in_(sorted(task_ids))).order_by(Task.id).with_for_update()
        return list(self._session.scalars(query.execution_options(populate_existing=True)))

    def of_measures(self, measure_ids: Sequence[int]) -> list[int]:
        """Return the ids of the duties' tasks under measures, with their parts and shares, in order of id.

        What such a task opened (a problem's rectification) is not among them: that is a matter of its own.
        """
        query = select(Task.id).where(
            Task.measure_id.in_(measure_ids), Task.assignment_id.is_not(None) | Task.tie.is_not(None)
        )
        return list(self._session.scalars(query.order_by(Task.id)))

    def supporting_units(self, task_ids: Sequence[int]) -> dict[int, frozenset[int]]:
        """Return the units that have, or had, a part in each task."""
        query = select(Task.parent_id, Task.unit_id).where(Task.parent_id.in_(task_ids), Task.tie == "part")
        found: dict[int | None, set[int]] = {task_id: set() for task_id in task_ids}
        for task_id, unit_id in self._session.execute(query):
            found[task_id].add(unit_id)
        return {task_id: frozenset(found[task_id]) for task_id in task_ids}

    def find_shares(self, task_id: int) -> list[Task]:
        """Return the shares of a task that were not called off, at the first level."""
        query = select(Task).where(Task.parent_id == task_id, Task.tie == "share", Task.final.is_(False) | Task.done)
        return list(self._session.scalars(query.order_by(Task.id)))

    def units_with_duty(self, measure_id: int | None, period_key: str, unit_ids: Sequence[int]) -> frozenset[int]:
        """Return which of these units have a task of their own under a measure and period."""
        query = select(Task.unit_id).where(
            Task.measure_id == measure_id, Task.period_key == period_key, Task.unit_id.in_(unit_ids),
            Task.assignment_id.is_not(None), Task.tie.is_(None), Task.final.is_(False) | Task.done,
        )  # fmt: skip
        return frozenset(self._session.scalars(query))

    def tied_below(self, task_ids: Sequence[int], *, tie: str | None = None) -> list[int]:
        """Return the ids of the open parts and shares below tasks, at any depth, in order of id.

        `tie` keeps to one kind, and then goes no deeper than the first level.
        """
        statement = TIED_BELOW if tie is None else TIED_ONCE
        given = {"tasks": sorted(set(task_ids)), "tie": tie}
        return list(self._session.execute(statement, given).scalars())

    def find_open_of_campaign(self, campaign_id: int) -> list[Task]:
        """Return the campaign's tasks that are not final."""
        query = select(Task).where(Task.campaign_id == campaign_id, Task.final.is_(False)).order_by(Task.id)
        return list(self._session.scalars(query))

    def insert_many(self, rows: Sequence[dict[str, Any]], *, now: Any) -> list[int]:
        """Insert tasks set-based; each row has TASK_COLUMNS. Return ids in the order of `rows`."""
        columns: dict[str, Any] = {name: [row[name] for row in rows] for name in TASK_COLUMNS}
        columns["brief"] = [to_json(brief) for brief in columns["brief"]]
        found = self._session.execute(INSERT_TASKS, {**as_arrays(columns), "now": now}).all()
        ids = {ref: int(task_id) for task_id, ref in found}
        return [ids[row["ref"]] for row in rows]

    def office_of(self, campaign_id: int) -> Office:
        """Return the issuing office of a campaign."""
        query = select(Office).join(Campaign, Campaign.office_id == Office.id).where(Campaign.id == campaign_id)
        return self._session.scalars(query).one()

    def campaigns_with_offices(self, campaign_ids: Collection[int]) -> dict[int, tuple[Campaign, Office]]:
        """Return campaigns by id, each with its issuing office."""
        query = select(Campaign, Office).join(Office, Campaign.office_id == Office.id)
        found = self._session.execute(query.where(Campaign.id.in_(campaign_ids)))
        return {campaign.id: (campaign, office) for campaign, office in found}

    def add_submission(self, submission: Submission) -> Submission:
        """Add a filled form; its id exists afterwards."""
        self._session.add(submission)
        self._session.flush()
        return submission

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Add problems found."""
        self._session.add_all(problems)
        self._session.flush()

    def latest_submission(self, task_id: int, form_key: str | None = None) -> Submission | None:
        """Return the newest filled form of a task."""
        query = select(Submission).where(Submission.task_id == task_id).order_by(Submission.id.desc()).limit(1)
        if form_key is not None:
            query = query.where(Submission.form_key == form_key)
        return self._session.scalars(query).one_or_none()

    def problems_of_task(self, task_id: int) -> list[Problem]:
        """Return the problems that a survey task has reported so far."""
        return list(
            self._session.scalars(select(Problem).where(Problem.found_in_task_id == task_id).order_by(Problem.id))
        )

    def problem_of_rectification(self, task_id: int) -> Problem | None:
        """Return the problem that a rectification item answers."""
        return self._session.scalars(select(Problem).where(Problem.rectification_task_id == task_id)).one_or_none()

    def open_extension(self, task_id: int, *, lock: bool = False) -> Extension | None:
        """Return the extension that awaits a decision, if any."""
        if self._session.execute(ASKED, {"task": task_id}).scalar_one_or_none() is None:
            return None
        query = select(Extension).where(Extension.task_id == task_id, Extension.status == "asked")
        return self._session.scalars(query.with_for_update() if lock else query).one_or_none()

    @staticmethod
    def asked(extension: Extension) -> Asked:
        """Return who asked for an open extension and who has examined it."""
        return Asked(extension.asked_by, extension.steps, extension.examined_by)

    def extensions(self, task_id: int) -> list[Extension]:
        """Return every extension of a task, oldest first."""
        return list(self._session.scalars(select(Extension).where(Extension.task_id == task_id).order_by(Extension.id)))

    def drop_extensions(self, task_ids: Sequence[int], *, reason: str, now: datetime) -> None:
        """Drop the extensions of these tasks that await a decision."""
        self._session.execute(
            update(Extension)
            .where(Extension.task_id.in_(task_ids), Extension.status == "asked")
            .values(status="dropped", decided_at=now, decision_reason=reason)
        )

    def add_extension(self, extension: Extension) -> None:
        """Add an extension that a unit asks for."""
        self._session.add(extension)
        self._session.flush()
