"""One search over all that a viewer may see: campaigns, tasks, papers, problems, visits, units.

Titles are found by their two-character grams (domain/bigrams.py) in the few thousand measures and units, and by GIN in
problems; a million tasks are reached through their measure, never read, and visits, of which there are as few as papers,
by their ground or through unit and measure. A ref is found at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from tracker.domain.bigrams import bigrams
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.patterns import like
from tracker.persistence.queries.visibility import (
    CAMPAIGN_SEEN,
    DUTY_SEEN,
    NO_PAPER,
    OFFICE_SEES,
    TASK_READABLE,
    TASK_SEEN,
    UNIT_SEES,
    scope,
)
from tracker.persistence.queries.visits import STOP_SEEN, VISIT_SEEN

_TASK = """
    FROM {first} JOIN campaign c ON c.id = t.campaign_id JOIN office o ON o.id = c.office_id
    LEFT JOIN notice n ON n.task_id = t.id"""
#: First which tasks, then only those that are shown with all that is shown of them. {first} and {where} find, {shown} joins.
_FOUND = """
    SELECT {ref} AS ref, {title} AS title, un.name AS unit_name, c.title AS campaign_title, t.state,
        t.workflow_version_id, t.due_on, t.final, p.total
    FROM (SELECT t.id, {key} AS key, count(*) OVER () AS total
          FROM {first} JOIN campaign c ON c.id = t.campaign_id WHERE {where}
          ORDER BY t.final, t.due_on NULLS LAST, t.id LIMIT :most) p
    JOIN task t ON t.id = p.id {shown} JOIN campaign c ON c.id = t.campaign_id
    JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    ORDER BY t.final, t.due_on NULLS LAST, t.id"""

BY_REF = text(f"""
    SELECT CASE WHEN n.id IS NULL THEN t.ref ELSE n.ref END AS ref, CASE WHEN n.id IS NULL THEN 'tasks' ELSE 'papers' END AS kind
    {_TASK.format(first="task t")}
    WHERE t.id = coalesce((SELECT id FROM task WHERE ref = :ref), (SELECT task_id FROM notice WHERE ref = :ref),
                          (SELECT rectification_task_id FROM problem WHERE ref = :ref),
                          (SELECT task_id FROM finding WHERE ref = :ref))
      AND {TASK_READABLE}
    UNION ALL
    SELECT v.ref, 'visits' FROM visit v JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id
    WHERE v.ref = :ref AND {VISIT_SEEN}""")

TASKS = text(
    _FOUND.format(
        ref="t.ref", title="t.title", key="t.id", shown="",
        first="measure m JOIN assignment a ON a.measure_id = m.id JOIN task t ON t.assignment_id = a.id",
        where=f"m.bigrams @> CAST(:grams AS text[]) AND m.title ILIKE :sought AND {NO_PAPER} AND {DUTY_SEEN}",
    )
)  # fmt: skip

PAPERS = text(
    _FOUND.format(
        ref="n.ref", title="coalesce(n.printed_number || ' ', '') || n.title", key="n.id",
        shown="JOIN notice n ON n.id = p.key", first="notice n JOIN task t ON t.id = n.task_id",
        where=f"(n.printed_number ILIKE :sought OR n.title ILIKE :sought) AND {TASK_SEEN}",
    )
)  # fmt: skip

PROBLEMS = text(
    _FOUND.format(
        ref="t.ref", title="b.place || '：' || b.description", key="b.id", shown="JOIN problem b ON b.id = p.key",
        first="problem b JOIN task t ON t.id = b.rectification_task_id LEFT JOIN notice n ON n.task_id = t.id",
        where=f"""b.bigrams @> CAST(:grams AS text[]) AND (b.place ILIKE :sought OR b.description ILIKE :sought)
            AND {TASK_SEEN}""",
    )
)  # fmt: skip

#: By ground or number in the year's plan, by a measure that is looked at, or by a unit: by those alone of which the viewer
#: may know that somebody goes there. They are also the units that are named, those that were sought first.
VISITS = text(f"""
    WITH hit AS (
        SELECT id FROM visit WHERE ground ILIKE :sought OR filed_as ILIKE :sought
        UNION SELECT x.visit_id FROM measure m JOIN visit_measure x ON x.measure_id = m.id
        WHERE m.bigrams @> CAST(:grams AS text[]) AND m.title ILIKE :sought
        UNION SELECT v.id FROM unit_name un JOIN visit_stop s ON s.unit_id = un.unit_id JOIN visit v ON v.id = s.visit_id
        JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id
        WHERE un.valid_to IS NULL AND un.bigrams @> CAST(:grams AS text[])
          AND (un.name ILIKE :sought OR un.short_name ILIKE :sought) AND {STOP_SEEN}),
    shown AS (
        SELECT v.id, v.state IN ('ended', 'cancelled') AS final, count(*) OVER () AS total
        FROM hit JOIN visit v ON v.id = hit.id
        JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id
        WHERE {VISIT_SEEN} ORDER BY final, v.from_on DESC, v.id DESC LIMIT :most)
    SELECT v.ref, v.ground AS title, c.title AS campaign_title, v.state, v.from_on AS due_on, shown.final, shown.total,
        (SELECT string_agg(x.name, '、' ORDER BY x.place) || CASE WHEN max(x.many) > 3 THEN '等' || max(x.many) || '个单位' ELSE '' END
         FROM (SELECT un.name, row_number() OVER (ORDER BY un.name ILIKE :sought DESC, s.position) AS place, count(*) OVER () AS many
               FROM visit_stop s JOIN unit_name un ON un.unit_id = s.unit_id AND un.valid_to IS NULL
               WHERE s.visit_id = v.id AND {STOP_SEEN}) x WHERE x.place <= 3) AS unit_name
    FROM shown JOIN visit v ON v.id = shown.id
    JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id
    ORDER BY shown.final, v.from_on DESC, v.id DESC""")

#: A unit once for each campaign in which it has a duty: that is where its tasks are.
UNITS = text(f"""
    SELECT u.key AS ref, un.name AS title, un.name AS unit_name, c.title AS campaign_title, c.ref AS campaign_ref,
        count(*) OVER () AS total
    FROM unit_name un JOIN unit u ON u.id = un.unit_id
    JOIN LATERAL (SELECT DISTINCT m.campaign_id FROM assignment a JOIN measure m ON m.id = a.measure_id
                  WHERE a.unit_id = u.id AND a.withdrawn_at IS NULL) d ON true
    JOIN campaign c ON c.id = d.campaign_id JOIN office o ON o.id = c.office_id
    WHERE un.valid_to IS NULL AND un.bigrams @> CAST(:grams AS text[])
      AND (un.name ILIKE :sought OR un.short_name ILIKE :sought)
      AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="u.id")})
    ORDER BY un.position, u.id, c.starts_on DESC LIMIT :most""")

CAMPAIGNS = text(f"""
    SELECT c.ref, c.title, '' AS unit_name, o.name AS campaign_title, count(*) OVER () AS total
    FROM campaign c JOIN office o ON o.id = c.office_id
    WHERE c.title ILIKE :sought AND {CAMPAIGN_SEEN}
    ORDER BY c.starts_on DESC, c.id LIMIT :most""")

#: What is searched, in the order in which it is shown.
KINDS: dict[str, TextClause] = {
    "campaigns": CAMPAIGNS, "tasks": TASKS, "papers": PAPERS, "problems": PROBLEMS, "visits": VISITS, "units": UNITS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. State and due date are a task's, paper's or visit's (its first day), the workflow version a task's
    or paper's, `campaign_ref` a unit's.
    """

    ref: str
    title: str
    unit_name: str
    campaign_title: str
    state: str = ""
    workflow_version_id: int = 0
    due_on: date | None = None
    final: bool = False
    campaign_ref: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found of one kind: the first ones, and how many there are."""

    kind: str
    rows: Sequence[Hit]
    total: int


def find_by_ref(session: Session, viewer: Viewer, ref: str) -> tuple[str, str] | None:
    """Return (kind, ref) of the task, paper or visit to which a ref leads, also a problem's or a finding's, or None."""
    row = session.execute(BY_REF, {"ref": ref, **scope(viewer)}).first()
    return (row.kind, row.ref) if row is not None else None


def search(session: Session, viewer: Viewer, words: str, *, most: int) -> tuple[Hits, ...]:
    """Return what the viewer may see whose title holds `words` (two characters at least), at most `most` of a kind."""
    given: dict[str, Any] = {"sought": like(words), "grams": bigrams(words), "most": most, **scope(viewer)}
    found = []
    for kind, query in KINDS.items():
        rows = session.execute(query, given).mappings().all()
        total = int(rows[0]["total"]) if rows else 0
        found.append(Hits(kind, [Hit(**{k: v for k, v in row.items() if k != "total"}) for row in rows], total))
    return tuple(found)
