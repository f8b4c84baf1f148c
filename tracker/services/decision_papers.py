"""What was decided, put on paper: a decided extension, a sign-off, a delisting, a paper that was undone.

The draft begins with the decision's own words and dates. It can be put up and issued only while the decision stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.decision_papers import (
    DELISTING,
    EXTENSION_REPLY,
    REVOCATION,
    SIGN_OFF_OPINION,
    Accepted,
    ExtensionAnswer,
    SignOff,
    Subject,
    Undone,
    Wording,
    delisting,
    extension_reply,
    revocation,
    sign_off_opinion,
)
from tracker.domain.errors import CannotIssue, NotAllowed
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action, Viewer, may_draft
from tracker.domain.reachability import RECTIFICATION
from tracker.domain.values import local_date
from tracker.persistence.models import Extension, Notice, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, Setting
from tracker.services.correcting import number_word
from tracker.services.drafting import BegunDraft, NewDraft, open_draft
from tracker.services.recording import doer_at
from tracker.services.seeing import see

DECIDED = ("granted", "refused")
LISTING, RELEASED = "listing", "closed"
LIGHTEST = 1


@dataclass(frozen=True)
class Decision:
    """Something decided of which a paper may speak. `which` tells it from others about the same task."""

    kind: str
    which: str
    words: str
    wording: Callable[[], Wording]
    severity: int = LIGHTEST


@dataclass(frozen=True)
class Offered:
    """A decision on a page: its paper so far (`ref` empty = none), and whether the viewer may begin one."""

    kind: str
    title: str
    which: str
    words: str
    ref: str
    number: str
    may_begin: bool


class DecisionPaperService:
    """Begins such papers; their further life is that of every paper."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def offered(self, viewer: Viewer, *, task_ref: str) -> tuple[Offered, ...]:
        """Return what was decided about a task with its papers; a unit sees those that were issued. Raises NotFound."""
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref)
            setting = see(uow, viewer, task)
            inside = may_draft(viewer, setting.place(task, internal=True))
            papers = {(one.kind, one.details.get("which")): one for one in uow.notices.standing_about(task.id)}
            found = []
            for one in decisions(uow, self._floor, task, setting):
                paper = papers.get((one.kind, one.which))
                shown = paper if paper is not None and (inside or paper.issued_at) else None
                if shown is not None or (inside and paper is None):
                    found.append(Offered(
                        one.kind, NOTICE_TITLES[one.kind], one.which, one.words, shown.ref if shown else "",
                        (shown.printed_number or "") if shown else "", inside and paper is None,
                    ))  # fmt: skip
            return tuple(found)

    def begin(self, viewer: Viewer, *, task_ref: str, kind: str, which: str) -> BegunDraft:
        """Open the draft of a decision's paper; one decision has one paper that stands.

        Raises NotFound, NotAllowed, or CannotIssue when there is no such decision or the paper could not be numbered.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            task = uow.tasks.get_by_ref(task_ref, lock=True)
            setting = see(uow, viewer, task)
            place = setting.place(task, internal=True)
            if not may_draft(viewer, place):
                raise NotAllowed(f"{NOTICE_TITLES.get(kind, '文书')}由督导组和办公室起草。")
            decision = _one(uow, self._floor, task, setting, kind, which)
            for paper in uow.notices.standing_about(task.id):
                if (paper.kind, paper.details.get("which")) == (kind, which):
                    return BegunDraft(paper.ref, existing=True)
            number_word(setting.campaign.settings, kind, uow.notices.of_task(task.id))
            wording = decision.wording()
            ref = open_draft(
                uow, self._floor,
                NewDraft(
                    kind, task.campaign_id, setting.office.id, task.unit_id, decision.severity, wording.title,
                    wording.body, {"about": task.ref, "which": which}, (wording.line,), about_task_id=task.id,
                    said={"about": task.ref, "which": which},
                ),
                doer_at(viewer, place, Action.SEE_WORKBENCH), now=now,
            )  # fmt: skip
            uow.commit()
        return BegunDraft(ref)


def check_decision_stands(uow: UnitOfWork, floor: Floor, notice: Notice, setting: Setting) -> Notice | None:
    """Return the paper that a decision's paper is about, if it is about one; raise CannotIssue when the decision fell."""
    if notice.about_task_id is None:
        return None
    task = uow.tasks.get(notice.about_task_id)
    _one(uow, floor, task, setting, notice.kind, str(notice.details.get("which", "")))
    return uow.notices.of_task(task.id)


