"""The plan drafts of an office as a list: without their texts and proposals, which may be long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

DRAFTS = text("""
    SELECT d.ref, d.content->>'title' AS title, d.file_name,
        jsonb_array_length(jsonb_path_query_array(d.content, '$.measures[*] ? (@.kept == true)')) AS measures,
        d.changed_at, c.ref AS campaign_ref
    FROM plan_draft d LEFT JOIN campaign c ON c.id = d.campaign_id
    WHERE d.office_id = ANY(CAST(:offices AS bigint[])) AND d.dropped_at IS NULL
    ORDER BY d.changed_at DESC, d.id DESC LIMIT 100""")


@dataclass(frozen=True, slots=True)
class PlanDraftLine:
    """One draft; `measures` = the proposals kept, `campaign_ref` = what became of it."""

    ref: str
    title: str
    file_name: str
    measures: int
    changed_at: datetime
    campaign_ref: str | None


def plan_of(session: Session, campaign_id: int) -> str | None:
    """Return the ref of the draft that a campaign was made of; None when it came from a file."""
    query = text("SELECT ref FROM plan_draft WHERE campaign_id = :campaign ORDER BY id LIMIT 1")
    found: str | None = session.scalar(query, {"campaign": campaign_id})
    return found


def find_plan_drafts(session: Session, office_ids: Sequence[int]) -> list[PlanDraftLine]:
    """Return the latest hundred drafts of these offices that were not given up, the latest change first."""
    return [PlanDraftLine(**row) for row in session.execute(DRAFTS, {"offices": list(office_ids)}).mappings()]
