"""Papers: drafted by the engine, signed by people (DESIGN.md §3.5).

A draft is open while findings gather in it, sealed when put up for approval, approved by the hash of its content,
and looked at again when it is issued: what is finished or waived meanwhile is struck, and the paper shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tracker.domain.definition import CountsAs, TransitionDefinition
from tracker.domain.errors import (
    CannotIssue,
    FieldProblem,
    InvalidInput,
    StaleVersion,
    TransitionNotAllowed,
)
from tracker.domain.inputs import cleaned
from tracker.domain.papers import content_hash, missing_paper, printed_number
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.models import NoticeItem
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.notices import FindingLine
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.catching_up import fire_due_on_paper
from tracker.services.contesting import check_not_contested, lapse_all
from tracker.services.context import Floor
from tracker.services.correcting import check_names_corrected, corrected_event, number_word
from tracker.services.decision_papers import check_decision_stands
from tracker.services.draft_holding import (
    HeldPaper,
    check_version,
    hold_draft,
    hold_paper,
    note_drafting,
)
from tracker.services.moving import Move, move_task
from tracker.services.receiving import wait_for_receipt
from tracker.services.recording import Doer, event
from tracker.services.rectification import open_for_agreed, open_for_items
from tracker.services.rising import settle
from tracker.services.seeing import see
from tracker.services.standings import follow_move, give_place, hold_standing
from tracker.services.striking import Struck, look_again, strike, tasks_about
from tracker.services.tasks import allowed_for, check_reason, doer_for, drop_extension, plan_for, submit
from tracker.services.telling import tell

MAX_BODY = 5000


@dataclass(frozen=True)
class NoticeSnapshot:
    """A notice after a step."""

    ref: str
    state: str
    version: int
    printed_number: str | None
    struck: int = 0
    contested: int = 0
    opened: int = 0
    repeated: bool = False


class NoticeService:
    """Everything people do to papers."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def allowed(self, viewer: Viewer, notice_ref: str) -> tuple[TransitionDefinition, ...]:
        """Return the steps that the viewer may take now; raises NotFound."""
        with self._floor.uows() as uow:
            notice = uow.notices.get_by_ref(notice_ref)
            task = uow.tasks.get(notice.task_id)
            setting = see(uow, viewer, task, missing=missing_paper(notice_ref))
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            return allowed_for(uow, viewer, task, setting, definition, now=self._floor.clock.now())

    def edit_draft(self, viewer: Viewer, *, notice_ref: str, expected_version: int, title: str, body: str) -> int:
        """Change title and body of an open draft; return the new version. Whoever edits has drafted it."""
        title, body = cleaned(title), cleaned(body)
        problems = [FieldProblem("title", "请填写标题。")] if not title else []
        problems += [FieldProblem("title", f"标题最多100字，现在是{len(title)}字。")] if len(title) > 100 else []
        problems += (
            [FieldProblem("body", f"正文最多{MAX_BODY}字，现在是{len(body)}字。")] if len(body) > MAX_BODY else []
        )
        if problems:
            raise InvalidInput(problems)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = hold_draft(uow, self._floor, viewer, notice_ref, expected_version)
            before = {"title": held.notice.title, "body": held.notice.body}
            held.notice.title, held.notice.body = title, body
            after = {"title": title, "body": body}
            return self._drafted(uow, held, viewer, "notice.edited", {"before": before, "after": after}, now=now)

    def add_item(self, viewer: Viewer, *, notice_ref: str, expected_version: int, text: str) -> int:
        """Add a line by hand to an open draft; return the new version."""
        text = cleaned(text)
        if not 0 < len(text) <= 500:
            raise InvalidInput([FieldProblem("text", "请写明要督办的事项，不超过500字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = hold_draft(uow, self._floor, viewer, notice_ref, expected_version)
            position = max((item.position for item in held.items), default=0) + 1
            uow.notices.add_item(NoticeItem(notice_id=held.notice.id, position=position, text=text))
            return self._drafted(uow, held, viewer, "notice.item_added", {"text": text}, now=now)

    def strike_item(self, viewer: Viewer, *, notice_ref: str, item_id: int, expected_version: int, reason: str) -> int:
        """Strike a line of an open draft with a reason; return the new version. The line stays visible as struck."""
        reason = cleaned(reason)
        if not 0 < len(reason) <= 500:
            raise InvalidInput([FieldProblem("reason", "请写明划去的理由，不超过500字。")])
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = hold_draft(uow, self._floor, viewer, notice_ref, expected_version)
            item = uow.notices.item(held.notice.id, item_id)
            strike(uow, item, reason=reason, person_id=viewer.person_id, status="struck", now=now)
            return self._drafted(uow, held, viewer, "notice.item_struck", {"item": item_id, "reason": reason}, now=now)

    def restore_item(self, viewer: Viewer, *, notice_ref: str, item_id: int, expected_version: int) -> int:
        """Take a strike back; return the new version."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = hold_draft(uow, self._floor, viewer, notice_ref, expected_version)
            item = uow.notices.item(held.notice.id, item_id)
            item.struck_at, item.struck_by, item.strike_reason = None, None, ""
            if item.finding_id is not None:
                finding = uow.notices.findings([item.finding_id])[item.finding_id]
                finding.status, finding.decided_at, finding.decided_by, finding.reason = "waiting", None, None, ""
            return self._drafted(uow, held, viewer, "notice.item_restored", {"item": item_id}, now=now)

    def waive_finding(self, viewer: Viewer, *, finding_ref: str, reason: str) -> None:
        """Waive a finding with a reason (有正当理由): its line is struck from the draft that holds it."""
        line = self._line_of(viewer, finding_ref)
        self.strike_item(
            viewer, notice_ref=line.notice_ref, item_id=line.id, expected_version=line.notice_version, reason=reason
        )

    def restore_finding(self, viewer: Viewer, *, finding_ref: str) -> None:
        """Take the waiving of a finding back, as long as its draft is open. Raises TransitionNotAllowed if it was not."""
        line = self._line_of(viewer, finding_ref)
        if line.status != "struck":
            raise TransitionNotAllowed("这一项没有免于处理，不用恢复。")
        self.restore_item(viewer, notice_ref=line.notice_ref, item_id=line.id, expected_version=line.notice_version)

    def _line_of(self, viewer: Viewer, finding_ref: str) -> FindingLine:
        with self._floor.uows() as uow:
            finding = uow.notices.get_finding_by_ref(finding_ref)
            see(
                uow,
                viewer,
                uow.tasks.get(finding.task_id),
                missing=f"没有编号为“{finding_ref}”的待处事项，或者您无权查看。",
            )
            return uow.notices.item_of_finding(finding.id)

    def apply_transition(
        self, viewer: Viewer, *, notice_ref: str, transition: str, expected_version: int,
        given: Mapping[str, object] | None = None, reason: str = "",
    ) -> NoticeSnapshot:  # fmt: skip
        """Take one step of a paper's life.

        Raises NotFound, NotAllowed, TransitionNotAllowed, StaleVersion, InvalidInput, or CannotIssue with all that
        stands in the way.
        """
        fire_due_on_paper(self._floor, notice_ref)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            held = hold_paper(uow, self._floor, viewer, notice_ref, voids=transition == "void")
            definition = self._floor.catalog.workflow(held.task.workflow_version_id)
            wanted = definition.transition(transition)
            if (
                wanted is not None and held.notice.version == expected_version + 1 and held.task.state == wanted.target
                and held.task.last_doers.get(transition) == viewer.person_id
            ):  # fmt: skip
                return replace(_snapshot(held), repeated=True)
            check_version(held.notice, expected_version, definition.states[held.task.state].title)
            planned = plan_for(uow, viewer, held.task, held.setting, definition, transition, now=now)
            check_not_contested(uow, held.notice, transition)
            reason = check_reason(planned, reason)
            by = doer_for(viewer, held.task, held.setting, planned)
            submission = submit(uow, held.task, definition, planned, given, reason, viewer, now=now)
            values = submission.values if submission else None
            hold_standing(uow, held.notice, definition, planned, now=now)
            struck, beside = self._before_move(uow, held, planned, by, values, now=now)
            held.notice.version += 1  # in one statement with what else the step writes of the paper
            move = Move(planned, by, reason, values, submission.id if submission else None, beside=beside)
            event_id = move_task(uow, self._floor, held.task, definition, move, now=now)
            follow_move(uow, held.notice, definition, planned, by, now=now)
            if planned.name == "void":
                lapse_all(uow, self._floor, held.notice, held.setting, by, reason, now=now)
            opened = 0
            if planned.opens == "rectification_for_items":
                opened = open_for_items(uow, self._floor, held.setting, held.notice, values, by, now=now)
            elif planned.opens == "rectification_for_agreed":
                opened = open_for_agreed(uow, self._floor, held.notice, values or {}, by, now=now)
            drop_extension(uow, held.task, definition, now=now)
            settle(uow, self._floor, held.task, held.setting, now=now)
            state_title = definition.states[held.task.state].title
            _tell_about(uow, held, planned, by, reason, event_id, state_title, now=now)
            self._floor.ring_deliveries(uow)
            uow.commit()
            return replace(_snapshot(held), struck=struck.finished, contested=struck.contested, opened=opened)

    def _before_move(
        self, uow: UnitOfWork, held: HeldPaper, planned: TransitionDefinition, by: Doer,
        values: dict[str, Any] | None, *, now: datetime,
    ) -> tuple[Struck, Sequence[NewEvent]]:  # fmt: skip
        """Do what a step does to the paper itself; return the lines that it struck and the events of it."""
        match planned.name:
            case "seal":
                return self._seal(uow, held, by, values, now=now)
            case "send_back":
                self._open_again(uow, held)
            case "approve":
                return Struck(), self._approve(held, by, now=now)
            case "issue":
                return self._issue(uow, held, by, now=now)
            case "discard":
                for item in held.items:
                    if item.struck_at is None:
                        strike(uow, item, reason="草稿弃用", person_id=by.person_id, status="waived", now=now)
                held.notice.gathering = False
        return Struck(), ()

    def _seal(
        self, uow: UnitOfWork, held: HeldPaper, by: Doer, values: dict[str, Any] | None, *, now: datetime
    ) -> tuple[Struck, Sequence[NewEvent]]:
        struck = look_again(uow, self._floor, held.items, held.tasks, plain=held.plain, now=now)
        if not [item for item in held.items if item.struck_at is None]:
            raise CannotIssue("这份草稿里已没有要处理的事项，不能报审。请弃用草稿，或添加事项。", ["没有未划去的事项"])
        check_names_corrected(uow, held.notice)
        check_decision_stands(uow, self._floor, held.notice, held.setting)
        held.notice.details = values or held.notice.details
        held.notice.gathering = False
        held.notice.content_hash = _hash(held)
        payload = {"hash": held.notice.content_hash, "items": [i.id for i in held.items if i.struck_at is None]}
        return struck, [event(("notice", held.notice.id), "notice.sealed", payload, at=now, by=by)]

    def _open_again(self, uow: UnitOfWork, held: HeldPaper) -> None:
        notice = held.notice
        key = (notice.campaign_id, notice.unit_id, notice.kind, notice.severity)
        notice.content_hash = notice.approved_hash = None
        # While this draft was sealed later findings may have opened the next one; then this one stays editable
        # but gathers no more, so that a finding always has one draft to go to.
        notice.gathering = not notice.alone and not uow.notices.has_open_draft(key)

    def _approve(self, held: HeldPaper, by: Doer, *, now: datetime) -> Sequence[NewEvent]:
        present = _hash(held)
        if present != held.notice.content_hash:
            raise StaleVersion("报审之后内容有变动，不能审批。请退回起草人核对后重新报审。")
        held.notice.approved_hash = present
        return [event(("notice", held.notice.id), "notice.approved", {"hash": present}, at=now, by=by)]

    def _issue(self, uow: UnitOfWork, held: HeldPaper, by: Doer, *, now: datetime) -> tuple[Struck, Sequence[NewEvent]]:
        notice = held.notice
        if notice.approved_hash is None or notice.approved_hash != _hash(held):
            raise StaleVersion("现在的内容与审批时不一致，不能印发。请退回重新报审。")
        corrected = check_names_corrected(uow, notice)
        named = corrected or check_decision_stands(uow, self._floor, notice, held.setting)
        word = number_word(held.setting.campaign.settings, notice.kind, named)
        struck = look_again(uow, self._floor, held.items, held.tasks, plain=held.plain, now=now)
        kept = [item for item in held.items if item.struck_at is None]
        if not kept:
            raise CannotIssue(
                "还不能印发。", ["各事项都已办结、免于处理或正在申诉，已没有可印发的内容。请退回后弃用草稿。"]
            )
        findings = uow.notices.findings([i.finding_id for i in kept if i.finding_id is not None])
        template = uow.paper_templates.in_use(notice.office_id, notice.kind)
        with uow.session.no_autoflush:
            place = give_place(uow, notice, now=now)
            series_id, number = uow.notices.next_number(
                office_id=notice.office_id, word=word, year=local_date(now).year
            )
        notice.number_series_id, notice.number = series_id, number
        notice.printed_number = printed_number(word, local_date(now).year, number)
        notice.printed_unit_name = held.setting.unit_name
        notice.issued_at = now
        definition = self._floor.catalog.workflow(held.task.workflow_version_id)
        deemed = wait_for_receipt(uow, self._floor, notice, definition, held.setting.campaign, now=now)
        for finding in findings.values():
            finding.status, finding.decided_at, finding.decided_by = "issued", now, by.person_id
        payload = {
            "number": notice.printed_number, "unit_name": notice.printed_unit_name,
            "approved_hash": notice.approved_hash, "items": [i.id for i in kept], "struck": struck.finished,
            "contested": struck.contested,
            "office": notice.office_id, "unit": notice.unit_id, "campaign": notice.campaign_id, "kind": notice.kind,
            "place": place, "tasks": sorted(tasks_about(uow, kept)), "task": notice.task_id,
            # How the office printed then: a later change of its layout does not reach back.
            "office_name": held.setting.office.name, "layout": held.setting.campaign.settings.get("paper_layout") or {},
            **({"deemed_days": deemed} if deemed else {}),
            "template": template,
        }  # fmt: skip
        issued = event(("notice", notice.id), "notice.issued", payload, at=now, by=by)
        return struck, [issued, *corrected_event(notice, corrected, by, now=now)]

    def _drafted(
        self, uow: UnitOfWork, held: HeldPaper, viewer: Viewer, kind: str, payload: Mapping[str, Any], *, now: datetime
    ) -> int:
        note_drafting(uow, self._floor, held, viewer, kind, payload, now=now)
        uow.commit()
        return held.notice.version


def _snapshot(held: HeldPaper) -> NoticeSnapshot:
    return NoticeSnapshot(held.notice.ref, held.task.state, held.notice.version, held.notice.printed_number)


def _hash(held: HeldPaper) -> str:
    notice = held.notice
    return content_hash(
        kind=notice.kind, unit_id=notice.unit_id, severity=notice.severity, title=notice.title, body=notice.body,
        details=notice.details, items=[(i.id, i.text) for i in held.items if i.struck_at is None],
    )  # fmt: skip


def _tell_about(
    uow: UnitOfWork, held: HeldPaper, planned: TransitionDefinition, by: Doer, reason: str, event_id: int,
    state_title: str, *, now: datetime,
) -> None:  # fmt: skip
    notice, task = held.notice, held.task
    facts = {
        "notice_ref": notice.ref, "printed_number": notice.printed_number or "", "title": notice.title,
        "unit": held.setting.unit_name, "campaign": held.setting.campaign.title, "reason": reason,
        "reply_due_on": task.due_on.isoformat() if task.due_on else "", "state": state_title, "task_ref": notice.ref,
        "outcome": planned.title, "due_on": task.due_on.isoformat() if task.due_on else "",
    }  # fmt: skip
    roles: tuple[str, ...]
    match planned.name:
        case "seal":
            message, roles = "draft_waiting", ("leader", "supervisor")
        case "send_back" | "approve":
            message, roles = "draft_waiting", ("supervisor",)
        case "issue":
            message, roles = "served", ("liaison", "head")
        case "reply":
            message, roles = "to_review", ("supervisor",)
        case "record":
            message, roles = "passed_on", ("liaison", "head")
        case "close" | "void":
            message, roles = "reply_judged", ("liaison", "head")
        case _ if planned.counts_as is CountsAs.QUALITY_FAILURE:
            message, roles = "returned", ("liaison",)
        case _:
            return
    tell(
        uow, cause=f"event:{event_id}", message=message, facts=facts, audience=held.setting.audience(task),
        roles=roles, now=now, task_id=task.id, notice_id=notice.id, grave=message == "served",
        except_person=by.person_id,
    )  # fmt: skip
