"""实地督导: changing what a visit is planned as, as long as nobody has set out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.domain.visit_changes import FOR_UNITS, Changed, Named, VisitNames, change_lines, differences
from tracker.domain.visits import VisitPlan, read_plan, read_reason
from tracker.persistence.models import Campaign, Visit
from tracker.persistence.queries.visit_choices import find_visit_choices, find_visit_names
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.repositories.visits import MISSING
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import Doer, event
from tracker.services.visits import (
    check_may_plan,
    check_step,
    check_version,
    codes_of,
    days_of,
    team_facts,
    tell_team,
    tell_units,
)


class VisitChangeService:
    """Changes planned visits."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def change(self, viewer: Viewer, *, ref: str, expected_version: int, given: Mapping[str, object]) -> bool:
        """Let a planned visit follow another plan, for a reason; return False where nothing is different, sent twice too.

        1. Its number stays. No code can be out: showing the first one sets a visit under way.
        2. A unit that has refused keeps its stop with its answer, chosen or not.
        3. Who joins the team is told as when it was planned, who leaves or stays what became different; the same for
           units where the visit is announced. To a unit that knows nothing of it nothing is said.

        Raises NotFound, NotAllowed, TransitionNotAllowed, InvalidInput, or StaleVersion where somebody acted first.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit = uow.visits.get_by_ref(ref, lock=True)
            campaign = uow.campaigns.get(visit.campaign_id)
            by = check_may_plan(uow, viewer, campaign, missing=MISSING.format(ref))
            check_step(visit, "change", "只有还没有出发的督导可以改动。")
            office = uow.tasks.office_of(campaign.id)
            today = local_date(now)
            found = find_visit_choices(uow.session, campaign_id=campaign.id, office_unit_id=office.unit_id, today=today)
            was = uow.visits.plan_of(visit)
            wanted = read_plan(given, codes_of(found), today=today, present=was)
            refused = [stop.unit_id for stop in uow.visits.stops(visit.id) if stop.refused_at is not None]
            order = [one.id for one in found.units if one.id in wanted.units or one.id in refused]
            order += [one for one in refused if one not in order]
            wanted = replace(wanted, units=tuple(order))
            changed = differences(was, wanted)
            if not changed:
                return False
            check_version(visit, expected_version)
            reason = read_reason(given, "请写明改动的理由，知道这次督导的人会收到。")
            named = Named({*was.units, *order}, {*was.measures, *wanted.measures}, {*was.people, *wanted.people})
            names = find_visit_names(uow.session, named)
            before = days_of(visit)
            posts = {one.id: one.post_id for one in found.people}
            left = [
                (one.person_id, one.post_id)
                for one in uow.visits.members(visit.id)
                if one.person_id not in wanted.people
            ]
            uow.visits.change(
                visit, wanted, team=[(one, posts[one], one == wanted.in_charge) for one in wanted.people], units=order
            )
            visit.version += 1
            payload = {"was": dict(changed.was), "now": dict(changed.now), "reason": reason}
            uow.events.append([event(("visit", visit.id), "visit.changed", payload, at=now, by=by)])
            telling = _Telling(uow, visit, campaign, by, reason, names, now)
            telling.to_team(was, changed, left)
            telling.to_units(was, wanted, changed, frozenset(refused), before)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return True


@dataclass(frozen=True)
class _Telling:
    """Telling of one change, each edition of a plan by itself."""

    uow: UnitOfWork
    visit: Visit
    campaign: Campaign
    by: Doer
    reason: str
    names: VisitNames
    now: datetime

    @property
    def _edition(self) -> str:
        return f"v{self.visit.version}"

    def to_team(self, was: VisitPlan, changed: Changed, left: list[tuple[int, int]]) -> None:
        uow, visit = self.uow, self.visit
        facts = {"visit_ref": visit.ref, "campaign": self.campaign.title, "reason": self.reason}
        members = uow.visits.members(visit.id)
        joined = [one for one in members if one.person_id not in was.people]
        stayed = [one for one in members if one.person_id in was.people]
        order = [stop.unit_id for stop in uow.visits.stops(visit.id)]
        planned = team_facts(uow, visit, self.campaign, order)
        tell_team(
            uow, visit, self.campaign, joined, "visit_planned", planned, now=self.now, but=self.by, about=self._edition
        )
        what = "；".join(change_lines(changed, self.names, told=True))
        tell_team(
            uow, visit, self.campaign, stayed, "visit_changed", {**facts, "what": what}, now=self.now, but=self.by,
            about=self._edition,
        )  # fmt: skip
        gone = {**facts, "what": "您不再参加这次督导"}
        cause = f"visit:{visit.id}:visit_changed:{self._edition}"
        rows = [
            NewTold(cause, person, post, "visit_changed", gone, self.campaign.id)
            for person, post in left
            if person != self.by.person_id
        ]
        uow.told.add(rows, now=self.now)

    def to_units(
        self, was: VisitPlan, wanted: VisitPlan, changed: Changed, refused: frozenset[int], before: str
    ) -> None:
        if not wanted.announced:
            return
        knew = was.units if was.announced else ()
        self._tell([one for one in wanted.units if one not in knew], "visit_announced", {"ground": wanted.ground})
        self._tell(
            [one for one in knew if one not in wanted.units], "visit_dropped", {"days": before, "reason": self.reason}
        )
        if said := change_lines(changed.only(FOR_UNITS), self.names, told=True):
            stay = [one for one in knew if one in wanted.units and one not in refused]
            self._tell(stay, "visit_changed", {"what": "；".join(said), "reason": self.reason})

    def _tell(self, units: list[int], message: str, more: Mapping[str, object]) -> None:
        tell_units(
            self.uow, self.visit, self.campaign, units, message, more, now=self.now, by=self.by, edition=self._edition,
            linked=message != "visit_dropped",
        )  # fmt: skip
