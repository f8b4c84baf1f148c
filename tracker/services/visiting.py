"""实地督导 at a unit: the code by which the unit knows the team, its refusal, and the inspection that holds the record.

The code is kept as a hash, lives two hours and five tries, and stands in no address, no event and no log. Whatever is
wrong with a code is answered alike, so that nobody learns which visits there are.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.deadlines import by_date
from tracker.domain.errors import (
    FieldProblem,
    InvalidInput,
    NotAllowed,
    NotFound,
    TransitionNotAllowed,
    VisitCodeRefused,
)
from tracker.domain.inputs import text_of
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.ports import PasswordHasher
from tracker.domain.receiving import CODE_DIGITS, clean_code
from tracker.domain.values import local_date
from tracker.domain.visits import CODE_VALID, INSPECTION, INSPECTION_WITHDRAWN, MOST_TRIES, VisitState, read_reason
from tracker.persistence.models import Campaign, Visit, VisitStop
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.visits import MISSING, TriedCode
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import Doer, doer_at, event
from tracker.services.telling import Audience, tell
from tracker.services.visits import check_sees, check_step, days_of, tell_team

REFUSED = (
    f"没有核验成功。请核对检查组出示的{CODE_DIGITS}位核验码。核验码只在出示后{CODE_VALID // timedelta(hours=1)}小时内有效，"
    f"输错{MOST_TRIES}次作废；可以请检查组重新出示。"
    "始终核验不上的，可以不接受检查，用下面的“告诉办公室”报告。"
)  # fmt: skip


@dataclass(frozen=True)
class ShownCode:
    """A new code of a visit at one unit. It cannot be read again."""

    code: str
    expires_at: datetime
    unit: str


class VisitingService:
    """What team and unit do at the unit."""

    def __init__(self, floor: Floor, *, hasher: PasswordHasher) -> None:
        self._floor = floor
        self._hasher = hasher
        # Where no code waits the answer takes as long as where one is wrong.
        self._nobodys = hasher.hash(secrets.token_hex(8))

    def show_code(self, viewer: Viewer, *, ref: str, unit_id: int) -> ShownCode:
        """Make a new code for a unit, in place of one shown before; the first one sets the visit under way.

        Raises NotFound, NotAllowed for who is not of the team, or TransitionNotAllowed.
        """
        now, real = self._floor.clock.now(), self._floor.clock.real_now()
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        code_hash = self._hasher.hash(code)
        with self._floor.uows() as uow:
            visit, stop, by = self._at_unit(uow, viewer, ref, unit_id, "show_code", now=now)
            if stop.verified_at is not None:
                raise TransitionNotAllowed("这个单位已经核验过检查组，不用再出示核验码。")
            stop.code_hash, stop.code_expires_at, stop.tries = code_hash, real + CODE_VALID, 0
            _set_out(visit, now=now)
            payload = {"unit": unit_id, "expires_at": stop.code_expires_at.isoformat()}
            uow.events.append([event(("visit", visit.id), "visit.code_shown", payload, at=now, by=by)])
            name = unit_names(uow.session, [unit_id])[unit_id]
            uow.commit()
        return ShownCode(code, real + CODE_VALID, name)

    def begin(self, viewer: Viewer, *, ref: str, unit_id: int) -> str:
        """Begin the record at a unit and return the inspection's number; sent twice, it is begun once.

        An inspection that a measure asks of the unit and that nobody recorded yet is taken; else one is opened. Nobody
        has to verify first: an office without anybody at its desk can be inspected too, and the record says so.
        Raises as `show_code`.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit, stop, by = self._at_unit(uow, viewer, ref, unit_id, "begin", now=now)
            task = uow.tasks.get(stop.task_id) if stop.task_id is not None else None
            if task is not None and task.state != INSPECTION_WITHDRAWN:
                return task.ref
            taken = uow.visits.take_waiting_inspection(visit.campaign_id, unit_id)
            if taken is not None:
                stop.task_id, task_ref = taken, uow.tasks.get(taken).ref
            else:
                due = by_date(visit.to_on, calendar=self._floor.calendars.newest(), source="督导计划的结束日期")
                new = NewTask(visit.campaign_id, unit_id, INSPECTION, f"实地督导检查（{visit.ref}）", due=due)
                (opened,) = open_tasks(uow, self._floor, [new], now=now, by=by)
                stop.task_id, task_ref = opened.id, opened.ref
            _set_out(visit, now=now)
            payload = {"unit": unit_id, "task": task_ref, "verified": stop.verified_at is not None}
            uow.events.append([event(("visit", visit.id), "visit.begun", payload, at=now, by=by)])
            uow.commit()
            return task_ref

    def verify(self, viewer: Viewer, *, code: str) -> str:
        """Enter a code at one's unit and return the number of the visit that it belongs to.

        Raises VisitCodeRefused for all that is wrong.
        """
        places = _answering(viewer)
        with self._floor.uows() as uow:
            tried = uow.visits.take_tries(places, most=MOST_TRIES, now=self._floor.clock.real_now())
            uow.commit()
        cleaned = clean_code(code)
        if not tried:
            self._hasher.verify(self._nobodys, cleaned)
        right = next((one for one in tried if self._hasher.verify(one.code_hash, cleaned)), None)
        if right is None:
            raise VisitCodeRefused(REFUSED)
        self._verified(viewer, right)
        return right.visit_ref

    def refuse(self, viewer: Viewer, *, ref: str, unit_id: int, given: Mapping[str, object]) -> None:
        """Refuse a visit at one's unit before its record began; office and team are told why. Twice is once.

        Raises NotFound (also while the unit does not know of the visit), TransitionNotAllowed or InvalidInput.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit = uow.visits.get_by_ref(ref, lock=True)
            stop = uow.visits.stop(visit, unit_id)
            campaign = uow.campaigns.get(visit.campaign_id)
            by = _check_unit_knows(uow, viewer, visit, stop, campaign)
            if stop.refused_at is not None:
                return
            check_step(visit, "refuse", "不用再答复。")
            if stop.task_id is not None:
                raise TransitionNotAllowed(
                    "检查已经开始，对记录有不同意见的，请在检查记录上写明理由退回核对，或者申诉。"
                )
            reason = read_reason(given, "请写明不接受检查的理由，办公室会收到。")
            stop.refused_at, stop.refused_by, stop.refusal_reason = now, viewer.person_id, reason
            stop.code_hash = stop.code_expires_at = None
            visit.version += 1
            payload = {"unit": unit_id, "reason": reason}
            uow.events.append([event(("visit", visit.id), "visit.refused", payload, at=now, by=by)])
            _tell_refusal(uow, visit, campaign, unit_id, reason, by, now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()

    def report_unverified(self, viewer: Viewer, *, given: Mapping[str, object]) -> None:
        """Tell the offices that somebody came in the name of a check and could not be verified.

        Which visits there are is not said. Raises InvalidInput, or TransitionNotAllowed where no campaign runs that asks
        something of the unit.
        """
        now = self._floor.clock.now()
        answered = answered_units(viewer)
        unit_id = _read_unit(given, answered)
        reason = read_reason(given, "请写明来人的情况，如自称哪个单位、来做什么，不写姓名和电话。")
        with self._floor.uows() as uow:
            campaigns = uow.campaigns.get_many(uow.visits.campaigns_asking(unit_id, answered[unit_id]))
            if not campaigns:
                raise TransitionNotAllowed("现在没有要求本单位办理的专项行动，请打电话向来人自称的单位核实。")
            name = unit_names(uow.session, [unit_id])[unit_id]
            for campaign in campaigns.values():
                office = uow.tasks.office_of(campaign.id)
                by = doer_at(viewer, Place(office.unit_id, campaign.id, unit_id), Action.ACT_AS_UNIT)
                payload = {"unit": unit_id, "reason": reason}
                stream = ("campaign", campaign.id)
                (event_id,) = uow.events.append([event(stream, "visit.unverified", payload, at=now, by=by)])
                tell(
                    uow, cause=f"event:{event_id}", message="visitors_unverified", roles=("office", "supervisor"), now=now,
                    facts={"campaign": campaign.title, "unit": name, "reason": reason},
                    audience=Audience(campaign.id, unit_id, office.unit_id, name),
                )  # fmt: skip
            self._floor.ring_deliveries(uow)
            uow.commit()

    def _at_unit(
        self, uow: UnitOfWork, viewer: Viewer, ref: str, unit_id: int, step: str, *, now: datetime
    ) -> tuple[Visit, VisitStop, Doer]:
        """Return the locked visit and its stop for a member of the team on a day of the visit."""
        visit = uow.visits.get_by_ref(ref, lock=True)
        campaign = uow.campaigns.get(visit.campaign_id)
        place = check_sees(uow, viewer, campaign, missing=MISSING.format(ref))
        stop = uow.visits.stop(visit, unit_id)
        if all(one.person_id != viewer.person_id for one in uow.visits.members(visit.id)):
            raise NotAllowed("由这次督导的督导组成员办理。")
        check_step(visit, step, "不能再到单位检查。")
        if campaign.status != "issued":
            raise TransitionNotAllowed("这次行动已经结束，不能再到单位检查。")
        if not visit.from_on <= local_date(now) <= visit.to_on:
            raise TransitionNotAllowed(f"这次督导的日期是{days_of(visit)}，今天不在其中。还没有出发的，可以改动安排。")
        if uow.visits.is_over(unit_id):
            raise TransitionNotAllowed("这个单位已经合并或撤销，它的任务由接续的单位办理；要去接续的单位，请另行安排。")
        if stop.refused_at is not None:
            raise TransitionNotAllowed("单位已经写明理由不接受这次检查，请先由办公室核实；要再去的，另行安排。")
        return visit, stop, doer_at(viewer, place, Action.SEE_WORKBENCH)

    def _verified(self, viewer: Viewer, right: TriedCode) -> None:
        """Write that the unit verified the team; raises VisitCodeRefused where the code was replaced meanwhile."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            visit = uow.visits.get_by_ref(right.visit_ref, lock=True)
            stop = uow.visits.stop(visit, right.unit_id)
            if stop.code_hash != right.code_hash or visit.state != VisitState.UNDER_WAY:
                raise VisitCodeRefused(REFUSED)
            stop.verified_at, stop.verified_by = now, viewer.person_id
            stop.code_hash = stop.code_expires_at = None
            place = Place(uow.tasks.office_of(visit.campaign_id).unit_id, visit.campaign_id, right.unit_id)
            by = doer_at(viewer, place, Action.ACT_AS_UNIT)
            payload = {"unit": right.unit_id}
            uow.events.append([event(("visit", visit.id), "visit.verified", payload, at=now, by=by)])
            uow.commit()


