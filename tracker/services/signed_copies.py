"""盖章件: the paper as it was signed and sealed, scanned or with an electronic seal, bound to the issued paper.

A seal is not drawn by this program (DOMAIN.md §1.6): the printed paper leaves its place blank, and what comes back is kept
by its hash. The binding is an event of the paper's own record; it replaces nothing, and several copies may follow. The record of an
interview, signed by both sides, is bound in the same way to the hash of what was written into it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from tracker.domain.chain import canonical
from tracker.domain.errors import AttachmentRefused, CannotIssue, NotAllowed, NotFound
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.persistence.models import Notice
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.attachments import AttachmentService, AttachmentView, OnlyKinds
from tracker.services.context import Floor
from tracker.services.printing import PAPER, documents_of
from tracker.services.recording import doer_at, event
from tracker.services.seeing import see

KIND = "notice.signed_copy"
MOST_COPIES = 20
SIGNED = OnlyKinds(
    frozenset({"application/pdf", "application/ofd", "image/jpeg", "image/png", "image/webp"}),
    "盖章件只收 PDF、OFD 或扫描照片（JPG、PNG）。Word 文件还能改，不能作为盖章件；请打印盖章后扫描，或加盖电子印章后上传。",
)


class SignedCopyService:
    """Takes signed copies in."""

    def __init__(self, floor: Floor, attachments: AttachmentService) -> None:
        self._floor = floor
        self._attachments = attachments

    def add(
        self, viewer: Viewer, *, notice_ref: str, file_name: str, content: bytes, document: str = PAPER
    ) -> AttachmentView:
        """Keep a signed copy of an issued paper, or of the record of its interview, and bind it; return it.

        Raises NotFound, NotAllowed, CannotIssue when there is nothing yet to sign, or AttachmentRefused with a sentence.
        """
        with self._floor.uows() as uow:
            notice = hold_issued(uow, viewer, notice_ref)
            self._bound_to(uow, notice, document)
            task_id = notice.task_id
            check_new(uow.notices.signed_copies(notice.id), hashlib.sha256(content).hexdigest())
        stored = self._attachments.store(viewer, task_id=task_id, file_name=file_name, content=content, only=SIGNED)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            notice = hold_issued(uow, viewer, notice_ref, lock=True)
            check_new(uow.notices.signed_copies(notice.id), stored.sha256)
            task = uow.tasks.get(task_id)
            place = see(uow, viewer, task).place(task, internal=True)
            payload = {
                "attachment": stored.ref, "sha256": stored.sha256, "media_type": stored.media_type,
                "number": notice.printed_number, **self._bound_to(uow, notice, document),
            }  # fmt: skip
            by = doer_at(viewer, place, Action.SEE_WORKBENCH)
            uow.events.append([event(("notice", notice.id), KIND, payload, at=now, by=by)])
            uow.commit()
        return stored

    def _bound_to(self, uow: UnitOfWork, notice: Notice, document: str) -> dict[str, Any]:
        """Return what a copy is bound to: the approved hash of the paper, or that of the record as it was written."""
        if document == PAPER:
            return {"approved_hash": notice.approved_hash}
        task = uow.tasks.get(notice.task_id)
        definition = self._floor.catalog.workflow(task.workflow_version_id)
        step = definition.transition(document)
        if step is None or document not in documents_of(definition, issued=True):
            raise NotFound("这份文书没有这样的材料，或者您无权查看。")
        record = uow.tasks.latest_submission(notice.task_id, step.form)
        if record is None:
            raise CannotIssue(
                "还没有约谈记录，没有可签字的正式稿。", ["先在本页“记录约谈”，再打印、双方签字、上传扫描件。"]
            )
        written = hashlib.sha256(canonical(record.values)).hexdigest()
        return {"document": document, "submission": record.id, "record_hash": written}


def hold_issued(uow: UnitOfWork, viewer: Viewer, notice_ref: str, *, lock: bool = False) -> Notice:
    """Return an issued paper to which the viewer may bind what came back on paper.

    Raises NotFound, NotAllowed, or CannotIssue while it is a draft.
    """
    notice = uow.notices.get_by_ref(notice_ref, lock=lock)
    task = uow.tasks.get(notice.task_id)
    setting = see(uow, viewer, task, missing=missing_paper(notice_ref))
    if not may_draft(viewer, setting.place(task, internal=True)):
        raise NotAllowed("盖章件和签收回执由督导组和办公室上传。")
    if notice.issued_at is None:
        raise CannotIssue("这份文书还没有印发，没有可盖章、签收的正式稿。", ["印发编号后再打印、盖章、送达、上传。"])
    return notice


def check_new(known: list[str], sha256: str) -> None:
    """Raise AttachmentRefused for a file that is bound to the paper already, or where there are too many."""
    if sha256 in known:
        raise AttachmentRefused("这份盖章件已经上传过，内容完全相同，不必再传。")
    if len(known) >= MOST_COPIES:
        raise AttachmentRefused(f"这份文书已有{MOST_COPIES}份盖章件，不能再传。")
