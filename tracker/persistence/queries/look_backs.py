"""Months of sign-offs with their draws, for the office side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

MONTHS = text(f"""
    SELECT to_char(s.submitted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, count(DISTINCT t.id) AS many
    FROM submission s JOIN task t ON t.id = s.task_id JOIN campaign c ON c.id = t.campaign_id
    JOIN office o ON o.id = c.office_id
    WHERE c.ref = :ref AND t.workflow_key = 'rectification' AND s.transition = 'sign_off' AND {OFFICE_SEES}
    GROUP BY 1""")

DRAWS = text(f"""
    SELECT d.month, d.share, d.seal_id, d.seed, d.pool, d.drawn, d.passed_over, d.drawn_at, h.name AS drawn_by,
        encode(z.root, 'hex') AS root
    FROM look_back_draw d JOIN campaign c ON c.id = d.campaign_id JOIN office o ON o.id = c.office_id
    JOIN person h ON h.id = d.drawn_by JOIN seal z ON z.id = d.seal_id
    WHERE c.ref = :ref AND {OFFICE_SEES}""")

ITEMS = text("""
    SELECT t.ref, t.title, t.state, t.workflow_version_id, t.severity_raise, un.name AS unit_name, k.due_on,
        (SELECT h.name FROM submission f JOIN person h ON h.id = f.person_id
         WHERE f.task_id = t.id AND f.transition = 'sign_off' ORDER BY f.id DESC LIMIT 1) AS signed_off_by
    FROM task t JOIN unit_name un ON un.unit_id = t.unit_id AND un.valid_to IS NULL
    LEFT JOIN clock k ON k.task_id = t.id AND k.name = 'look_back'
    WHERE t.ref = ANY(CAST(:refs AS text[]))""")


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw that was made."""

    month: str
    share: int
    seal_id: int
    seed: str
    pool: list[str]
    drawn: list[str]
    passed_over: Mapping[str, str]
    drawn_at: datetime
    drawn_by: str
    root: str


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """An item that was drawn, as it stands now."""

    ref: str
    title: str
    state: str
    workflow_version_id: int
    severity_raise: int
    unit_name: str
    due_on: date | None
    signed_off_by: str | None


@dataclass(frozen=True, slots=True)
class LookBacks:
    """Sign-offs by month, the draws, and the items that they drew by ref."""

    many: Mapping[str, int]
    draws: Mapping[str, DrawRow]
    items: Mapping[str, DrawnItem]


def find_look_backs(session: Session, viewer: Viewer, ref: str) -> LookBacks:
    """Return the months and draws of a campaign; nothing for those who are not of its office."""
    given: dict[str, Any] = {**scope(viewer), "ref": ref}
    draws = {row["month"]: DrawRow(**row) for row in session.execute(DRAWS, given).mappings()}
    refs = sorted({one for draw in draws.values() for one in draw.drawn})
    items = [DrawnItem(**row) for row in session.execute(ITEMS, {"refs": refs}).mappings()] if refs else []
    many = {row.month: row.many for row in session.execute(MONTHS, given)}
    return LookBacks(many, draws, {one.ref: one for one in items})