def _answering(viewer: Viewer) -> list[tuple[int, int | None]]:
    """Return (unit, campaign or None for all) of each post in which the viewer answers for a unit."""
    return [
        (post.unit_id, post.campaign_id)
        for post in viewer.actor.posts
        if may(viewer, Action.ACT_AS_UNIT, Place(None, post.campaign_id, post.unit_id))
    ]


def answered_units(viewer: Viewer) -> dict[int, frozenset[int] | None]:
    """Return the units that the viewer answers for, each with the campaigns of these posts, or None for all."""
    found: dict[int, frozenset[int] | None] = {}
    for unit_id, campaign_id in _answering(viewer):
        before = found.get(unit_id, frozenset())
        found[unit_id] = None if campaign_id is None or before is None else before | {campaign_id}
    return found


def _read_unit(given: Mapping[str, object], answered: Collection[int]) -> int:
    """Return the unit that is meant, which need not be named where there is but one; raises InvalidInput."""
    units = {str(unit_id): unit_id for unit_id in answered}
    named = text_of(given.get("unit"))
    if not named and len(units) == 1:
        (named,) = units
    if named not in units:
        raise InvalidInput([FieldProblem("unit", "请选择来人到了哪个单位。")])
    return units[named]


def _set_out(visit: Visit, *, now: datetime) -> None:
    if visit.state == VisitState.PLANNED:
        visit.state, visit.started_at = VisitState.UNDER_WAY, now
        visit.version += 1


