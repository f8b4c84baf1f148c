"""实地督导: planning a visit, ending it, calling it off. What happens at a unit is `services/visiting.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.errors import NotAllowed, NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.values import Role, local_date
from tracker.domain.visits import (
    INSPECTION_PLANNED,
    STATE_TITLES,
    Choices,
    VisitPlan,
    VisitState,
    may_step,
    read_plan,
    read_reason,
)
from tracker.persistence.models import Campaign, Visit, VisitMember
from tracker.persistence.queries.units import unit_names
from tracker.persistence.queries.visit_choices import VisitChoices, find_visit_choices
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.repositories.visits import MISSING
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.drawn_lots import draw_of_plan
from tracker.services.recording import Doer, doer_at, event
from tracker.services.telling import Audience, tell

UNIT_PEOPLE = ("liaison", "head")


class VisitService:
    """Plans and closes visits. A visit's row lock makes steps of one visit wait for each other, the campaign's two plans."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def plan(self, viewer: Viewer, *, campaign_ref: str, given: Mapping[str, object]) -> str:
        """Plan a visit and return its number; its team is told, and its units where the visit is announced.

        Sent twice by the same person, word for word, it is planned once. `draw` names the draw that it carries out.

        Raises NotFound, NotAllowed, TransitionNotAllowed while the campaign is not issued, or InvalidInput with a
        sentence a field.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = check_may_plan(uow, viewer, campaign, missing="没有这个专项行动，或者您无权查看。")
            office = uow.tasks.office_of(campaign.id)
            found = find_visit_choices(
                uow.session, campaign_id=campaign.id, office_unit_id=office.unit_id, today=local_date(now)
            )
            wanted = read_plan(given, codes_of(found), today=local_date(now))
            same = uow.visits.find_repeated(wanted, campaign_id=campaign.id, planned_by=viewer.person_id)
            if same is not None:
                return same.ref
            draw = draw_of_plan(uow, campaign, given, wanted, codes_of(found))
            (ref,) = uow.tasks.new_refs("JC", local_date(now).year, 1)
            posts = {one.id: one.post_id for one in found.people}
            order = [one.id for one in found.units if one.id in wanted.units]
            visit = uow.visits.add(
                Visit(
                    ref=ref, campaign_id=campaign.id, from_on=wanted.from_on, to_on=wanted.to_on, ground=wanted.ground,
                    filed_as=wanted.filed_as, announced=wanted.announced, planned_by=viewer.person_id, planned_at=now,
                ),
                team=[(one, posts[one], one == wanted.in_charge) for one in wanted.people],
                measures=wanted.measures, units=order,
            )  # fmt: skip
            payload = _payload(visit, wanted, order) | ({"draw": draw.plain()} if draw is not None else {})
            uow.events.append([event(("visit", visit.id), "visit.planned", payload, at=now, by=by)])
            members = uow.visits.members(visit.id)
            tell_team(
                uow, visit, campaign, members, "visit_planned", team_facts(uow, visit, campaign, order), now=now, but=by
            )
            if visit.announced:
                tell_units(uow, visit, campaign, order, "visit_announced", {"ground": visit.ground}, now=now, by=by)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return ref

    def cancel(self, viewer: Viewer, *, ref: str, expected_version: int, given: Mapping[str, object]) -> None:
        """Call a visit off before it began; whoever was told of it is told. Raises as `end`, or InvalidInput."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit, campaign, by = self._closing(uow, viewer, ref)
            check_version(visit, expected_version)
            check_step(visit, "cancel", "只有还没有出发的督导可以取消；已经开始的，请办理“结束督导”。")
            reason = read_reason(given, "请写明取消的理由，计划和理由都会保留。")
            visit.state, visit.cancel_reason = VisitState.CANCELLED, reason
            _close(uow, visit, "visit.cancelled", {"reason": reason}, by, now=now)
            facts = {"visit_ref": visit.ref, "campaign": campaign.title, "reason": reason}
            members = uow.visits.members(visit.id)
            tell_team(uow, visit, campaign, members, "visit_cancelled", facts, now=now, but=by)
            units = [stop.unit_id for stop in uow.visits.stops(visit.id)]
            if visit.announced:
                tell_units(uow, visit, campaign, units, "visit_cancelled", {"reason": reason}, now=now, by=by)
            self._floor.ring_deliveries(uow)
            uow.commit()

    def end(self, viewer: Viewer, *, ref: str, expected_version: int) -> None:
        """End a visit once every record that was begun is filled in; units where nobody came stay as missed.

        Raises NotFound, NotAllowed, StaleVersion, or TransitionNotAllowed with the units whose record is missing.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit, _, by = self._closing(uow, viewer, ref)
            check_version(visit, expected_version)
            check_step(visit, "end", "这次督导现在不能结束。")
            stops = uow.visits.stops(visit.id)
            tasks = uow.tasks.find_many([stop.task_id for stop in stops if stop.task_id is not None])
            open_at = {task.unit_id for task in tasks if task.state == INSPECTION_PLANNED}
            if open_at:
                names = unit_names(uow.session, sorted(open_at))
                missing = "、".join(names[unit] for unit in sorted(open_at))
                raise TransitionNotAllowed(f"{missing}的检查记录还没有填报。没有发现问题也要填报一次，然后再结束。")
            for stop in stops:
                stop.code_hash = stop.code_expires_at = None
            visit.state, visit.ended_at = VisitState.ENDED, now
            _close(uow, visit, "visit.ended", {"recorded": len(tasks), "stops": len(stops)}, by, now=now)
            uow.commit()

    def _closing(self, uow: UnitOfWork, viewer: Viewer, ref: str) -> tuple[Visit, Campaign, Doer]:
        """Return a locked visit for those who may close it: its person in charge, and whoever may plan visits."""
        visit = uow.visits.get_by_ref(ref, lock=True)
        campaign = uow.campaigns.get(visit.campaign_id)
        place = check_sees(uow, viewer, campaign, missing=MISSING.format(ref))
        leads = any(one.in_charge and one.person_id == viewer.person_id for one in uow.visits.members(visit.id))
        if not leads and not may(viewer, Action.PLAN_VISIT, place):
            raise NotAllowed("由这次督导的负责人、督导组或办公室办理。")
        return visit, campaign, doer_at(viewer, place, Action.SEE_WORKBENCH)


def check_sees(uow: UnitOfWork, viewer: Viewer, campaign: Campaign, *, missing: str) -> Place:
    """Return the campaign's own place; raises NotFound with `missing` for those who are not of its office's side."""
    place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
    if not may(viewer, Action.SEE_WORKBENCH, place):
        raise NotFound(missing)
    return place


def check_step(visit: Visit, step: str, otherwise: str) -> None:
    """Raise TransitionNotAllowed where the visit's state does not allow the step."""
    if not may_step(visit.state, step):
        raise TransitionNotAllowed(f"督导{visit.ref}现在是“{STATE_TITLES[visit.state]}”。{otherwise}")


