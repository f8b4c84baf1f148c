"""The mail of the week to leaders: written on its moment by the sweep, carried like everything that is told.

The moment stands on the campaign (`digest_at`), claimed by whoever sweeps first; what is told is unique by week and
person, so two sweeps, or one that was killed, tell it once. A campaign that is over, or for which it was switched
off, has no moment.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.digests import next_digest, week_of
from tracker.domain.errors import NotAllowed, NotFound
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Role, local_date
from tracker.persistence.models import Campaign
from tracker.persistence.queries.campaign_week import read_weeks
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import doer_at, event


class DigestService:
    """Tells leaders once a week how each campaign stands, and lets them switch that off for all of them; who alone wants none refuses it."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def write_due(self) -> int:
        """Tell what is due, one campaign a transaction; return how many people are told. Safe to run twice."""
        people, now = 0, self._floor.clock.now()
        while True:
            with self._floor.uows() as uow:
                campaign = uow.campaigns.claim_digest(now=now)
                if campaign is None:
                    return people
                people += self._tell(uow, campaign, now=now)
                self._floor.ring_deliveries(uow)
                uow.commit()

    def switch(self, viewer: Viewer, *, campaign_ref: str, on: bool) -> None:
        """Let the mail of the week come, or come no more. Raises NotFound or NotAllowed."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
            if campaign.status != "issued" or not may(viewer, Action.SEE_CAMPAIGN, place):
                raise NotFound("没有这个专项行动，或者您无权查看。")
            if not may(viewer, Action.ACT_AS_LEADER, place):
                raise NotAllowed("每周情况发给领导小组领导，由领导决定收不收。")
            if on == (campaign.digest_at is not None):
                return
            campaign.digest_at = next_digest(now, self._floor.calendars.newest()) if on else None
            by = doer_at(viewer, place, Action.ACT_AS_LEADER)
            uow.events.append([event(("campaign", campaign.id), "campaign.digest_switched", {"on": on}, at=now, by=by)])
            if on:
                uow.wake()
            uow.commit()

    def _tell(self, uow: UnitOfWork, campaign: Campaign, *, now: datetime) -> int:
        """Write the rows of one campaign and set its next moment; where nothing is left to be told, there is none."""
        (week,) = read_weeks(uow.session, [campaign.id], now=now)
        today, office = local_date(now), uow.tasks.office_of(campaign.id)
        if campaign.status != "issued" or (campaign.ends_on < today and week.done == week.tasks):
            campaign.digest_at = None
            return 0
        monday = week_of(today).isoformat()
        posts = [
            post for post in uow.told.posts_at([office.unit_id], today=today)
            if post.role == Role.LEADER and post.campaign_id in (None, campaign.id)
        ]  # fmt: skip
        facts, people = week.facts(), {post.person_id: post.post_id for post in posts}
        uow.told.add([
            NewTold(f"week:{campaign.id}:{monday}", person, post, "weekly_brief", facts, campaign.id)
            for person, post in people.items()
        ], now=now)  # fmt: skip
        campaign.digest_at = next_digest(now, self._floor.calendars.newest())
        payload = {"week": monday, "people": len(people), **{k: v for k, v in facts.items() if k != "campaign"}}
        uow.events.append([event(("campaign", campaign.id), "campaign.digest_told", payload, at=now)])
        return len(people)
