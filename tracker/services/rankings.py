"""Puts the table of units into the draft of a 通报, or takes it out: only where the campaign names its basis.

The table is part of what is approved: it stands in the paper's details, with the moment of its figures, and enters the hash.
"""

from __future__ import annotations

from datetime import datetime

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.doers import doers_of
from tracker.domain.errors import CannotIssue, NotAllowed, NotFound, StaleVersion
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.domain.ranking import CIRCULAR, DETAIL, WHY_NONE, Ranking, basis_of, rank
from tracker.persistence.queries.ranking import count_by_unit
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting
from tracker.services.recording import doer_at, event
from tracker.services.rising import settle
from tracker.services.seeing import see


class RankingService:
    """Keeps the tables of circulars."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def put(self, viewer: Viewer, *, notice_ref: str, expected_version: int) -> int:
        """Put the table with the figures of now into a draft, in place of an earlier one; return the draft's version.

        Raises NotFound (also for another kind of paper), NotAllowed, StaleVersion, or CannotIssue with the reason
        why there is no table.
        """
        return self._change(viewer, notice_ref, expected_version, put=True)

    def take_out(self, viewer: Viewer, *, notice_ref: str, expected_version: int) -> int:
        """Take the table out of a draft again; return the draft's version. Raises as `put` does."""
        return self._change(viewer, notice_ref, expected_version, put=False)

    def _change(self, viewer: Viewer, notice_ref: str, expected_version: int, *, put: bool) -> int:
        now, missing = self._floor.clock.now(), f"没有编号为“{notice_ref}”的文书，或者您无权查看。"
        with self._floor.uows() as uow:
            peek = uow.notices.get_by_ref(notice_ref)
            task = uow.tasks.get(peek.task_id, lock=True)
            setting = see(uow, viewer, task, missing=missing)
            notice = uow.notices.get_by_ref(notice_ref, lock=True)
            place = setting.place(task, internal=True)
            if notice.kind != CIRCULAR:
                raise NotFound("只有通报可以放入排名表。")
            if not may_draft(viewer, place):
                raise NotAllowed("草稿由督导组和办公室修改。")
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            if notice.version != expected_version or task.state != definition.initial:
                title = definition.states[task.state].title
                raise StaleVersion(f"文书在您打开页面之后有变动，现在是“{title}”。请核对后再办。")
            details = {name: value for name, value in notice.details.items() if name != DETAIL}
            ranking = self._ranking(uow, setting, now=now) if put else None
            notice.details = {**details, DETAIL: ranking.to_plain()} if ranking else details
            notice.version += 1
            # Whoever chooses what the paper says has drafted it.
            drafters = sorted({*doers_of(task.last_doers, "edit"), viewer.person_id})
            task.last_doers = {**task.last_doers, "edit": drafters}
            by = doer_at(viewer, place, Action.SEE_WORKBENCH)
            payload = {"table": ranking.to_plain() if ranking else None}
            uow.events.append([event(("notice", notice.id), "notice.ranking_changed", payload, at=now, by=by)])
            settle(uow, self._floor, task, setting, now=now)
            uow.commit()
            return notice.version

    def _ranking(self, uow: UnitOfWork, setting: Setting, *, now: datetime) -> Ranking:
        basis = basis_of(setting.campaign.settings)
        if not basis:
            raise CannotIssue("不能放入排名表。", [WHY_NONE])
        counts = count_by_unit(uow.session, setting.campaign.id, now=now, calendar=self._floor.calendars.newest())
        groups = rank(counts, UNIT_KINDS)
        if not groups:
            raise CannotIssue("不能放入排名表。", ["同一类里没有两个以上有任务的单位，没有可以比较的。"])
        return Ranking(basis, now, groups)