def check_version(visit: Visit, expected: int) -> None:
    """Raise StaleVersion when the page was older than the visit."""
    if visit.version != expected:
        raise StaleVersion(f"已有人先办理了，现在的状态是“{STATE_TITLES[visit.state]}”。页面已更新，请核对后再办。")


def tell_team(
    uow: UnitOfWork, visit: Visit, campaign: Campaign, members: Iterable[VisitMember], message: str,
    facts: Mapping[str, Any], *, now: datetime, but: Doer, about: int | str | None = None,
) -> None:  # fmt: skip
    """Write told rows for the team, except for whoever did it.

    about   the unit or the edition of the plan, where the same may have to be told of several
    """
    cause = f"visit:{visit.id}:{message}" + (f":{about}" if about is not None else "")
    rows = [
        NewTold(cause, one.person_id, one.post_id, message, facts, campaign.id)
        for one in members
        if one.person_id != but.person_id
    ]
    uow.told.add(rows, now=now)


def tell_units(
    uow: UnitOfWork, visit: Visit, campaign: Campaign, unit_ids: Sequence[int], message: str, more: Mapping[str, Any], *,
    now: datetime, by: Doer, edition: str = "", linked: bool = True,
) -> None:  # fmt: skip
    """Write told rows for liaison and head of each unit.

    edition   as `about` of `tell_team`
    linked    False = the visit is no longer there for the unit
    """
    names = unit_names(uow.session, unit_ids)
    office = uow.tasks.office_of(campaign.id)
    for unit_id in unit_ids:
        facts = {
            **({"visit_ref": visit.ref} if linked else {}), "campaign": campaign.title, "unit": names[unit_id],
            "days": days_of(visit), "office": office.name, **more,
        }  # fmt: skip
        audience = Audience(campaign.id, unit_id, office.unit_id, names[unit_id])
        tell(
            uow, cause=f"visit:{visit.id}:{message}:{unit_id}" + (f":{edition}" if edition else ""), message=message, facts=facts, audience=audience,
            roles=UNIT_PEOPLE, now=now, except_person=by.person_id,
        )  # fmt: skip


def days_of(visit: Visit) -> str:
    """Return the days of a visit in words."""
    first, last = show_day(visit.from_on), show_day(visit.to_on)
    return first if first == last else f"{first}至{last}"


def _close(uow: UnitOfWork, visit: Visit, kind: str, payload: Mapping[str, Any], by: Doer, *, now: datetime) -> None:
    visit.version += 1
    uow.events.append([event(("visit", visit.id), kind, payload, at=now, by=by)])


def check_may_plan(uow: UnitOfWork, viewer: Viewer, campaign: Campaign, *, missing: str) -> Doer:
    """Return the doer who plans visits; raises NotFound with `missing`, NotAllowed, or TransitionNotAllowed."""
    place = check_sees(uow, viewer, campaign, missing=missing)
    if not may(viewer, Action.PLAN_VISIT, place):
        raise NotAllowed("实地督导由督导组或领导小组办公室安排。")
    if campaign.status != "issued":
        raise TransitionNotAllowed("这次行动没有下达或已经结束，不能安排督导。")
    return doer_at(viewer, place, Action.PLAN_VISIT)


def codes_of(found: VisitChoices) -> Choices:
    """Return what a plan may name, by the codes of its form."""
    return Choices(
        {one.code: one.id for one in found.units}, {one.code: one.id for one in found.measures},
        {one.code: one.id for one in found.people},
        frozenset(one.id for one in found.people if one.role == Role.SUPERVISOR),
    )  # fmt: skip


def _payload(visit: Visit, wanted: VisitPlan, units: Sequence[int]) -> dict[str, Any]:
    return {
        "ref": visit.ref, "from_on": visit.from_on, "to_on": visit.to_on, "ground": visit.ground,
        "filed_as": visit.filed_as, "announced": visit.announced, "units": list(units),
        "measures": list(wanted.measures), "team": list(wanted.people), "in_charge": wanted.in_charge,
    }  # fmt: skip


def team_facts(uow: UnitOfWork, visit: Visit, campaign: Campaign, units: Sequence[int]) -> dict[str, Any]:
    """Return what a member of a team is told when the visit is planned."""
    names = unit_names(uow.session, units)
    return {
        "visit_ref": visit.ref, "campaign": campaign.title, "days": days_of(visit),
        "units": "、".join(names[unit] for unit in units),
    }  # fmt: skip
