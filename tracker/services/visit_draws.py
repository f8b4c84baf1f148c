"""双随机: drawing units and inspectors for a visit, and drawing again to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.domain.double_draw import DRAWN, SETTLED, DoubleDraw, Lot, differences, read_lots
from tracker.domain.errors import NotFound, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Viewer
from tracker.domain.values import Role, local_date
from tracker.persistence.models import Campaign
from tracker.persistence.queries.visit_choices import find_visit_choices
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.ledger import LedgerService
from tracker.services.recording import event
from tracker.services.visits import check_may_plan, check_sees

MISSING = "没有这个专项行动，或者您无权查看。"


@dataclass(frozen=True)
class Drawn:
    """A draw by its number, and the root of the seal that was made for it, to be handed out of the database."""

    number: int
    root: str | None


class VisitDrawService:
    """Draws. The campaign's row lock makes two draws of one campaign wait for each other."""

    def __init__(self, floor: Floor, ledger: LedgerService) -> None:
        self._floor = floor
        self._ledger = ledger

    def draw(self, viewer: Viewer, *, campaign_ref: str, made: int, given: Mapping[str, object]) -> Drawn:
        """Draw units and inspectors, after the `made` draws that the page shows.

        1. Who takes part, who could and does not, and how many are drawn is put down.
        2. What is in the record is sealed.
        3. The root of that seal decides, and the result is put down. Sent twice by one person it is drawn once; where
           the first time ended between two of these steps, the second goes on from there.

        Raises NotFound, NotAllowed, TransitionNotAllowed, InvalidInput with a sentence a field, or StaleVersion where
        somebody else drew meanwhile.
        """
        return self.finish(viewer, campaign_ref=campaign_ref, number=self._settle(viewer, campaign_ref, made, given))

    def finish(self, viewer: Viewer, *, campaign_ref: str, number: int) -> Drawn:
        """Bring a draw to its result of which it was put down who takes part; whoever does that, it is the same one.

        A draw that has its result keeps it. Raises NotFound (also for a draw that was never begun), NotAllowed or
        TransitionNotAllowed.
        """
        root = self._ledger.seal() if self._waits_for_seal(viewer, campaign_ref, number) else None
        self._decide(viewer, campaign_ref, number)
        return Drawn(number, root)

    def differences(self, viewer: Viewer, *, campaign_ref: str, number: int) -> tuple[str, ...]:
        """Draw again from the record and the seal; return where the result differs, empty = nowhere. Raises NotFound."""
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            check_sees(uow, viewer, campaign, missing=MISSING)
            found = _events(uow, campaign, number)
            if DRAWN not in found:
                raise NotFound("没有这次抽取。")
            return differences(found[SETTLED], found[DRAWN], uow.visits.seal_after(int(found[SETTLED]["after_seal"])))

    def _settle(self, viewer: Viewer, campaign_ref: str, made: int, given: Mapping[str, object]) -> int:
        """Put down who takes part, unless the same person has just done so; return the number of the draw."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = check_may_plan(uow, viewer, campaign, missing=MISSING)
            office = uow.tasks.office_of(campaign.id)
            found = find_visit_choices(
                uow.session, campaign_id=campaign.id, office_unit_id=office.unit_id, today=local_date(now)
            )
            inspectors = [one.code for one in found.people if one.role == Role.SUPERVISOR]
            eligible = [one.code for one in found.units]
            units, people = read_lots(given, units=eligible, people=inspectors)
            before = [one for one in uow.visits.draw_events(campaign.id) if one.kind == SETTLED]
            if len(before) > made:
                last = before[-1]
                same = (Lot.read(last.payload["units"]), Lot.read(last.payload["people"])) == (units, people)
                if len(before) == made + 1 and same and last.person_id == viewer.person_id:
                    return len(before)
                raise StaleVersion(f"已有人先抽取了第{len(before)}次，结果在下面。还要再抽的，请核对后再按一次。")
            last_seal = uow.ledger.last_seal()
            payload = {
                "number": len(before) + 1, "units": units.plain(), "people": people.plain(),
                "left_out": {
                    "units": sorted(set(eligible) - set(units.pool)), "people": sorted(set(inspectors) - set(people.pool)),
                },
                "after_seal": last_seal[0] if last_seal is not None else 0,
            }  # fmt: skip
            uow.events.append([event(("campaign", campaign.id), SETTLED, payload, at=now, by=by)])
            uow.commit()
            return len(before) + 1

    def _waits_for_seal(self, viewer: Viewer, campaign_ref: str, number: int) -> bool:
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            check_may_plan(uow, viewer, campaign, missing=MISSING)
            return uow.visits.seal_after(int(_settled(uow, campaign, number)["after_seal"])) is None

    def _decide(self, viewer: Viewer, campaign_ref: str, number: int) -> None:
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = check_may_plan(uow, viewer, campaign, missing=MISSING)
            settled = _settled(uow, campaign, number)
            if DRAWN in _events(uow, campaign, number):
                return
            seal = uow.visits.seal_after(int(settled["after_seal"]))
            if seal is None:
                raise TransitionNotAllowed(
                    "参加抽取的范围已经登记，还没有封存，没有得出结果。请稍后在这次抽取上按“得出结果”。"
                )
            made = DoubleDraw(campaign.ref, number, *seal, Lot.read(settled["units"]), Lot.read(settled["people"]))
            uow.events.append([event(("campaign", campaign.id), DRAWN, made.plain(), at=now, by=by)])
            uow.commit()


def _settled(uow: UnitOfWork, campaign: Campaign, number: int) -> Mapping[str, Any]:
    found = _events(uow, campaign, number)
    if SETTLED not in found:
        raise NotFound("没有这次抽取。")
    return found[SETTLED]


def _events(uow: UnitOfWork, campaign: Campaign, number: int) -> dict[str, Mapping[str, Any]]:
    """Return the payloads of a draw by the kind of their event."""
    return {one.kind: one.payload for one in uow.visits.draw_events(campaign.id) if one.payload["number"] == number}
