"""Where units stand: each paper's place in the row of its unit, and what cards do to the standing.

The row `unit_standing` is locked by whoever issues a paper to the unit, so papers have an order in which all earlier
ones are committed; what a ladder counts (domain.counting) is certain because of it.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.cards import CARD_PAPERS, Card, Standing, StandingStep, after, one_down
from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.persistence.models import Notice, UnitStanding
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import Doer, doer_at, event

CARDS_OF = {kind: card for card, kind in CARD_PAPERS.items()}


def give_place(uow: UnitOfWork, notice: Notice, *, now: datetime) -> int:
    """Give a paper that is being issued the next place in its unit's row; the row stays locked until the commit."""
    place = uow.history.next_place(office_id=notice.office_id, unit_id=notice.unit_id, now=now)
    notice.place = place
    return place


def hold_standing(
    uow: UnitOfWork, notice: Notice, definition: WorkflowDefinition, planned: TransitionDefinition, *, now: datetime
) -> None:
    """Lock the standing that a move of an issued paper will change, before any stream is (DESIGN.md §3.2)."""
    if notice.issued_at is not None and (planned.standing or definition.states[planned.target].final):
        uow.history.lock_standing(office_id=notice.office_id, unit_id=notice.unit_id, now=now)


def follow_move(
    uow: UnitOfWork, notice: Notice, definition: WorkflowDefinition, planned: TransitionDefinition, by: Doer, *,
    now: datetime,
) -> None:  # fmt: skip
    """Carry on what a move of a paper means for its unit's standing; a paper that ended undone counts no more."""
    target = definition.states[planned.target]
    if target.final and not target.done and notice.issued_at is not None and notice.ended_at is None:
        end_paper(uow, notice, by, now=now)
        return
    if planned.standing is None or definition.card is None:
        return
    _change(uow, notice, StandingStep(planned.standing), Card(definition.card), by, now=now)


def end_paper(uow: UnitOfWork, notice: Notice, by: Doer, *, now: datetime) -> None:
    """Let an issued paper count no more: it was voided or superseded. A card that falls away lifts what it held up."""
    row = uow.history.lock_standing(office_id=notice.office_id, unit_id=notice.unit_id, now=now)
    notice.ended_at = now
    ended = {"office": notice.office_id, "unit": notice.unit_id, "place": notice.place}
    uow.events.append([event(("notice", notice.id), "notice.ended", ended, at=now, by=by)])
    card = CARDS_OF.get(notice.kind)
    if card is None:
        return
    held = [CARDS_OF[kind] for kind in _held(uow, notice)]
    fallen = Standing.NORMAL
    for other in held:
        fallen = after(fallen, StandingStep.GIVE, other, held=())
    if row.standing == card.value:
        _write(uow, row, fallen, notice, "voided", by, now=now)


def _change(uow: UnitOfWork, notice: Notice, step: StandingStep, card: Card, by: Doer, *, now: datetime) -> None:
    row = uow.history.lock_standing(office_id=notice.office_id, unit_id=notice.unit_id, now=now)
    held = [CARDS_OF[kind] for kind in _held(uow, notice)]
    _write(uow, row, after(Standing(row.standing), step, card, held=held), notice, step.value, by, now=now)


def _held(uow: UnitOfWork, notice: Notice) -> list[str]:
    return uow.history.held_cards(
        office_id=notice.office_id, unit_id=notice.unit_id, kinds=sorted(CARDS_OF), but=notice.id
    )


def _write(
    uow: UnitOfWork, row: UnitStanding, now_stands: Standing, notice: Notice | None, step: str, by: Doer, *,
    now: datetime, reason: str = "",
) -> None:  # fmt: skip
    if now_stands.value == row.standing:
        return
    payload = {
        "office": row.office_id, "from": row.standing, "to": now_stands.value, "step": step,
        "notice": notice.ref if notice else None, "number": notice.printed_number if notice else None, "reason": reason,
    }  # fmt: skip
    row.standing, row.since, row.version = now_stands.value, now, row.version + 1
    row.notice_id = notice.id if notice else None
    uow.events.append([event(("unit", row.unit_id), "standing.changed", payload, at=now, by=by)])


class StandingService:
    """What people decide about a standing without a card: one step milder, with a reason."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def lift(self, viewer: Viewer, *, unit_id: int, campaign_ref: str, expected_version: int, reason: str) -> str:
        """Take a unit's standing one step down by a leader's decision; return where it stands then.

        `campaign_ref` says at which office. For a standing that no card holds up any more (a red card made good leaves yellow). Raises NotFound,
        NotAllowed, InvalidInput or StaleVersion.
        """
        reason = cleaned(reason)
        if not 0 < len(reason) <= 500:
            raise InvalidInput([FieldProblem("reason", "请写明调整的依据和理由，不超过500字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            office_id = campaign.office_id
            place = Place(uow.units.get_office(office_id).unit_id, campaign.id, unit_id)
            if uow.history.standing(office_id=office_id, unit_id=unit_id) is None:
                raise NotFound("这个单位在本办公室没有亮牌记录。")
            if not (may(viewer, Action.ACT_AS_LEADER, place) or may(viewer, Action.ACT_AS_OFFICE, place)):
                raise NotAllowed("亮牌状态由领导小组领导或办公室调整。")
            row = uow.history.lock_standing(office_id=office_id, unit_id=unit_id, now=now)
            if row.version != expected_version:
                raise StaleVersion("这个单位的亮牌状态刚有变动，请核对后再办。")
            lower = one_down(Standing(row.standing))
            if lower.value == row.standing:
                raise InvalidInput([FieldProblem("reason", "这个单位现在没有亮牌，不需要下调。")])
            held = uow.history.held_cards(office_id=office_id, unit_id=unit_id, kinds=sorted(CARDS_OF), but=0)
            if held:
                raise InvalidInput(
                    [FieldProblem("reason", "这个单位还有未销的牌，请先在文书里办理销牌；销牌后状态自动下调。")]
                )
            by = doer_at(viewer, place, Action.ACT_AS_LEADER)
            _write(uow, row, lower, None, "lifted", by, now=now, reason=reason)
            uow.commit()
            return lower.value
