"""Issuing a campaign: every assignment becomes a running task, and the liaisons are told. One transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import Phase, due_from_plain, resolve, told
from tracker.domain.errors import CannotIssue, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.persistence.models import Campaign
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import announce, of_opened
from tracker.services.context import Floor
from tracker.services.joining import open_parts
from tracker.services.opening import NewTask, open_tasks
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
        """Open a task for each assignment. `viewer` None = the operator at the command line.

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
            calendar = self._floor.calendars.newest()
            opened = open_tasks(uow, self._floor, self._new_tasks(uow, campaign, calendar, now=now), now=now, by=by)
            opened += open_parts(uow, self._floor, opened, now=now, by=by)
            people = announce(uow, campaign, of_opened(opened), now=now)
            campaign.status, campaign.issued_at, campaign.version = "issued", now, campaign.version + 1
            units = len({task.new.unit_id for task in opened})
            payload = {"tasks": len(opened), "units": units, "people": people, "calendar": calendar.version}
            uow.events.append([event(("campaign", campaign.id), "campaign.issued", payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return IssueReport(len(opened), units, people)

    def _check_viewer(self, uow: UnitOfWork, viewer: Viewer | None, campaign: Campaign) -> Doer:
        if viewer is None:
            return ENGINE
        place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
        if not may(viewer, Action.SEE_CAMPAIGN, place):
            raise NotFound("没有这个专项行动，或者您无权查看。")
        if not may(viewer, Action.ISSUE_CAMPAIGN, place):
            raise NotAllowed("行动由领导小组办公室下达。")
        return doer_at(viewer, place, Action.ISSUE_CAMPAIGN)

    def _new_tasks(
        self, uow: UnitOfWork, campaign: Campaign, calendar: WorkingCalendar, *, now: datetime
    ) -> list[NewTask]:
        phases = {p.key: Phase(p.key, p.title, p.starts_on, p.ends_on) for p in uow.campaigns.phases(campaign.id)}
        measures = {m.id: m for m in uow.campaigns.measures(campaign.id)}
        dues = {
            m.id: told(resolve(due_from_plain(m.due), opened_at=now, phases=phases, calendar=calendar))
            for m in measures.values()
        }
        return [
            NewTask(
                campaign.id, a.unit_id, measures[a.measure_id].workflow_key, measures[a.measure_id].title,
                due=dues[a.measure_id], assignment_id=a.id, measure_id=a.measure_id,
            )
            for a in uow.campaigns.open_assignments(campaign.id)
        ]  # fmt: skip
