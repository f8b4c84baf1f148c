"""The ledgers (台账) as lists: tasks, problems, rectification, returns, activities, extensions, objections, papers, findings.

Every ledger is one SELECT with the same head (place, light, stage, due day), so that filters, order, sums and paging
are written once. Lights come from `queries.lights`, as in the matrix and on the campaign's page: sums agree because
nothing is defined twice. Rows leave the database only where the viewer may see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.permissions import UNIT_SIDE, Viewer
from tracker.persistence.queries.ledgers import PROBLEM_ORIGIN, VISITED
from tracker.persistence.queries.lights import LIGHT, light_moment
from tracker.persistence.queries.patterns import like
from tracker.persistence.queries.sought_units import SOUGHT, UnitChoices, choosing, read_choices
from tracker.persistence.queries.tallies import lights_of
from tracker.persistence.queries.visibility import DUTY_SEEN, NO_PAPER, OFFICE_SEES, TASK_SEEN, UNIT_SEES, scope

_PLACE = f"""c.ref AS campaign_ref, c.title AS campaign_title, c.settings AS campaign_settings, u.id AS unit_id,
    u.key AS unit_key, u.kind AS unit_kind, un.name AS unit_name, un.position AS unit_position,
    t.ref AS task_ref, t.title, t.workflow_key, t.workflow_version_id, t.state, t.due_on, t.done_at, {LIGHT} AS light"""
_PLACES = """JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    JOIN unit u ON u.id = t.unit_id JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL"""
_JOINS = f"{_PLACES} LEFT JOIN notice n ON n.task_id = t.id"

PROBLEM_STAGE = """CASE WHEN t.final AND NOT t.done THEN 'withdrawn' WHEN t.done THEN 'closed'
    WHEN t.waits_for = 'unit' THEN 'with_unit' WHEN t.state = 'reported' THEN 'reported' ELSE 'rechecking' END"""

TASKS = f"""
    SELECT t.id, t.ref, {_PLACE}, {LIGHT} AS stage, 0 AS severity, m.ordinal, t.measure_id,
        concat_ws(' ', t.ref, t.title, un.name) AS words
    FROM task t {_PLACES} LEFT JOIN measure m ON m.id = t.measure_id
    WHERE {NO_PAPER} AND {DUTY_SEEN}"""

PROBLEMS = f"""
    SELECT b.id, b.ref, {_PLACE}, {PROBLEM_STAGE} AS stage, 0 AS severity, b.place, b.kind, b.risk_grade,
        b.description, b.measure, b.leader, s.workflow_version_id AS found_in_version_id, {PROBLEM_ORIGIN} AS origin,
        v.ref AS visit_ref,
        concat_ws(' ', b.ref, b.place, b.description, un.name) AS words
    FROM problem b JOIN task t ON t.id = b.rectification_task_id {_JOINS}
    JOIN task s ON s.id = b.found_in_task_id {VISITED}
    WHERE {TASK_SEEN}"""

RECTIFICATIONS = f"""
    SELECT t.id, t.ref, t.version, {_PLACE}, {PROBLEM_STAGE} AS stage, 0 AS severity,
        coalesce(pn.printed_number, pn.ref, b.ref, p.ref) AS source, coalesce(b.measure, i.measure, '') AS measure,
        coalesce(b.leader, i.leader, '') AS leader, concat_ws(' ', t.ref, t.title, un.name) AS words,
        (SELECT count(*) FROM attachment a WHERE a.task_id = t.id AND a.submission_id IS NOT NULL) AS evidence,
        (SELECT h.name FROM submission f JOIN person h ON h.id = f.person_id
         WHERE f.task_id = t.id AND f.transition = 'sign_off' ORDER BY f.id DESC LIMIT 1) AS signed_off_by
    FROM task t {_JOINS} LEFT JOIN problem b ON b.rectification_task_id = t.id
    LEFT JOIN notice_item i ON i.rectification_task_id = t.id
    LEFT JOIN task p ON p.id = t.parent_id LEFT JOIN notice pn ON pn.task_id = p.id
    WHERE t.workflow_key = 'rectification' AND {TASK_SEEN}"""

#: What a unit reported, as it was sent; the supervisors' own forms (opinions, records) are no returns.
RETURNS = f"""
    SELECT r.id, t.ref, {_PLACE}, {LIGHT} AS stage, 0 AS severity, r.submitted_at, r.form_key,
        r.workflow_version_id AS form_version_id, h.name AS person_name,
        concat_ws(' ', t.ref, t.title, un.name) AS words
    FROM submission r JOIN task t ON t.id = r.task_id {_JOINS} JOIN person h ON h.id = r.person_id
    WHERE r.transition IN ('report', 'reply') AND {TASK_SEEN}"""

_HELD_STAGE = """CASE WHEN t.done THEN 'passed' WHEN t.final THEN 'withdrawn' WHEN t.waits_for = 'unit' THEN 'with_unit'
    ELSE 'reviewing' END"""
_NEWEST = "(SELECT max(l.id) FROM submission l WHERE l.task_id = r.task_id AND l.transition = r.transition)"
_HELD = f"""{_PLACE}, {_HELD_STAGE} AS stage, 0 AS severity, r.submitted_at, r.form_key, t.tie, r.values AS answers,
    r.workflow_version_id AS form_version_id, h.name AS person_name"""
_HELD_FROM = f"FROM submission r JOIN task t ON t.id = r.task_id {_PLACES} JOIN person h ON h.id = r.person_id"

#: What was held: each return of a quota is one, and of a return that was sent again after it was sent back the newest.
PUBLICITY = f"""
    SELECT r.id, t.ref, {_HELD},
        concat_ws(' ', t.ref, t.title, un.name, r.values ->> 'theme', r.values ->> 'place') AS words
    {_HELD_FROM}
    WHERE t.workflow_key = 'publicity' AND r.form_key = 'publicity_return'
      AND (r.transition = 'record' OR r.id = {_NEWEST}) AND {DUTY_SEEN}"""

#: What was agreed on in a meeting comes later than that it was held, in a form of its own.
MEETINGS = f"""
    SELECT r.id, t.ref, {_HELD},
        (SELECT l.values -> 'matters' FROM submission l
         WHERE l.task_id = r.task_id AND l.form_key = 'minutes' ORDER BY l.id DESC LIMIT 1) AS matters,
        concat_ws(' ', t.ref, t.title, un.name, r.values ->> 'name', r.values ->> 'place') AS words
    {_HELD_FROM}
    WHERE t.workflow_key = 'meeting' AND r.form_key = 'meeting_record' AND r.id = {_NEWEST} AND {DUTY_SEEN}"""

EXTENSIONS = f"""
    SELECT e.id, t.ref, {_PLACE}, e.status AS stage, 0 AS severity, e.old_due_on, e.wanted_on, e.granted_on, e.reason,
        e.asked_at, e.decided_at, concat_ws(' ', t.ref, t.title, un.name, e.reason) AS words
    FROM extension e JOIN task t ON t.id = e.task_id {_JOINS}
    WHERE {TASK_SEEN}"""

OBJECTIONS = f"""
    SELECT b.id, t.ref, {_PLACE}, b.outcome AS stage, 0 AS severity, coalesce(p.printed_number, p.ref) AS printed_number,
        coalesce(i.text, '整份文书') AS contested, b.filed_at, b.decided_at, b.decision_reason,
        concat_ws(' ', t.ref, p.printed_number, t.title, un.name) AS words
    FROM objection b JOIN task t ON t.id = b.task_id {_JOINS} JOIN notice p ON p.id = b.notice_id
    LEFT JOIN notice_item i ON i.id = b.item_id
    WHERE {TASK_SEEN}"""

NOTICES = f"""
    SELECT n.id, n.ref, {_PLACE}, {LIGHT} AS stage, n.severity, n.kind AS notice_kind, n.printed_number, n.issued_at,
        n.title AS notice_title, concat_ws(' ', n.ref, n.printed_number, n.title, un.name) AS words,
        (SELECT e.payload ->> 'filed_as' FROM stream s JOIN event e ON e.stream_id = s.id
         WHERE s.kind = 'notice' AND s.subject_id = n.id AND e.kind = 'notice.filed' ORDER BY e.seq DESC LIMIT 1) AS filed_as
    FROM task t {_JOINS}
    WHERE n.id IS NOT NULL AND {TASK_SEEN}"""

FINDINGS = f"""
    SELECT f.id, f.ref, {_PLACE}, f.status AS stage, f.severity, f.kind AS notice_kind, f.summary, f.raised_at,
        f.decided_at, f.reason, concat_ws(' ', f.ref, f.summary, un.name) AS words
    FROM finding f JOIN task t ON t.id = f.task_id {_JOINS}
    WHERE {OFFICE_SEES}"""

LEDGERS: Mapping[str, str] = {
    "tasks": TASKS, "problems": PROBLEMS, "rectification": RECTIFICATIONS, "returns": RETURNS,
    "publicity": PUBLICITY, "meetings": MEETINGS, "extensions": EXTENSIONS, "objections": OBJECTIONS, "notices": NOTICES,
    "findings": FINDINGS,
}  # fmt: skip

_UNIT_AND_BELOW = f"""x.unit_id IN (
    WITH RECURSIVE below AS (
        SELECT unnest({SOUGHT}) AS id
        UNION SELECT d.unit_id FROM unit_name d JOIN below b ON d.parent_id = b.id WHERE d.valid_to IS NULL)
    SELECT id FROM below)"""
_CONDITIONS: Mapping[str, str] = {
    "campaign": "x.campaign_ref = :campaign", "unit": _UNIT_AND_BELOW, "unit_kind": "x.unit_kind = :unit_kind",
    "workflow": "x.workflow_key = :workflow", "light": "x.light = :light", "stage": "x.stage = :stage",
    "due_from": "x.due_on >= :due_from", "due_to": "x.due_on <= :due_to", "severity": "x.severity = :severity",
    "words": "x.words ILIKE :words", "origin": "x.origin = :origin",
}  # fmt: skip

#: order → (what is compared, its type). The row's id breaks ties, so that a page begins where the last one ended.
SORTS: Mapping[str, tuple[str, str]] = {
    "oldest": ("CAST(0 AS int)", "int"), "due": ("coalesce(x.due_on, DATE '9999-12-31')", "date"), "unit": ("x.unit_position", "int"),
}  # fmt: skip

CAMPAIGN_CHOICES = text(f"""
    SELECT c.ref, c.title FROM campaign c JOIN office o ON o.id = c.office_id
    WHERE {OFFICE_SEES} OR EXISTS (SELECT FROM task t WHERE t.campaign_id = c.id AND {UNIT_SEES.format(unit="t.unit_id")})
    ORDER BY c.starts_on DESC, c.id DESC""")

UNIT_CHOICES = choosing(f"""
    SELECT u.id FROM unit u
    WHERE (SELECT true FROM campaign c JOIN task t ON t.campaign_id = c.id AND t.unit_id = u.id
           WHERE {OFFICE_SEES} OR {UNIT_SEES.format(unit="u.id")} LIMIT 1)""")


@dataclass(frozen=True, slots=True)
class LedgerFilters:
    """What a ledger is narrowed to; None = all. `unit` means the unit and all below it; both due days are included; `origin` is the problem ledger's."""

    campaign: str | None = None
    unit: str | None = None
    unit_kind: str | None = None
    workflow: str | None = None
    light: str | None = None
    stage: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    severity: int | None = None
    words: str | None = None
    origin: str | None = None

    def given(self) -> dict[str, Any]:
        """Return the filters that narrow, by name."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the row with this key and id, which was the n-th of the ledger."""

    key: str
    id: int
    number: int


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Rows of a ledger; `first` is the number of the first, `following` begins the next page (None = the last)."""

    rows: tuple[Mapping[str, Any], ...]
    first: int
    following: Cursor | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger as one viewer sees it at one moment, narrowed by filters."""

    kind: str
    viewer: Viewer
    filters: LedgerFilters
    now: datetime
    calendar: WorkingCalendar

    def source(self) -> str:
        """Return FROM and WHERE; what is not asked for is not in the statement, so that plans stay simple."""
        narrowed = [_CONDITIONS[name] for name in self.filters.given()]
        return f"FROM ({LEDGERS[self.kind]}) x" + (f" WHERE {' AND '.join(narrowed)}" if narrowed else "")

    def values(self) -> dict[str, Any]:
        """Return the parameters of `source`."""
        given = {**scope(self.viewer), **light_moment(self.now, self.calendar), **self.filters.given()}
        if self.filters.words:
            given["words"] = like(self.filters.words)
        return given


