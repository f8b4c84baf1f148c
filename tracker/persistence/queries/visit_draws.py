"""The draws of units and inspectors of a campaign, for the office's side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.double_draw import DRAWN, SETTLED, DoubleDraw
from tracker.domain.permissions import Viewer
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

DRAWS = text(f"""
    SELECT e.kind, e.payload, e.at, h.name FROM campaign c JOIN office o ON o.id = c.office_id
    JOIN stream s ON s.kind = 'campaign' AND s.subject_id = c.id JOIN event e ON e.stream_id = s.id
    LEFT JOIN person h ON h.id = e.person_id
    WHERE c.ref = :ref AND {OFFICE_SEES} AND e.kind = ANY(CAST(:kinds AS text[])) ORDER BY e.seq""")

#: By the event with which a visit's chain begins.
USED = text(f"""
    SELECT (e.payload -> 'draw' ->> 'number')::int AS number, min(v.ref) AS ref
    FROM visit v JOIN campaign c ON c.id = v.campaign_id JOIN office o ON o.id = c.office_id
    JOIN stream s ON s.kind = 'visit' AND s.subject_id = v.id JOIN event e ON e.stream_id = s.id
    WHERE c.ref = :ref AND {OFFICE_SEES} AND v.state <> 'cancelled' AND e.kind = 'visit.planned' AND e.payload ? 'draw'
    GROUP BY 1""")


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw: when and by whom, its result (None = who takes part was put down and no more), and the visit that it is for.

    `left_out` = the codes of units and the numbers of people who could have taken part.
    """

    number: int
    at: datetime
    by: str
    draw: DoubleDraw | None
    used_for: str | None
    left_out: Mapping[str, list[str]]


def find_draws(session: Session, viewer: Viewer, ref: str) -> tuple[DrawRow, ...]:
    """Return the draws of a campaign, the newest first; nothing for those who are not of its office."""
    given = {**scope(viewer), "ref": ref}
    events = session.execute(DRAWS, {**given, "kinds": [SETTLED, DRAWN]}).all()
    used = {row.number: row.ref for row in session.execute(USED, given)} if events else {}
    made: Mapping[int, Any] = {one.payload["number"]: one for one in events if one.kind == DRAWN}
    return tuple(
        DrawRow(
            number, one.at, one.name or "", DoubleDraw.read(made[number].payload) if number in made else None,
            used.get(number), one.payload["left_out"],
        )
        for one in reversed(events)
        if one.kind == SETTLED and (number := int(one.payload["number"]))
    )  # fmt: skip
