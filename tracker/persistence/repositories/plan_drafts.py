"""Plan documents of an office, with their proposals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import Campaign, PlanDraft, UnitAlias, UnitName


class PlanDraftRepository:
    """Finds and adds plan drafts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, draft: PlanDraft) -> PlanDraft:
        """Add a draft; it has its id afterwards."""
        self._session.add(draft)
        self._session.flush()
        return draft

    def find(
        self, ref: str, office_ids: Iterable[int], *, lock: bool = False, given_up: bool = False
    ) -> PlanDraft | None:
        """Return a draft of one of these offices, or None; one that was given up only if `given_up` are wanted too."""
        query = select(PlanDraft).where(PlanDraft.ref == ref, PlanDraft.office_id.in_(list(office_ids)))
        if not given_up:
            query = query.where(PlanDraft.dropped_at.is_(None))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        return self._session.scalars(query).one_or_none()

    def campaign_ref(self, draft: PlanDraft) -> str | None:
        """Return the ref of the campaign that was made of a draft."""
        return self._session.scalar(select(Campaign.ref).where(Campaign.id == draft.campaign_id))

    def content_of_campaign(self, campaign_id: int) -> Mapping[str, Any] | None:
        """Return the content of the draft that a campaign was made of, None where it came from a file."""
        return self._session.scalar(select(PlanDraft.content).where(PlanDraft.campaign_id == campaign_id))

    def latest_word(self, office_id: int) -> str:
        """Return the 机关代字 of the office's latest campaign, without the sign of the kind of paper; "" for none."""
        query = select(Campaign.settings).where(Campaign.office_id == office_id).order_by(Campaign.id.desc()).limit(1)
        settings = self._session.scalar(query) or {}
        return str(settings.get("number_words", {}).get("supervision_notice", "")).removesuffix("督")

    def aliases(self) -> Mapping[str, str]:
        """Return alias → today's name of the unit."""
        query = select(UnitAlias.alias, UnitName.name).join(
            UnitName, (UnitName.unit_id == UnitAlias.unit_id) & UnitName.valid_to.is_(None)
        )
        return {row.alias: row.name for row in self._session.execute(query)}
