"""更正: a paper that was issued is never changed; a successor that names it says what stands instead.

The corrected paper keeps its number, its clocks and its items; page and print say by which paper it was corrected. What is
to be undone altogether is voided, not corrected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.errors import CannotIssue, FieldProblem, InvalidInput, NotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.papers import NOTICE_TITLES, correction_body, correction_title
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.printed_papers import CORRECTION
from tracker.domain.values import local_date
from tracker.persistence.models import Notice
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.opening import NewTask, open_tasks
from tracker.services.recording import Doer, doer_at, event
from tracker.services.seeing import see


@dataclass(frozen=True)
class BegunCorrection:
    """The draft that corrects a paper. `existing` = somebody had begun one already, and it is not issued yet."""

    ref: str
    existing: bool = False


class CorrectionService:
    """Begins corrections; their further life is that of every paper."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def begin(self, viewer: Viewer, *, notice_ref: str, reason: str) -> BegunCorrection:
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
            setting = see(uow, viewer, task, missing=f"没有编号为“{notice_ref}”的文书，或者您无权查看。")
            notice = uow.notices.get_by_ref(notice_ref, lock=True)
            place = setting.place(task, internal=True)
            if not (may(viewer, Action.ACT_AS_SUPERVISOR, place) or may(viewer, Action.ACT_AS_OFFICE, place)):
                raise NotAllowed("更正由督导组和办公室起草。")
            _check_stands(notice)
            if (draft := uow.notices.open_correction(notice.id)) is not None:
                return BegunCorrection(draft, existing=True)
            by = doer_at(viewer, place, Action.SEE_WORKBENCH)
            ref = self._open(uow, notice, by, reason, now=now)
            uow.commit()
        return BegunCorrection(ref)

    def _open(self, uow: UnitOfWork, corrected: Notice, by: Doer, reason: str, *, now: datetime) -> str:
        number = corrected.printed_number or ""
        title = correction_title(number, corrected.kind)
        new = NewTask(corrected.campaign_id, corrected.unit_id, CORRECTION, title, severity_floor=corrected.severity)
        (opened,) = open_tasks(uow, self._floor, [new], now=now, by=by)
        (ref,) = uow.tasks.new_refs("WS", local_date(now).year, 1)
        draft = uow.notices.add(
            Notice(
                ref=ref, task_id=opened.id, campaign_id=corrected.campaign_id, office_id=corrected.office_id,
                unit_id=corrected.unit_id, kind=CORRECTION, severity=corrected.severity, gathering=False, alone=True,
                title=title, body=correction_body(number, corrected.title), details={"corrects": number},
                corrects_id=corrected.id, created_at=now,
            )
        )  # fmt: skip
        # Whoever begins it has drafted it: another approves.
        task = uow.tasks.get(opened.id)
        task.last_doers = {**task.last_doers, "edit": [by.person_id or 0]}
        payload = {
            "ref": ref, "kind": CORRECTION, "unit": draft.unit_id, "severity": draft.severity, "task": opened.id,
            "corrects": corrected.ref, "number": number, "reason": reason,
        }  # fmt: skip
        uow.events.append([event(("notice", draft.id), "notice.drafted", payload, at=now, by=by)])
        return ref


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


def number_word(settings: Mapping[str, Any], notice: Notice, corrected: Notice | None) -> str:
    """Return 机关代字; a correction without one of its own takes the next number of the paper that it corrects.

    Raises CannotIssue when the campaign has none.
    """
    words = settings.get("number_words", {})
    word = words.get(notice.kind) or (words.get(corrected.kind) if corrected is not None else None)
    if not word:
        raise CannotIssue("还不能印发。", [f"本行动没有设定{NOTICE_TITLES[notice.kind]}的机关代字，请办公室先设定。"])
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