def read_page(session: Session, ledger: Ledger, *, sort: str, after: Cursor | None, size: int) -> LedgerPage:
    """Return the rows that follow `after`, by keyset: page one thousand costs what page one costs."""
    key, kind = SORTS[sort]
    source, values = ledger.source(), ledger.values()
    if after is not None:
        joined = "AND" if ledger.filters.given() else "WHERE"
        source += f" {joined} ({key}, x.id) > (CAST(:after_key AS {kind}), CAST(:after_id AS bigint))"
        values |= {"after_key": after.key, "after_id": after.id}
    query = text(f"SELECT x.*, CAST({key} AS text) AS sort_key {source} ORDER BY {key}, x.id LIMIT :most")
    rows = session.execute(query, {**values, "most": size + 1}).mappings().all()
    shown, passed = tuple(dict(row) for row in rows[:size]), after.number if after else 0
    last = shown[-1] if len(rows) > size else None
    following = Cursor(last["sort_key"], last["id"], passed + size) if last is not None else None
    return LedgerPage(shown, passed + 1, following)


#: What kept sums of tasks can be narrowed to; the stage of a task in its ledger is its light.
_KEPT_CONDITIONS: Mapping[str, str] = {
    "campaign": "c.ref = :campaign", "workflow": "l.workflow_key = :workflow", "light": "l.light = :light",
    "stage": "l.light = :stage", "due_from": "l.due_on >= :due_from", "due_to": "l.due_on <= :due_to",
}  # fmt: skip
_WHOLE_CAMPAIGNS = f"ARRAY(SELECT c.id FROM campaign c JOIN office o ON o.id = c.office_id WHERE {OFFICE_SEES})"
_KEPT_TASKS = f"FROM ({lights_of(_WHOLE_CAMPAIGNS)}) l JOIN campaign c ON c.id = l.campaign_id"
#: What rose to the viewer out of campaigns that he does not see: read task by task, for they are few.
_RISEN_TASKS = TASKS + f" AND t.risen_unit_id IS NOT NULL AND NOT {OFFICE_SEES}"


