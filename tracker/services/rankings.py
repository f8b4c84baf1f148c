"""Puts the table of units into the draft of a 通报, or takes it out: only where the campaign names its basis.

The table is part of what is approved: it stands in the paper's details, with the moment of its figures, and enters the hash.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import CannotIssue, FieldProblem, InvalidInput, NotFound
from tracker.domain.inputs import cleaned
from tracker.domain.permissions import Viewer
from tracker.domain.personal_numbers import objection
from tracker.domain.ranking import CIRCULAR, DETAIL, LONGEST_BASIS, SETTING, WHY_NONE, Ranking, basis_of, rank
from tracker.persistence.queries.ranking import count_by_unit
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.change_sets import lock_to_change
from tracker.services.context import Floor, Setting
from tracker.services.draft_holding import HeldPaper, hold_draft, note_drafting
from tracker.services.recording import event

BASIS_SET = "campaign.ranking_basis_set"


class RankingService:
    """Keeps the tables of circulars, and what they rest on."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def put(self, viewer: Viewer, *, notice_ref: str, expected_version: int) -> int:
        """Put the table with the figures of now into a draft, in place of an earlier one; return the draft's version.

        Raises NotFound (also for another kind of paper), NotAllowed, StaleVersion, or CannotIssue with the reason
        why there is no table.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = self._hold(uow, viewer, notice_ref, expected_version)
            return self._change(uow, held, viewer, self._ranking(uow, held.setting, now=now), now=now)

    def take_out(self, viewer: Viewer, *, notice_ref: str, expected_version: int) -> int:
        """Take the table out of a draft again; return the draft's version. Where there is none nothing changes.

        Raises as `put` does.
        """
        with self._floor.uows() as uow:
            held = self._hold(uow, viewer, notice_ref, expected_version)
            if DETAIL not in held.notice.details:
                return held.notice.version
            return self._change(uow, held, viewer, None, now=self._floor.clock.now())

    def set_basis(self, viewer: Viewer, *, campaign_ref: str, expected_version: int, basis: str) -> bool:
        """Say what the tables of a running campaign rest on; return whether that is new. Empty = there are to be none.

        Who said so and when, and what it was before, stays in the campaign's record; a table in a draft keeps the basis
        with which it was put in. Raises NotFound, NotAllowed, CannotChange, StaleVersion or InvalidInput.
        """
        basis = _basis(basis)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign, by = lock_to_change(uow, viewer, campaign_ref=campaign_ref, expected_version=expected_version)
            before = basis_of(campaign.settings)
            if basis == before:
                return False
            kept = {name: value for name, value in campaign.settings.items() if name != SETTING}
            campaign.settings = {**kept, SETTING: basis} if basis else kept
            campaign.version += 1
            payload = {"ref": campaign.ref, "from": before, "to": basis}
            uow.events.append([event(("campaign", campaign.id), BASIS_SET, payload, at=now, by=by)])
            uow.commit()
        return True

    def _hold(self, uow: UnitOfWork, viewer: Viewer, notice_ref: str, expected_version: int) -> HeldPaper:
        held = hold_draft(uow, self._floor, viewer, notice_ref, expected_version)
        if held.notice.kind != CIRCULAR:
            raise NotFound("只有通报可以放入排名表。")
        return held

    def _change(
        self, uow: UnitOfWork, held: HeldPaper, viewer: Viewer, ranking: Ranking | None, *, now: datetime
    ) -> int:
        """Whoever chooses what the paper says has drafted it."""
        details = {name: value for name, value in held.notice.details.items() if name != DETAIL}
        held.notice.details = {**details, DETAIL: ranking.to_plain()} if ranking else details
        payload = {"table": ranking.to_plain() if ranking else None}
        note_drafting(uow, self._floor, held, viewer, "notice.ranking_changed", payload, now=now)
        uow.commit()
        return held.notice.version

    def _ranking(self, uow: UnitOfWork, setting: Setting, *, now: datetime) -> Ranking:
        basis = basis_of(setting.campaign.settings)
        if not basis:
            raise CannotIssue("不能放入排名表。", [WHY_NONE])
        counts = count_by_unit(uow.session, setting.campaign.id, now=now, calendar=self._floor.calendars.newest())
        groups = rank(counts, UNIT_KINDS)
        if not groups:
            raise CannotIssue("不能放入排名表。", ["同一类里没有两个以上有任务的单位，没有可以比较的。"])
        return Ranking(basis, now, groups)


def _basis(typed: str) -> str:
    basis = cleaned(typed)
    if len(basis) > LONGEST_BASIS:
        raise InvalidInput([FieldProblem("basis", f"依据最多{LONGEST_BASIS}字，现在是{len(basis)}字。")])
    if sentence := objection(basis, confirmed=False, confidential=True):
        raise InvalidInput([FieldProblem("basis", f"依据{sentence}。")])
    return basis
