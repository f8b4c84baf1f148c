"""Where the units of an office stand, as far as the viewer sees them: cards that hold, papers of the year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.paging import Page, fetch_page
from tracker.persistence.queries.visibility import OFFICE_SEES, UNIT_SEES, scope

STANDINGS = text(f"""
    SELECT s.unit_id, un.name AS unit_name, s.standing, s.since, s.version, s.office_id,
        (SELECT count(*) FROM notice n WHERE n.office_id = s.office_id AND n.unit_id = s.unit_id
             AND n.issued_at >= :year_began AND n.ended_at IS NULL) AS papers,
        (SELECT coalesce(sum(f.points), 0) FROM notice n JOIN notice_item i ON i.notice_id = n.id AND i.struck_at IS NULL
             JOIN finding f ON f.id = i.finding_id
             WHERE n.office_id = s.office_id AND n.unit_id = s.unit_id AND n.issued_at >= :year_began
               AND n.ended_at IS NULL) AS points,
        coalesce((SELECT jsonb_agg(jsonb_build_object('ref', n.ref, 'number', n.printed_number, 'kind', n.kind,
                                   'title', n.title) ORDER BY n.place)
            FROM notice n JOIN task k ON k.id = n.task_id
            WHERE n.office_id = s.office_id AND n.unit_id = s.unit_id AND n.kind = ANY(:cards)
              AND n.issued_at IS NOT NULL AND n.ended_at IS NULL AND NOT k.final), '[]'::jsonb) AS held,
        count(*) OVER () AS total
    FROM campaign c JOIN office o ON o.id = c.office_id JOIN unit_standing s ON s.office_id = o.id
    JOIN unit_name un ON un.unit_id = s.unit_id AND un.valid_to IS NULL
    WHERE c.ref = :ref AND ({OFFICE_SEES} OR {UNIT_SEES.format(unit="s.unit_id")})
      AND (:every OR s.standing NOT IN ('normal', 'released'))
    ORDER BY array_position(ARRAY['listed', 'red', 'yellow', 'released', 'normal'], s.standing), un.position, s.unit_id
    LIMIT :limit OFFSET :offset""")


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One unit: where it stands since when, the cards that are not made good, and its papers of this year.

    points  what rules take off for the lines of these papers that stand
    """

    unit_id: int
    unit_name: str
    standing: str
    since: datetime
    version: int
    office_id: int
    papers: int
    points: int
    held: list[dict[str, Any]]


def find_standings(
    session: Session, viewer: Viewer, campaign_ref: str, *, cards: list[str], year_began: datetime, every: bool,
    page: int, size: int,
) -> Page[StandingRow]:  # fmt: skip
    """Return where units stand at the campaign's office, the gravest first; `every` = those in good standing too."""
    given = {"ref": campaign_ref, "cards": cards, "year_began": year_began, "every": every, **scope(viewer)}
    return fetch_page(session, STANDINGS, StandingRow, number=page, size=size, given=given)
