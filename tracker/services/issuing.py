"""Issuing a campaign: its duties run from now, what has begun opens as tasks, the liaisons are told. One transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.domain.digests import next_digest
from tracker.domain.errors import CannotIssue, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.persistence.models import Campaign
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.duties import open_duties
from tracker.services.recording import ENGINE, Doer, doer_at, event


@dataclass(frozen=True)
class IssueReport:
    """How many tasks were opened, for how many units, and how many people are told."""

    tasks: int
    units: int
    people: int


class IssuingService:
    """Issues campaigns. `check` names all that stands in the way (CampaignService.reasons_against)."""

    def __init__(self, floor: Floor, check: Callable[[UnitOfWork, Campaign], Sequence[str]]) -> None:
        self._floor = floor
        self._check = check

    def issue_campaign(self, viewer: Viewer | None, *, campaign_ref: str, expected_version: int) -> IssueReport:
        """Let every duty run and open what has begun. `viewer` None = the operator at the command line.

        Raises NotFound, NotAllowed, StaleVersion, or CannotIssue with every reason.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_by_ref(campaign_ref)
            by = self._check_viewer(uow, viewer, campaign)
            if campaign.version != expected_version or campaign.status != "draft":
                raise StaleVersion("这次行动已有人先办理了（可能已经下达）。页面已更新，请核对后再办。")
            if reasons := self._check(uow, campaign):
                raise CannotIssue("这次行动还不能下达，请先处理下列问题。", reasons)
            duties = uow.openings.start(campaign.id, now=now)
            opened = open_duties(uow, self._floor, duties, now=now, by=by)
            campaign.status, campaign.issued_at, campaign.version = "issued", now, campaign.version + 1
            campaign.digest_at = next_digest(now, self._floor.calendars.newest())
            units = len({task.new.unit_id for task in opened.tasks})
            payload = {
                "tasks": len(opened.tasks), "units": units, "people": opened.people,
                "calendar": self._floor.calendars.newest().version,
            }  # fmt: skip
            uow.events.append([event(("campaign", campaign.id), "campaign.issued", payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return IssueReport(len(opened.tasks), units, opened.people)

    def _check_viewer(self, uow: UnitOfWork, viewer: Viewer | None, campaign: Campaign) -> Doer:
        if viewer is None:
            return ENGINE
        place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
        if not may(viewer, Action.SEE_CAMPAIGN, place):
            raise NotFound("没有这个专项行动，或者您无权查看。")
        if not may(viewer, Action.ISSUE_CAMPAIGN, place):
            raise NotAllowed("行动由领导小组办公室下达。")
        return doer_at(viewer, place, Action.ISSUE_CAMPAIGN)
