"""送达回执: a slip with a QR code for units that work on paper, and signing for a paper by it.

What a slip proves is that somebody had the paper in hand and knew the code; the record says so, and no name. Its token
stands on the paper and nowhere else, its code is handed over apart. Whatever is wrong with a slip is answered alike.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound, SlipRefused, TransitionNotAllowed
from tracker.domain.inputs import cleaned
from tracker.domain.papers import missing_paper
from tracker.domain.permissions import Action, Place, Viewer, may_draft
from tracker.domain.personal_numbers import objection
from tracker.domain.ports import PaperWriter, PasswordHasher
from tracker.domain.printed_slips import SlipFacts, compose_slip
from tracker.domain.receiving import (
    ACCEPT,
    CODE_DIGITS,
    LONGEST_POST,
    MOST_TRIES,
    SLIP_VALID,
    TOKEN_LENGTH,
    TOKEN_LETTERS,
    Received,
    Way,
    clean_code,
    clean_token,
)
from tracker.persistence.models import ReceiptSlip
from tracker.persistence.queries.notice_page import NoticePage, get_notice
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due_on_paper
from tracker.services.context import Floor, setting_of
from tracker.services.printing import PrintedFile
from tracker.services.receiving import receive
from tracker.services.recording import Doer, doer_at, event

MADE = "notice.slip_made"
#: One sentence for whatever is wrong, so that nobody learns which slips there are.
REFUSED = (
    "没有签收成功。请核对回执编码和另行告知的6位验证码。回执可能已经用过、过期、作废，或验证码输错次数太多；"
    "请联系发文单位核实，需要时另开一张。"
)  # fmt: skip


@dataclass(frozen=True)
class MadeSlip:
    """A new slip. Neither token nor code can be read again later."""

    token: str
    code: str
    expires_at: datetime


@dataclass(frozen=True)
class SignedFor:
    """What somebody signed for by a slip."""

    number: str
    title: str
    unit: str
    office: str
    at: datetime
    reply_due_on: date | None


class SlipService:
    """Makes, prints and takes slips."""

    def __init__(self, floor: Floor, *, hasher: PasswordHasher, writer: PaperWriter, address: str) -> None:
        self._floor = floor
        self._hasher = hasher
        self._writer = writer
        self._address = address
        # A slip that is unknown takes as long as one whose code is wrong.
        self._nobodys = hasher.hash(secrets.token_hex(8))

    def offers(self, viewer: Viewer, found: NoticePage) -> bool:
        """Tell whether the viewer may make a slip for a paper that he sees: it is out, and waits to be signed for."""
        head = found.head
        accept = self._floor.catalog.workflow(head.workflow_version_id).transition(ACCEPT)
        waits = head.issued_at is not None and accept is not None and head.state in accept.sources
        return waits and may_draft(viewer, _place(found))

    def make(self, viewer: Viewer, *, notice_ref: str) -> MadeSlip:
        """Make a slip and let earlier ones be good no more. Raises NotFound, NotAllowed or TransitionNotAllowed."""
        now, real = self._floor.clock.now(), self._floor.clock.real_now()
        token = "".join(secrets.choice(TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        code_hash, calendar = self._hasher.hash(code), self._floor.calendars.newest()
        with self._floor.uows() as uow:
            peek = uow.notices.get_by_ref(notice_ref)
            uow.tasks.get(peek.task_id, lock=True)
            uow.notices.get_by_ref(notice_ref, lock=True)
            found = self._found(uow, viewer, notice_ref, calendar)
            head, place = found.head, _place(found)
            if not may_draft(viewer, place):
                raise NotAllowed("送达回执由督导组和办公室开具。")
            if not self.offers(viewer, found):
                raise TransitionNotAllowed("只有已印发、还没有签收的文书才能开具送达回执。请刷新页面核对。")
            revoked = uow.slips.revoke(head.id, now=real)
            slip = ReceiptSlip(
                notice_id=head.id, token_hash=_hashed(token), code_hash=code_hash, tries=0, made_at=real,
                made_by=viewer.person_id, expires_at=real + SLIP_VALID,
            )  # fmt: skip
            slip_id = uow.slips.add(slip)
            payload = {"slip": slip_id, "expires_at": slip.expires_at.isoformat(), "revoked": revoked}
            by = doer_at(viewer, place, Action.SEE_WORKBENCH)
            uow.events.append([event(("notice", head.id), MADE, payload, at=now, by=by)])
            uow.commit()
        return MadeSlip(token, code, slip.expires_at)

    def print_slip(self, viewer: Viewer, *, notice_ref: str, token: str) -> PrintedFile:
        """Return a good slip as .docx. Raises NotFound, NotAllowed, or SlipRefused where the token is not of a good one."""
        token, calendar = clean_token(token), self._floor.calendars.newest()
        with self._floor.uows() as uow:
            found = self._found(uow, viewer, notice_ref, calendar)
            head = found.head
            if not may_draft(viewer, _place(found)):
                raise NotAllowed("送达回执由督导组和办公室开具。")
            until = uow.slips.good_until(head.id, _hashed(token), now=self._floor.clock.real_now())
        if until is None or head.issued_at is None:
            raise SlipRefused("这张回执已经用过、过期或被新的替代，请重新开具。")
        paper = compose_slip(
            SlipFacts(
                head.printed_number or head.ref,
                head.title,
                head.printed_unit_name,
                head.office_name,
                head.issued_at,
                token,
                f"{self._address}/slip",
                until,
            )
        )
        return PrintedFile(paper.name, self._writer.word(paper))

    def sign_for(self, *, token: str, code: str, post: str) -> SignedFor:
        """Sign for a paper by its slip. Raises InvalidInput for a missing post, SlipRefused for all that is wrong."""
        post = cleaned(post)
        if not 0 < len(post) <= LONGEST_POST:
            raise InvalidInput([FieldProblem("post", f"请填写签收人的岗位，如“村主任”，不超过{LONGEST_POST}字。")])
        if sentence := objection(post, confirmed=False, confidential=True):
            raise InvalidInput([FieldProblem("post", f"岗位{sentence}。")])
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            tried = uow.slips.take_try(_hashed(clean_token(token)), most=MOST_TRIES, now=real)
            uow.commit()
        right = self._hasher.verify(tried[2] if tried else self._nobodys, clean_code(code))
        if tried is None or not right:
            raise SlipRefused(REFUSED)
        return self._receive(tried[0], tried[1], post)

    def _receive(self, slip_id: int, notice_id: int, post: str) -> SignedFor:
        with self._floor.uows() as uow:
            (peek,) = uow.notices.find_many([notice_id])
        fire_due_on_paper(self._floor, peek.ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get(peek.task_id, lock=True)
            notice = uow.notices.get_by_ref(peek.ref, lock=True)
            if not uow.slips.use(slip_id, now=self._floor.clock.real_now()):
                raise SlipRefused(REFUSED)
            if not receive(uow, self._floor, notice, task, Received(Way.SLIP, post), Doer(), now=now):
                raise SlipRefused(REFUSED)
            setting = setting_of(uow, task)
            signed = SignedFor(
                notice.printed_number or notice.ref, notice.title, notice.printed_unit_name, setting.office.name, now,
                task.due_on,
            )  # fmt: skip
            uow.commit()
        return signed

    def _found(self, uow: UnitOfWork, viewer: Viewer, notice_ref: str, calendar: WorkingCalendar) -> NoticePage:
        found = get_notice(uow.session, viewer, notice_ref, now=self._floor.clock.now(), calendar=calendar)
        if found.head.issued_at is None and not found.head.inside:
            raise NotFound(missing_paper(notice_ref))
        return found


def _place(found: NoticePage) -> Place:
    head = found.head
    return Place(head.office_unit_id, head.campaign_id, head.unit_id, internal=True)


def _hashed(token: str) -> bytes:
    """Return what is kept of a token. Nobody guesses 99 bits, so a plain hash does."""
    return hashlib.sha256(token.encode()).digest()
