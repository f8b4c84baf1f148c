"""The sweep's SQL: claim due clocks, load their facts in a few set queries, write a whole batch set-based."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.errors import QueryCanceled
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tracker.persistence.arrays import array_literal, as_arrays

TIDY_WITHIN = timedelta(seconds=20)

_CLAIM = """
    SELECT c.id AS clock_id, c.name, c.occurrence, c.status, c.started_at, c.due_on, c.due_at, c.due_class, c.due_rule,
        c.cutoff, c.provisional, c.calendar_version_id, c.ladder_version_id, c.ladder_from_on, c.held_since,
        c.pause_reason, c.quality_failures, c.failed_rechecks, c.ordered_rungs, c.next_fire_at,
        c.severity_floor, c.excused, c.pace,
        t.id AS task_id, t.ref AS task_ref, t.title, t.campaign_id, t.unit_id, t.severity_raise, t.workflow_key,
        t.assignment_id, t.period_title, t.tie, t.upper_unit_id
    FROM clock c JOIN task t ON t.id = c.task_id
    WHERE c.next_fire_at <= :now {only}
    ORDER BY c.next_fire_at LIMIT :many
    FOR UPDATE OF t, c SKIP LOCKED"""

#: In the order of the partial index and of nothing else: a storm has one moment, and is not sorted anew a batch.
CLAIM = text(_CLAIM.format(only=""))
CLAIM_ONLY = text(_CLAIM.format(only="AND c.id = ANY(CAST(:only AS bigint[]))"))

#: The earliest in the order of each partial index, which no estimate of how many are due turns into a look at every row.
NEXT_MOMENT = text("""
    SELECT least(
        (SELECT next_fire_at FROM clock WHERE next_fire_at IS NOT NULL ORDER BY next_fire_at LIMIT 1),
        (SELECT next_opens_at FROM assignment WHERE next_opens_at IS NOT NULL ORDER BY next_opens_at LIMIT 1),
        (SELECT deem_at FROM notice WHERE deem_at IS NOT NULL ORDER BY deem_at LIMIT 1),
        (SELECT digest_at FROM campaign WHERE digest_at IS NOT NULL ORDER BY digest_at LIMIT 1))""")

FIRED = text("""
    SELECT c.id, ARRAY(SELECT f.rung FROM firing f WHERE f.clock_id = c.id AND f.occurrence = c.occurrence)
    FROM unnest(CAST(:clocks AS bigint[]), CAST(:occurrences AS bigint[])) AS c(id, occurrence)""")

PLACES = text("""
    SELECT k.id AS campaign_id, k.title AS campaign_title, o.id AS office_id, o.unit_id AS office_unit_id
    FROM campaign k JOIN office o ON o.id = k.office_id WHERE k.id = ANY(CAST(:campaigns AS bigint[]))""")

INSERT_FIRINGS = text("""
    INSERT INTO firing (clock_id, task_id, occurrence, rung, rung_name, cause, act, fell_due_at, fired_at)
    SELECT r.*, CAST(:now AS timestamptz)
    FROM unnest(CAST(:clock_id AS bigint[]), CAST(:task_id AS bigint[]), CAST(:occurrence AS bigint[]),
        CAST(:rung AS smallint[]), CAST(:rung_name AS text[]), CAST(:cause AS text[]), CAST(:act AS text[]),
        CAST(:fell_due_at AS timestamptz[])) AS r
    ON CONFLICT (clock_id, occurrence, rung) DO NOTHING
    RETURNING id, clock_id, rung""")

INSERT_FINDINGS = text("""
    INSERT INTO finding (ref, firing_id, campaign_id, unit_id, task_id, kind, severity, summary, assignment_id, points,
        status, raised_at, reason)
    SELECT r.*, 'waiting', CAST(:now AS timestamptz), ''
    FROM unnest(CAST(:ref AS text[]), CAST(:firing_id AS bigint[]), CAST(:campaign_id AS bigint[]),
        CAST(:unit_id AS bigint[]), CAST(:task_id AS bigint[]), CAST(:kind AS text[]), CAST(:severity AS smallint[]),
        CAST(:summary AS text[]), CAST(:assignment_id AS bigint[]), CAST(:points AS smallint[])) AS r
    RETURNING id, firing_id""")

#: A standing duty's finding that waits in one of these open drafts; a later missed period joins it.
STANDING = text("""
    SELECT f.id, f.ref, f.assignment_id, f.periods, f.period_tasks, i.id AS item_id, i.notice_id
    FROM finding f JOIN notice_item i ON i.finding_id = f.id AND i.struck_at IS NULL
    WHERE f.assignment_id = ANY(CAST(:assignments AS bigint[])) AND f.status = 'waiting'
      AND i.notice_id = ANY(CAST(:drafts AS bigint[]))""")

WRITE_PERIODS = text("""
    WITH r AS (
        SELECT id, string_to_array(periods, '|') AS periods, CAST(string_to_array(tasks, ',') AS bigint[]) AS tasks, line
        FROM unnest(CAST(:id AS bigint[]), CAST(:periods AS text[]), CAST(:tasks AS text[]), CAST(:line AS text[]))
            AS r(id, periods, tasks, line)),
    written AS (
        UPDATE finding f SET periods = r.periods, period_tasks = r.tasks, summary = r.line FROM r WHERE f.id = r.id)
    UPDATE notice_item i SET text = r.line FROM r WHERE i.finding_id = r.id""")

OPEN_DRAFTS = text("""
    SELECT n.id, n.campaign_id, n.unit_id, n.kind, n.severity, n.ref, n.task_id, 0 AS last_position
    FROM notice n
    JOIN unnest(CAST(:campaigns AS bigint[]), CAST(:units AS bigint[]), CAST(:kinds AS text[]),
        CAST(:severities AS smallint[])) AS k(campaign_id, unit_id, kind, severity)
        USING (campaign_id, unit_id, kind, severity)
    WHERE n.gathering ORDER BY n.id FOR UPDATE OF n""")

LAST_POSITIONS = text("""
    SELECT notice_id, max(position) AS position FROM notice_item WHERE notice_id = ANY(CAST(:ids AS bigint[]))
    GROUP BY notice_id""")

INSERT_DRAFTS = text("""
    INSERT INTO notice (ref, task_id, campaign_id, office_id, unit_id, kind, severity, gathering, title, body, details,
        version, printed_unit_name, created_at, alone)
    SELECT ref, task_id, campaign_id, office_id, unit_id, kind, severity, NOT alone, title, body, '{}'::jsonb, 1, '',
        CAST(:now AS timestamptz), alone
    FROM unnest(CAST(:ref AS text[]), CAST(:task_id AS bigint[]), CAST(:campaign_id AS bigint[]),
        CAST(:office_id AS bigint[]), CAST(:unit_id AS bigint[]), CAST(:kind AS text[]), CAST(:severity AS smallint[]),
        CAST(:title AS text[]), CAST(:body AS text[]), CAST(:alone AS boolean[]))
        AS r(ref, task_id, campaign_id, office_id, unit_id, kind, severity, title, body, alone)
    RETURNING id, campaign_id, unit_id, kind, severity, ref, task_id, 0 AS last_position""")

INSERT_ITEMS = text("""
    INSERT INTO notice_item (notice_id, finding_id, task_id, position, text, strike_reason, measure, leader)
    SELECT r.*, '', '', ''
    FROM unnest(CAST(:notice_id AS bigint[]), CAST(:finding_id AS bigint[]), CAST(:task_id AS bigint[]),
        CAST(:position AS bigint[]), CAST(:text AS text[])) AS r""")

BUMP_DRAFTS = text("UPDATE notice SET version = version + 1 WHERE id = ANY(CAST(:ids AS bigint[]))")

MOVE_CLOCKS = text("""
    UPDATE clock c SET next_fire_at = m.next_fire_at,
        due_class = CASE WHEN m.told AND c.due_class = 'computed' THEN 'told' ELSE c.due_class END
    FROM unnest(CAST(:ids AS bigint[]), CAST(:next AS timestamptz[]), CAST(:told AS boolean[]))
        AS m(id, next_fire_at, told) WHERE c.id = m.id""")

ORDER_REASONS = text("""
    SELECT DISTINCT ON (s.subject_id) s.subject_id, e.payload ->> 'reason' AS reason
    FROM stream s JOIN event e ON e.stream_id = s.id AND e.kind = 'rung.ordered'
    WHERE s.kind = 'task' AND s.subject_id = ANY(CAST(:tasks AS bigint[])) ORDER BY s.subject_id, e.seq DESC""")


class WriteRefused(Exception):
    """PostgreSQL refused a row of the batch (a constraint, a value that does not fit)."""


@dataclass(frozen=True, slots=True)
class CampaignPlace:
    """A campaign, its title, its issuing office and where that office sits."""

    campaign_id: int
    campaign_title: str
    office_id: int
    office_unit_id: int


@dataclass(slots=True)
class DraftRow:
    """An open draft, locked."""

    id: int
    campaign_id: int
    unit_id: int
    kind: str
    severity: int
    ref: str
    task_id: int
    last_position: int

    @property
    def key(self) -> tuple[int, int, str, int]:
        """Return what the draft gathers for."""
        return (self.campaign_id, self.unit_id, self.kind, self.severity)


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """What was raised about a standing duty: the periods missed so far, their tasks, and its line."""

    id: int
    ref: str
    assignment_id: int
    periods: list[str]
    period_tasks: list[int]
    item_id: int
    notice_id: int


class SweepRepository:
    """One batch of a sweep. Locks: tasks and clocks by the claim, then draft keys, drafts; streams come last."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim(self, *, now: datetime, many: int, only: Sequence[int] | None = None) -> list[Mapping[str, Any]]:
        """Lock and return due clocks with their tasks, oldest first; what others hold is left to them."""
        if only is None:
            found = self._session.execute(CLAIM, {"now": now, "many": many})
        else:
            found = self._session.execute(CLAIM_ONLY, {"now": now, "many": many, "only": list(only)})
        names = tuple(found.keys())
        rows = [dict(zip(names, row, strict=True)) for row in found.all()]
        return sorted(rows, key=lambda row: (row["next_fire_at"], row["clock_id"]))

    def fired(self, rows: Sequence[Mapping[str, Any]]) -> dict[int, frozenset[int]]:
        """Return, for each claimed clock, the rungs fired in its present occurrence."""
        values = {"clocks": [row["clock_id"] for row in rows], "occurrences": [row["occurrence"] for row in rows]}
        return {clock_id: frozenset(rungs) for clock_id, rungs in self._session.execute(FIRED, as_arrays(values)).all()}

    def places(self, campaign_ids: Sequence[int]) -> dict[int, CampaignPlace]:
        """Return campaigns by id."""
        found = self._session.execute(PLACES, {"campaigns": sorted(set(campaign_ids))})
        return {row.campaign_id: CampaignPlace(*row) for row in found}

    def insert_firings(self, columns: Mapping[str, list[Any]], *, now: datetime) -> dict[tuple[int, int], int]:
        """Insert firings; return ids by (clock, rung). One that exists already is not among them."""
        found = self._session.execute(INSERT_FIRINGS, {**as_arrays(columns), "now": now}).all()
        return {(clock_id, rung): firing_id for firing_id, clock_id, rung in found}

    def standing_findings(self, assignments: Sequence[int], drafts: Sequence[int]) -> list[StandingFinding]:
        """Return the waiting findings of standing duties in drafts that the caller has locked."""
        given = {"assignments": sorted(set(assignments)), "drafts": sorted(set(drafts))}
        return [StandingFinding(*row) for row in self._session.execute(STANDING, given)]

    def write_periods(self, rows: Sequence[tuple[int, Sequence[str], Sequence[int], str]]) -> None:
        """Write (finding, periods, tasks, line) of standing duties, and the line into the draft."""
        columns: dict[str, list[Any]] = {
            "id": [one[0] for one in rows], "periods": ["|".join(one[1]) for one in rows],
            "tasks": [",".join(map(str, one[2])) for one in rows], "line": [one[3] for one in rows],
        }  # fmt: skip
        self._session.execute(WRITE_PERIODS, as_arrays(columns))

    def insert_findings(self, columns: Mapping[str, list[Any]], *, now: datetime) -> dict[int, int]:
        """Insert findings; return ids by firing id."""
        found = self._session.execute(INSERT_FINDINGS, {**as_arrays(columns), "now": now}).all()
        return {firing_id: finding_id for finding_id, firing_id in found}

    def open_drafts(self, keys: Sequence[tuple[int, int, str, int]]) -> dict[tuple[int, int, str, int], DraftRow]:
        """Lock and return the drafts that gather for these keys. The key locks are held by the caller."""
        columns = dict(
            zip(("campaigns", "units", "kinds", "severities"), map(list, zip(*keys, strict=True)), strict=True)
        )
        drafts = {
            row.id: row
            for row in (DraftRow(*found) for found in self._session.execute(OPEN_DRAFTS, as_arrays(columns)))
        }
        # Asked for only once the drafts are locked: a line that somebody was adding meanwhile is seen then.
        for notice_id, position in self._session.execute(LAST_POSITIONS, {"ids": list(drafts)}) if drafts else ():
            drafts[notice_id].last_position = position
        return {row.key: row for row in drafts.values()}

    def insert_drafts(self, columns: Mapping[str, list[Any]], *, now: datetime) -> list[DraftRow]:
        """Insert open drafts."""
        return [DraftRow(*row) for row in self._session.execute(INSERT_DRAFTS, {**as_arrays(columns), "now": now})]

    def insert_items(self, columns: Mapping[str, list[Any]]) -> None:
        """Insert the lines that findings become."""
        self._session.execute(INSERT_ITEMS, as_arrays(columns))

    def bump_drafts(self, notice_ids: Set[int]) -> None:
        """Let a page that showed a draft before it grew be stale."""
        if notice_ids:
            self._session.execute(BUMP_DRAFTS, {"ids": array_literal(sorted(notice_ids))})

    def move_clocks(self, next_fire: Mapping[int, datetime | None], *, told: Container[int] = ()) -> None:
        """Write when each clock must be looked at next; the computed dates of the clocks in `told` are told."""
        ids = sorted(next_fire)
        columns: dict[str, list[Any]] = {
            "ids": ids, "next": [next_fire[clock_id] for clock_id in ids],
            "told": [clock_id in told for clock_id in ids],
        }  # fmt: skip
        self._session.execute(MOVE_CLOCKS, as_arrays(columns))

    def order_reasons(self, task_ids: Sequence[int]) -> dict[int, str]:
        """Return the reason of the latest leader's order on each task."""
        found = self._session.execute(ORDER_REASONS, {"tasks": sorted(set(task_ids))})
        return {row.subject_id: row.reason for row in found}

    def next_moment(self) -> datetime | None:
        """Return the earliest moment at which a clock must be looked at a duty opens a task, or a paper is deemed received."""
        found: datetime | None = self._session.execute(NEXT_MOMENT).scalar_one()
        return found

    def tidy(self, *, within: timedelta = TIDY_WITHIN) -> bool:
        """Let the index of what is due forget the clocks that a storm moved; tell whether it did.

        Every look at what falls due next would pass by them until the next autovacuum. Outside of any transaction. Left
        to others where somebody holds the table, and given up after `within` where a reading transaction that stays open
        stands on a page of an index: a sweep does not wait for that.
        """
        engine = self._session.get_bind().engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            most = f"{within.total_seconds() * 1000:.0f}"
            connection.execute(text("SELECT set_config('statement_timeout', :most, false)"), {"most": most})
            try:
                connection.execute(text("VACUUM (SKIP_LOCKED, TRUNCATE OFF, INDEX_CLEANUP ON) clock"))
            except OperationalError as given_up:
                if not isinstance(given_up.orig, QueryCanceled):
                    raise
                return False
            finally:
                connection.execute(text("RESET statement_timeout"))
        return True

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn PostgreSQL's refusal of a row into WriteRefused, so that the sweep can halve the batch."""
        try:
            yield
        except (DataError, IntegrityError) as error:
            raise WriteRefused(str(error.orig)) from error