def _check_unit_knows(uow: UnitOfWork, viewer: Viewer, visit: Visit, stop: VisitStop, campaign: Campaign) -> Doer:
    """Return the doer at the unit; raises NotFound for strangers and while the unit does not know of the visit."""
    place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, stop.unit_id)
    knows = visit.announced or stop.verified_at is not None or stop.task_id is not None
    if not knows or not may(viewer, Action.ACT_AS_UNIT, place):
        raise NotFound(MISSING.format(visit.ref))
    return doer_at(viewer, place, Action.ACT_AS_UNIT)


def _tell_refusal(
    uow: UnitOfWork, visit: Visit, campaign: Campaign, unit_id: int, reason: str, by: Doer, *, now: datetime
) -> None:
    office = uow.tasks.office_of(campaign.id)
    name = unit_names(uow.session, [unit_id])[unit_id]
    facts = {"visit_ref": visit.ref, "campaign": campaign.title, "unit": name, "reason": reason}
    cause = f"visit:{visit.id}:visit_refused:{unit_id}"
    tell(
        uow, cause=cause, message="visit_refused", facts=facts, roles=("office",), now=now,
        audience=Audience(campaign.id, unit_id, office.unit_id, name),
    )  # fmt: skip
    tell_team(
        uow, visit, campaign, uow.visits.members(visit.id), "visit_refused", facts, now=now, but=by, about=unit_id
    )
