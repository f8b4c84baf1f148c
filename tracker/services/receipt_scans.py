"""手写签收的送达回执: its scan is bound to the paper, and the paper is received as the slip says.

What it proves is that a slip with somebody's hand came back: the record keeps the way, the post and the day that stand on
it, who bound it and when, and names nobody as a proven signer. The limit for the reply runs from the day on the slip, which
lies between the issue and the binding; where the slip came back late, lateness counts from the binding. A paper that was
received already keeps how that was; the scan is put beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.deadlines import show_day
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import Unreadable, cleaned, read_date, text_of
from tracker.domain.permissions import Action, Viewer
from tracker.domain.personal_numbers import objection
from tracker.domain.receiving import LONGEST_POST, RECEIPT, Received, Way
from tracker.domain.values import local_date
from tracker.persistence.models import Attachment, Notice
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.attachments import AttachmentService, AttachmentView, OnlyKinds
from tracker.services.catching_up import fire_due_on_paper
from tracker.services.context import Floor
from tracker.services.receiving import receive
from tracker.services.recording import Doer, doer_at, event
from tracker.services.seeing import see
from tracker.services.signed_copies import KIND, SIGNED, check_new, hold_issued

SCANS = OnlyKinds(
    SIGNED.media_types, "回执的扫描件只收 PDF、OFD 或照片（JPG、PNG）。请扫描或拍照后上传。"
)  # fmt: skip


@dataclass(frozen=True)
class _Given:
    scan: Attachment
    post: str
    signed_on: date


class ReceiptScanService:
    """Takes scans of receipts in, for those who draft papers."""

    def __init__(self, floor: Floor, attachments: AttachmentService) -> None:
        self._floor = floor
        self._attachments = attachments

    def find(self, viewer: Viewer, *, notice_ref: str) -> Notice:
        """Return the issued paper to which the viewer may bind a receipt; raises NotFound, NotAllowed or CannotIssue."""
        with self._floor.uows() as uow:
            return hold_issued(uow, viewer, notice_ref)

    def keep(self, viewer: Viewer, *, notice_ref: str, file_name: str, content: bytes) -> AttachmentView:
        """Store a scan, not bound yet, so that a wrong field beside it loses no file; raises as `find`, or AttachmentRefused."""
        notice = self.find(viewer, notice_ref=notice_ref)
        return self._attachments.store(
            viewer, task_id=notice.task_id, file_name=file_name, content=content, only=SCANS
        )  # fmt: skip

    def kept(self, viewer: Viewer, *, notice_ref: str, scan: str) -> str:
        """Return the name of a stored scan, empty where there is none; raises as `find`."""
        with self._floor.uows() as uow:
            found = _scan(uow, hold_issued(uow, viewer, notice_ref), scan)
            return found.file_name if found is not None else ""

    def bind(self, viewer: Viewer, *, notice_ref: str, scan: str, given: Mapping[str, object]) -> bool:
        """Bind a stored scan to the paper; return whether the paper is received by it, False where it was already.

        Raises as `find`, InvalidInput with a sentence a field, or AttachmentRefused for a scan that is bound already.
        """
        self.find(viewer, notice_ref=notice_ref)
        fire_due_on_paper(self._floor, notice_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            peek = uow.notices.get_by_ref(notice_ref)
            task = uow.tasks.get(peek.task_id, lock=True)
            notice = hold_issued(uow, viewer, notice_ref, lock=True)
            read = _read(given, _scan(uow, notice, scan), notice, now=now)
            check_new(uow.notices.signed_copies(notice.id), read.scan.sha256)
            by = doer_at(viewer, see(uow, viewer, task).place(task, internal=True), Action.SEE_WORKBENCH)
            payload = {
                "attachment": read.scan.ref, "sha256": read.scan.sha256, "media_type": read.scan.media_type,
                "number": notice.printed_number, "approved_hash": notice.approved_hash, "document": RECEIPT,
                "post": read.post, "signed_on": read.signed_on,
            }  # fmt: skip
            uow.events.append([event(("notice", notice.id), KIND, payload, at=now, by=by)])
            received = Received(Way.HAND, read.post, signed_on=read.signed_on, counts_from=read.signed_on)
            done = receive(uow, self._floor, notice, task, received, Doer(), now=now)
            uow.commit()
        return done


def _scan(uow: UnitOfWork, notice: Notice, ref: str) -> Attachment | None:
    found = uow.attachments.get_by_ref(ref) if ref else None
    if found is None or found.task_id != notice.task_id or found.media_type not in SCANS.media_types:
        return None
    return found


def _read(given: Mapping[str, object], scan: Attachment | None, notice: Notice, *, now: datetime) -> _Given:
    problems = [] if scan is not None else [FieldProblem("file", "请选择签收回执的扫描件或照片。")]
    post = cleaned(text_of(given.get("post")))
    if not 0 < len(post) <= LONGEST_POST:
        problems.append(
            FieldProblem("post", f"请照回执填写签收人的岗位，如“村主任”，不超过{LONGEST_POST}字，不填姓名。")
        )
    elif sentence := objection(post, confirmed=False, confidential=True):
        problems.append(FieldProblem("post", f"岗位{sentence}。"))
    first, today = local_date(notice.issued_at or now), local_date(now)
    signed_on = today
    try:
        signed_on = read_date(given.get("signed_on"))
        if not first <= signed_on <= today:
            span = f"{show_day(first)}印发，今天是{show_day(today)}"
            problems.append(FieldProblem("signed_on", f"签收日期要在印发当天至今天之间（{span}），请照回执核对。"))
    except Unreadable as wrong:
        problems.append(FieldProblem("signed_on", f"“签收日期”{wrong}。"))
    if problems or scan is None:
        raise InvalidInput(problems)
    return _Given(scan, post, signed_on)