def decisions(uow: UnitOfWork, floor: Floor, task: Task, setting: Setting) -> Iterator[Decision]:
    """Yield what was decided about a task and still stands."""
    subject = _subject(uow, task)
    for one in uow.tasks.extensions(task.id):
        if one.status in DECIDED:
            yield _extension(subject, one)
    if task.workflow_key == RECTIFICATION and task.done:
        yield from _sign_off(uow, floor, task, subject)
    notice = uow.notices.of_task(task.id)
    if notice is None or notice.issued_at is None:
        return
    number = notice.printed_number or ""
    if notice.kind == LISTING and task.state == RELEASED:
        yield from _release(uow, task, notice, setting)
    if notice.ended_at is not None:
        upheld = task.state == "superseded"
        reason = uow.notices.end_reason(task.id).removeprefix("申诉成立：")
        undone = Undone(number, notice.title, local_date(notice.issued_at), local_date(notice.ended_at), reason, upheld)
        yield Decision(
            REVOCATION, "ended", f"{number}已{'撤销' if upheld else '作废'}", lambda: revocation(undone), notice.severity
        )  # fmt: skip


def _extension(subject: Subject, one: Extension) -> Decision:
    granted = one.granted_on if one.status == "granted" else None
    answer = ExtensionAnswer(
        local_date(one.asked_at), one.old_due_on, granted, one.decision_reason, one.examined_at is not None
    )
    said = f"同意延至{show_day(granted)}" if granted else f"不同意延期（原期限{show_day(one.old_due_on)}）"
    return Decision(EXTENSION_REPLY, f"extension:{one.id}", said, lambda: extension_reply(subject, answer))


def _sign_off(uow: UnitOfWork, floor: Floor, task: Task, subject: Subject) -> Iterator[Decision]:
    given = uow.tasks.latest_submission(task.id, "sign_off_opinion")
    if given is None:
        return
    definition = floor.catalog.workflow(given.workflow_version_id)
    manner = next(one for one in definition.forms[given.form_key].fields if one.name == "manner")
    closed_on = local_date(given.submitted_at)
    facts = SignOff(
        date.fromisoformat(given.values["rechecked_on"]), manner.options.get(given.values["manner"], ""),
        given.values["opinion"], closed_on,
    )  # fmt: skip
    yield Decision(
        SIGN_OFF_OPINION, f"sign_off:{given.id}", f"{show_day(closed_on)}销号", lambda: sign_off_opinion(subject, facts)
    )


def _release(uow: UnitOfWork, task: Task, notice: Notice, setting: Setting) -> Iterator[Decision]:
    given = uow.tasks.latest_submission(task.id, "listing_acceptance")
    if given is None:
        return
    values: Mapping[str, Any] = given.values
    facts = Accepted(
        date.fromisoformat(values["checked_on"]), values["method"], values["opinion"], local_date(given.submitted_at)
    )
    number, unit = notice.printed_number or "", notice.printed_unit_name or setting.unit_name
    yield Decision(
        DELISTING, "released", f"{show_day(facts.released_on)}验收合格", lambda: delisting(unit, number, facts),
        notice.severity,
    )  # fmt: skip


def _subject(uow: UnitOfWork, task: Task) -> Subject:
    parent = uow.notices.of_task(task.parent_id) if task.parent_id is not None else None
    own = uow.notices.of_task(task.id)
    source = (parent.printed_number or "") if parent is not None else ""
    ref = (own.printed_number or own.ref) if own is not None else task.ref
    return Subject(task.title, ref, source)


def _one(uow: UnitOfWork, floor: Floor, task: Task, setting: Setting, kind: str, which: str) -> Decision:
    found = [one for one in decisions(uow, floor, task, setting) if (one.kind, one.which) == (kind, which)]
    if not found:
        raise CannotIssue("还不能办理。", ["这份文书所依据的决定没有作出，或者已经变了，请回到原事项核对。"])
    return found[0]
