"""Findings that count a unit's papers: which papers, and whether these still stand (DESIGN.md §2, objection).

What a count rests on may be voided, superseded or contested before its own paper leaves the office. Then the count is
not full any more, or rests until the objection is decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tracker.domain.counting import IssuedPaper, counted_at
from tracker.domain.escalation import Cause
from tracker.domain.ladder import Counted
from tracker.persistence.models import Finding, Notice, NoticeItem
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor

#: Finding id → the papers that made its count full.
Counts = Mapping[int, tuple[IssuedPaper, ...]]


def counts_of(uow: UnitOfWork, floor: Floor, findings: Collection[Finding]) -> Counts:
    """Return, for those findings that count papers, the papers as they stand now; others are left out.

    They are counted anew as the sweep and the auditor count them; a finding carries no list of its own.
    """
    counting = uow.objections.fired_by([one.firing_id for one in findings], Cause.HISTORY.value)
    looking_back = [one for one in findings if one.firing_id in counting]
    if not looking_back:
        return {}
    firings = uow.objections.firings([one.firing_id for one in looking_back])
    placed = uow.history.places_of_tasks([firings[one.firing_id][0].task_id for one in looking_back])
    papers = uow.history.papers([row for row, _ in placed.values()])
    found: dict[int, tuple[IssuedPaper, ...]] = {}
    for one in looking_back:
        firing, ladder_id = firings[one.firing_id]
        rung = floor.catalog.ladder(ladder_id).rungs[firing.rung]
        if rung.counted is not None and firing.task_id in placed:
            row, place = placed[firing.task_id]
            found[one.id] = _counted_then(papers[row], place, rung.counted, fired_at=firing.fired_at)
    return found


def _counted_then(
    papers: Sequence[IssuedPaper], place: int, counted: Counted, *, fired_at: datetime
) -> tuple[IssuedPaper, ...]:
    """Return what was counted when the rung fired; a paper that ended since then is among it, with its end."""
    now_standing = {paper.place: paper for paper in papers}
    then = [
        replace(paper, ended_at=None) if paper.ended_at is not None and paper.ended_at >= fired_at else paper
        for paper in papers
    ]
    return tuple(now_standing[paper.place] for paper in counted_at(then, place, counted))


def counts_of_lines(uow: UnitOfWork, floor: Floor, items: Sequence[NoticeItem], plain: Collection[int]) -> Counts:
    """Return the counts that lines of a paper stand for, by finding; `plain` = findings known to count nothing.

    What a finding came of never changes, so that it need not be asked again once the locks are taken.
    """
    asked = [item.finding_id for item in items if item.finding_id is not None and item.finding_id not in plain]
    return counts_of(uow, floor, list(uow.notices.findings(asked).values())) if asked else {}


def papers_behind(counts: Counts) -> set[int]:
    """Return the tasks of every paper that is counted, for locking."""
    return {paper.task_id for papers in counts.values() for paper in papers}


def count_not_full(ended: Sequence[str]) -> str:
    """Return what is said of a count of which these papers, by printed number, stand no more."""
    return f"计入的{'、'.join(ended)}已作废或撤销，次数不足。"


def resting_on(uow: UnitOfWork, floor: Floor, notice: Notice) -> tuple[list[Finding], Counts]:
    """Return the findings kept out of papers while an objection was open that count this paper, with their counts."""
    resting = uow.objections.resting_counts(office_id=notice.office_id, unit_id=notice.unit_id)
    counts = counts_of(uow, floor, resting)
    mine = [one for one in resting if notice.task_id in {paper.task_id for paper in counts.get(one.id, ())}]
    return mine, {one.id: counts[one.id] for one in mine}
