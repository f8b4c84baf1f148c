"""What moves when a unit is merged or split: tasks, their duties, papers, problems, posts, sets. Set-based."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.reorganising import OpenTask
from tracker.persistence.arrays import as_arrays

_OPEN = """
    SELECT t.id, t.ref, t.title, t.version, t.unit_id, un.name AS unit_name, t.campaign_id, c.title AS campaign_title,
        o.unit_id AS office_unit_id, t.state, t.due_on, t.workflow_version_id,
        EXISTS (SELECT FROM notice n WHERE n.task_id = t.id AND n.issued_at IS NULL) AS in_draft
    FROM task t JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    WHERE t.unit_id = ANY(CAST(:units AS bigint[])) AND NOT t.final ORDER BY t.id"""
OPEN_TASKS, LOCKED_TASKS = text(_OPEN), text(f"{_OPEN} FOR UPDATE OF t")

DOUBLE_DRAFTS = text("""
    SELECT c.title, string_agg(n.ref, '、' ORDER BY n.id) AS refs
    FROM notice n JOIN campaign c ON c.id = n.campaign_id
    WHERE n.gathering AND n.unit_id = ANY(CAST(:units AS bigint[]))
    GROUP BY c.title, n.campaign_id, n.kind, n.severity HAVING count(*) > 1""")

CLOCKS = text("""
    SELECT task_id, name, status, due_on, occurrence FROM clock
    WHERE task_id = ANY(CAST(:tasks AS bigint[])) AND status <> 'done' ORDER BY id""")

# A duty that the successor has already stays its own; the task of the unit before then counts beside it.
ADD_DUTIES = text("""
    INSERT INTO assignment (measure_id, unit_id, role)
    SELECT DISTINCT a.measure_id, r.unit_id, a.role
    FROM unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
    JOIN task t ON t.id = r.task_id JOIN assignment a ON a.id = t.assignment_id
    ON CONFLICT (measure_id, unit_id, role) DO NOTHING""")
MOVE_TASKS = text("""
    WITH wanted AS (
        SELECT t.id, r.unit_id, b.id AS duty_id, t.period_key,
            row_number() OVER (PARTITION BY b.id, t.period_key ORDER BY t.id) AS place
        FROM unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
        JOIN task t ON t.id = r.task_id LEFT JOIN assignment a ON a.id = t.assignment_id
        LEFT JOIN assignment b ON (b.measure_id, b.role, b.unit_id) = (a.measure_id, a.role, r.unit_id))
    UPDATE task t SET unit_id = w.unit_id, version = t.version + 1,
        assignment_id = CASE WHEN w.duty_id IS NULL OR w.place > 1
            OR EXISTS (SELECT FROM task x WHERE (x.assignment_id, x.period_key) = (w.duty_id, w.period_key))
            THEN t.assignment_id ELSE w.duty_id END
    FROM wanted w WHERE t.id = w.id""")
MOVE_REST = tuple(text(f"{statement}") for statement in (
    """UPDATE notice n SET unit_id = r.unit_id, version = n.version + 1
       FROM unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
       WHERE n.task_id = r.task_id""",
    """UPDATE finding f SET unit_id = r.unit_id
       FROM unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
       WHERE f.task_id = r.task_id AND f.status = 'waiting'""",
    """UPDATE problem p SET unit_id = r.unit_id
       FROM unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
       WHERE p.rectification_task_id = r.task_id""",
))  # fmt: skip

# One draft of a kind gathers at a unit: its own, or else the oldest that comes.
PART_DRAFTS = text("""
    WITH there AS (
        SELECT n.id, n.ref, n.campaign_id, n.kind, n.severity, r.task_id IS NOT NULL AS comes,
            coalesce(r.unit_id, n.unit_id) AS unit_id
        FROM notice n
        LEFT JOIN unnest(CAST(:tasks AS bigint[]), CAST(:units AS bigint[])) AS r(task_id, unit_id)
            ON r.task_id = n.task_id
        WHERE n.gathering AND (r.task_id IS NOT NULL OR n.unit_id = ANY(CAST(:units AS bigint[])))),
    placed AS (
        SELECT id, first_value(ref) OVER same AS beside, row_number() OVER same AS place FROM there
        WINDOW same AS (PARTITION BY campaign_id, unit_id, kind, severity ORDER BY comes, id))
    UPDATE notice n SET gathering = false FROM placed p WHERE n.id = p.id AND p.place > 1 RETURNING n.id, p.beside""")

#: Campaigns that are not issued have duties and no tasks yet.
DRAFT_DUTIES = text("""
    WITH gone AS (
        DELETE FROM assignment a USING measure m, campaign c
        WHERE m.id = a.measure_id AND c.id = m.campaign_id AND c.status = 'draft'
          AND a.unit_id = ANY(CAST(:sources AS bigint[]))
          AND NOT EXISTS (SELECT FROM task t WHERE t.assignment_id = a.id)
        RETURNING a.measure_id, a.role)
    INSERT INTO assignment (measure_id, unit_id, role)
    SELECT DISTINCT gone.measure_id, s.unit_id, gone.role
    FROM gone, unnest(CAST(:successors AS bigint[])) AS s(unit_id)
    ON CONFLICT (measure_id, unit_id, role) DO NOTHING""")

# A standing duty goes on where it stood: periods that were opened are not opened again, the next one comes in its time.
# A duty that the successor has by itself already runs on as it is.
STANDING_DUTIES = text("""
    WITH going AS (
        SELECT a.id, a.measure_id, a.role, a.runs_since, a.opened_until, a.next_opens_at FROM assignment a
        WHERE a.unit_id = ANY(CAST(:sources AS bigint[])) AND a.next_opens_at IS NOT NULL ORDER BY a.id FOR UPDATE),
    stopped AS (UPDATE assignment a SET next_opens_at = NULL FROM going WHERE a.id = going.id)
    INSERT INTO assignment AS b (measure_id, unit_id, role, runs_since, opened_until, next_opens_at)
    SELECT DISTINCT ON (going.measure_id, s.unit_id, going.role) going.measure_id, s.unit_id, going.role,
        going.runs_since, going.opened_until, going.next_opens_at
    FROM going, unnest(CAST(:successors AS bigint[])) AS s(unit_id)
    ORDER BY going.measure_id, s.unit_id, going.role, going.id
    ON CONFLICT (measure_id, unit_id, role) DO UPDATE
        SET runs_since = excluded.runs_since, opened_until = excluded.opened_until,
            next_opens_at = excluded.next_opens_at
        WHERE b.runs_since IS NULL""")

POSTS = text("""
    SELECT p.id, p.person_id, p.role, p.title, p.starts_on FROM post p
    WHERE p.unit_id = ANY(CAST(:units AS bigint[])) AND (p.ends_on IS NULL OR p.ends_on >= :on) ORDER BY p.id""")

SETS = text("""
    SELECT DISTINCT s.name FROM unit_set s JOIN unit_set_member m ON m.unit_set_id = s.id
    WHERE m.unit_id = ANY(CAST(:units AS bigint[])) ORDER BY s.name""")
JOIN_SETS = text("""
    INSERT INTO unit_set_member (unit_set_id, unit_id)
    SELECT DISTINCT m.unit_set_id, s.unit_id FROM unit_set_member m, unnest(CAST(:successors AS bigint[])) AS s(unit_id)
    WHERE m.unit_id = ANY(CAST(:sources AS bigint[])) ON CONFLICT DO NOTHING
    RETURNING unit_set_id, unit_id""")
LEAVE_SETS = text("DELETE FROM unit_set_member WHERE unit_id = ANY(CAST(:sources AS bigint[]))")

CHILDREN = text("""
    SELECT n.unit_id, n.name, n.short_name, n.position FROM unit_name n JOIN unit u ON u.id = n.unit_id
    WHERE n.parent_id = ANY(CAST(:units AS bigint[])) AND n.valid_to IS NULL AND u.ended_on IS NULL
    ORDER BY n.position, n.unit_id""")

END_UNITS = text("""
    UPDATE unit SET ended_on = :on, successor_id = CAST(:successor AS bigint)
    WHERE id = ANY(CAST(:units AS bigint[]))""")
SUCCEED = text("""
    INSERT INTO unit_succession (unit_id, successor_id, kind, happened_on, reason, created_at)
    SELECT r.unit_id, r.successor_id, :kind, :on, :reason, CAST(:now AS timestamptz)
    FROM unnest(CAST(:unit_id AS bigint[]), CAST(:successor_id AS bigint[])) AS r(unit_id, successor_id)""")


@dataclass(frozen=True, slots=True)
class EndingPost:
    """A post that ends with its unit."""

    id: int
    person_id: int
    role: str
    title: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class ChildUnit:
    """A unit below one that ends."""

    unit_id: int
    name: str
    short_name: str
    position: int


class ReorganisingRepository:
    """Reads and moves what belongs to units. Tasks are locked before anything else."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_tasks(self, unit_ids: Sequence[int], *, lock: bool = False) -> tuple[OpenTask, ...]:
        """Return the tasks of units that are not final, in order of id."""
        rows = self._session.execute(LOCKED_TASKS if lock else OPEN_TASKS, {"units": list(unit_ids)})
        return tuple(OpenTask(*row) for row in rows)

    def double_drafts(self, unit_ids: Sequence[int]) -> list[str]:
        """Return, as sentences, the papers that several of the units gather items in: at one unit one of them goes on."""
        rows = self._session.execute(DOUBLE_DRAFTS, {"units": list(unit_ids)})
        return [
            f"“{row.title}”有同类的未定稿文书（{row.refs}）：都归接办单位，新事项只进其中一份，要合成一份由督导组合并。"
            for row in rows
        ]

    def standing_clocks(self, task_ids: Sequence[int]) -> Mapping[int, dict[str, dict[str, object]]]:
        """Return how the clocks of tasks stand, for the record: they run on as they are."""
        found: dict[int, dict[str, dict[str, object]]] = {}
        for row in self._session.execute(CLOCKS, {"tasks": list(task_ids)}):
            clock = {"status": row.status, "due_on": row.due_on, "occurrence": row.occurrence}
            found.setdefault(row.task_id, {})[row.name] = clock
        return found

    def move_tasks(self, moves: Mapping[int, int]) -> list[tuple[int, str]]:
        """Give tasks (id → unit) to other units, with their duties, papers, waiting findings and open problems.

        Returns the drafts that gather no more, as (paper's id, ref of the one of the same kind that does).
        """
        if not moves:
            return []
        given = as_arrays({"tasks": list(moves), "units": list(moves.values())})
        parted = [(row.id, row.beside) for row in self._session.execute(PART_DRAFTS, given)]
        for statement in (ADD_DUTIES, MOVE_TASKS, *MOVE_REST):
            self._session.execute(statement, given)
        return parted

    def move_duties(self, sources: Sequence[int], successors: Sequence[int]) -> None:
        """Give the duties of campaigns that are not issued yet, and standing duties, to the successors."""
        given = {"sources": list(sources), "successors": list(successors)}
        self._session.execute(DRAFT_DUTIES, given)
        self._session.execute(STANDING_DUTIES, given)

    def posts_from(self, unit_ids: Sequence[int], on: date) -> list[EndingPost]:
        """Return the posts of units that have not ended before a day."""
        return [EndingPost(*row) for row in self._session.execute(POSTS, {"units": list(unit_ids), "on": on})]

    def sets_of(self, unit_ids: Sequence[int]) -> tuple[str, ...]:
        """Return the names of the sets that hold one of the units."""
        return tuple(self._session.execute(SETS, {"units": list(unit_ids)}).scalars())

    def replace_in_sets(
        self, sources: Sequence[int], successors: Sequence[int], *, leave: bool
    ) -> list[tuple[int, int]]:
        """Let successors join the sets of the sources, which `leave` them; return (set, unit) of those who joined."""
        given = {"sources": list(sources), "successors": list(successors)}
        joined = [(row.unit_set_id, row.unit_id) for row in self._session.execute(JOIN_SETS, given)]
        if leave:
            self._session.execute(LEAVE_SETS, {"sources": list(sources)})
        return joined

    def children_of(self, unit_ids: Sequence[int]) -> list[ChildUnit]:
        """Return the units right below."""
        return [ChildUnit(*row) for row in self._session.execute(CHILDREN, {"units": list(unit_ids)})]

    def end_units(self, unit_ids: Sequence[int], *, on: date, successor_id: int | None) -> None:
        """End units; their names and history stay."""
        self._session.execute(END_UNITS, {"units": list(unit_ids), "on": on, "successor": successor_id})

    def add_successions(
        self, pairs: Sequence[tuple[int, int]], *, kind: str, on: date, reason: str, now: datetime
    ) -> None:
        """Write who succeeds whom, as (unit, successor)."""
        columns = as_arrays({"unit_id": [one for one, _ in pairs], "successor_id": [other for _, other in pairs]})
        self._session.execute(SUCCEED, {**columns, "kind": kind, "on": on, "reason": reason, "now": now})