def read_tally(session: Session, ledger: Ledger) -> dict[str, int]:
    """Return how many rows of the ledger stand at each stage, over all its pages."""
    given = ledger.filters.given()
    if ledger.kind == "tasks" and given.keys() <= _KEPT_CONDITIONS.keys() and not ledger.viewer.roles() & UNIT_SIDE:
        kept, own = (
            "".join(f" {'AND' if number else 'WHERE'} {known[name]}" for number, name in enumerate(given))
            for known in (_KEPT_CONDITIONS, _CONDITIONS)
        )
        query = text(f"""SELECT light AS stage, CAST(sum(many) AS bigint) AS many FROM (
            SELECT l.light, l.many {_KEPT_TASKS}{kept} UNION ALL SELECT x.light, 1 FROM ({_RISEN_TASKS}) x{own}) s
            GROUP BY 1 HAVING sum(many) > 0""")
        return {row.stage: row.many for row in session.execute(query, ledger.values())}
    query = text(f"SELECT x.stage, count(*) AS many {ledger.source()} GROUP BY x.stage")
    return {row.stage: row.many for row in session.execute(query, ledger.values())}


def stream_rows(session: Session, ledger: Ledger, *, sort: str, most: int) -> Iterator[Mapping[str, Any]]:
    """Yield every row of the ledger in order, through a server-side cursor: memory stays flat."""
    key, _ = SORTS[sort]
    query = text(f"SELECT x.* {ledger.source()} ORDER BY {key}, x.id LIMIT :most")
    found = session.execute(query, {**ledger.values(), "most": most}, execution_options={"yield_per": 1000})
    for row in found.mappings():
        yield dict(row)


def ledger_choices(
    session: Session, viewer: Viewer, *, unit: str | None
) -> tuple[list[tuple[str, str]], UnitChoices]:  # fmt: skip
    """Return (ref, title) of the campaigns, and the units, that the viewer's ledgers may hold; `unit` is this one's."""
    given = scope(viewer)
    campaigns = [(row.ref, row.title) for row in session.execute(CAMPAIGN_CHOICES, given)]
    return campaigns, read_choices(session, UNIT_CHOICES, given, chosen=unit)
