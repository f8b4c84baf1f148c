"""更正: a paper that was issued is never changed; a successor that names it says what stands instead.

The corrected paper keeps its number, its clocks and its items; page and print say by which paper it was corrected. What is
to be undone altogether is voided, not corrected.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tracker.domain.errors import CannotIssue, FieldProblem, InvalidInput, NotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.papers import NOTICE_TITLES, correction_body, correction_title, missing_paper
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.domain.printed_papers import CORRECTION
from tracker.persistence.models import Notice
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.drafting import BegunDraft, NewDraft, open_draft
from tracker.services.recording import Doer, doer_at, event
from tracker.services.seeing import see


class CorrectionService:
    """Begins corrections; their further life is that of every paper."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def begin(self, viewer: Viewer, *, notice_ref: str, reason: str) -> BegunDraft:
        """Open a draft that corrects an issued paper; one paper has one such draft at a time.

        Raises NotFound, NotAllowed, InvalidInput, or CannotIssue for a paper that was not issued or has ended undone.
        """
        reason = cleaned(reason)
        if not 0 < len(reason) <= 500:
            raise InvalidInput([FieldProblem("reason", "请写明为什么要更正，不超过500字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            peek = uow.notices.get_by_ref(notice_ref)
            (task,) = uow.tasks.find_many([peek.task_id], lock=True)
            setting = see(uow, viewer, task, missing=missing_paper(notice_ref))
            notice = uow.notices.get_by_ref(notice_ref, lock=True)
            place = setting.place(task, internal=True)
            if not may_draft(viewer, place):
                raise NotAllowed("更正由督导组和办公室起草。")
            _check_stands(notice)
            if (draft := uow.notices.open_correction(notice.id)) is not None:
                return BegunDraft(draft, existing=True)
            by = doer_at(viewer, place, Action.SEE_WORKBENCH)
            ref = self._open(uow, notice, by, reason, now=now)
            uow.commit()
        return BegunDraft(ref)

    def _open(self, uow: UnitOfWork, corrected: Notice, by: Doer, reason: str, *, now: datetime) -> str:
        number = corrected.printed_number or ""
        new = NewDraft(
            CORRECTION, corrected.campaign_id, corrected.office_id, corrected.unit_id, corrected.severity,
            correction_title(number, corrected.kind), correction_body(number, corrected.title), {"corrects": number},
            corrects_id=corrected.id, said={"corrects": corrected.ref, "number": number, "reason": reason},
        )  # fmt: skip
        return open_draft(uow, self._floor, new, by, now=now)


def check_names_corrected(uow: UnitOfWork, notice: Notice) -> Notice | None:
    """Return the paper that this one corrects, locked; None when it corrects none.

    Raises CannotIssue when that paper has ended meanwhile, or is not named.
    """
    if notice.corrects_id is None:
        return None
    (peek,) = uow.notices.find_many([notice.corrects_id])
    corrected = uow.notices.get_by_ref(peek.ref, lock=True)
    _check_stands(corrected)
    if (corrected.printed_number or "") not in notice.title + notice.body:
        raise CannotIssue(
            "还不能办理。", [f"更正通知的标题或正文要写明被更正文书的文号（{corrected.printed_number}）。"]
        )
    return corrected


def number_word(settings: Mapping[str, Any], kind: str, named: Notice | None) -> str:
    """Return 机关代字; a paper about another without a word of its own kind takes the next number of that one's.

    Raises CannotIssue when the campaign has none.
    """
    words = settings.get("number_words", {})
    word = words.get(kind) or (words.get(named.kind) if named is not None else None)
    if not word:
        raise CannotIssue(
            "还不能办理。",
            [f"本行动没有设定{NOTICE_TITLES[kind]}的机关代字，请办公室先在“调整方案”页的“文书格式和文号”里设定。"],
        )
    return str(word)


def corrected_event(notice: Notice, corrected: Notice | None, by: Doer, *, now: datetime) -> list[NewEvent]:
    """Return what the corrected paper's own record says once its correction is issued."""
    if corrected is None:
        return []
    payload = {"by": notice.ref, "number": notice.printed_number}
    return [event(("notice", corrected.id), "notice.corrected", payload, at=now, by=by)]


def _check_stands(notice: Notice) -> None:
    if notice.issued_at is None:
        raise CannotIssue("这份文书还没有印发，直接修改草稿即可，不用更正。", [])
    if notice.ended_at is not None:
        raise CannotIssue("这份文书已经作废或撤销，不再更正。需要的话请重新起草。", [])
