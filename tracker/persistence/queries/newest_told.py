"""The newest that anybody was told of a kind, to show how a message reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.domain.permissions import Viewer
from tracker.domain.values import Role
from tracker.persistence.queries.visibility import OFFICE_SEES, scope

#: A kind that was not told for so long is shown by a sample.
LOOKED_THROUGH = 50_000

NEWEST = text(f"""
    SELECT t.facts, CAST(:all AS boolean) OR coalesce({OFFICE_SEES}, false) AS ours, un.short_name AS unit
    FROM (SELECT * FROM told ORDER BY id DESC LIMIT {LOOKED_THROUGH}) t
    LEFT JOIN campaign c ON c.id = t.campaign_id LEFT JOIN office o ON o.id = c.office_id
    LEFT JOIN post p ON p.id = t.post_id LEFT JOIN unit_name un ON un.unit_id = p.unit_id AND un.valid_to IS NULL
    WHERE t.message = :message
      AND (CAST(:all AS boolean) OR CAST(:masked AS boolean) OR coalesce({OFFICE_SEES}, false))
    ORDER BY ours DESC, t.id DESC LIMIT 1""")


def newest_told(
    session: Session, viewer: Viewer | None, message: str
) -> tuple[Mapping[str, Any], bool, str | None] | None:
    """Return the newest facts, whether the viewer may read them, and the unit's short name; None for nothing told.

    An office gets what was told for its own campaigns. The system administrator gets anybody's, not to be read: the
    caller masks it. Without a viewer (the operator) everything may be read.
    """
    if viewer is None:
        given: dict[str, Any] = {"all": True, "masked": False, "office_units": [], "office_campaigns": []}
    else:
        given = {**scope(viewer, office_roles=frozenset({Role.OFFICE})), "all": False}
        given["masked"] = Role.SYSTEM_ADMIN in viewer.roles()
    row = session.execute(NEWEST, {**given, "message": message}).one_or_none()
    return None if row is None else (row.facts, bool(row.ours), row.unit)
