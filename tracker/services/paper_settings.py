"""An office sets how the papers of a running campaign look, and by which words they are numbered."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.paper_settings import PaperSettings, read_settings
from tracker.domain.permissions import Viewer
from tracker.services.change_sets import check_may_change, lock_to_change
from tracker.services.context import SETTLE_JOB, Floor
from tracker.services.recording import event

SET = "campaign.papers_set"


class PaperSettingsService:
    """Keeps them in the campaign's settings, and each change in its record."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def present(self, viewer: Viewer, *, campaign_ref: str) -> PaperSettings:
        """Return what holds now; raises as `set` does."""
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            check_may_change(uow, viewer, campaign)
            return PaperSettings.of(campaign.settings)

    def set(
        self, viewer: Viewer, *, campaign_ref: str, expected_version: int, given: Mapping[str, object]
    ) -> tuple[str, ...]:
        """Let what was typed hold for papers issued from now on; return what changed, in words.

        Who changed what and when stays in the campaign's record. Raises NotFound, NotAllowed, CannotChange for a
        campaign that does not run, StaleVersion, or InvalidInput with a sentence a field.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign, by = lock_to_change(uow, viewer, campaign_ref=campaign_ref, expected_version=expected_version)
            present = PaperSettings.of(campaign.settings)
            wanted = read_settings(given, present)
            changes = present.changes_to(wanted)
            if not changes:
                return ()
            campaign.settings = wanted.into(campaign.settings)
            campaign.version += 1
            payload = {
                "ref": campaign.ref, "lines": list(changes), "before": present.fields(), "after": wanted.fields(),
            }  # fmt: skip
            uow.events.append([event(("campaign", campaign.id), SET, payload, at=now, by=by)])
            if present.leader_from != wanted.leader_from:
                # What waits for its approval may now have nobody left at the office, or somebody again.
                uow.on_commit(lambda: self._floor.queue.enqueue("housekeeping", SETTLE_JOB))
            uow.commit()
        return changes
