"""A paper's page: the paper itself, its lines, its clocks, what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import show_day
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.escalation import CAUSE_TITLES, Cause
from tracker.domain.ladder import RungAct
from tracker.domain.lights import LIGHTS, Light
from tracker.domain.objections import OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.printed_papers import (
    PaperForm,
    PaperLayout,
    ranking_words,
    reply_words,
    runs_from_acceptance,
    show_moment,
)
from tracker.domain.ranking import HEADS, TITLE, Ranking
from tracker.domain.receiving import ACCEPT, RECEIPT, Received, Way
from tracker.domain.values import ROLE_TITLES, Role, local_date, severity_colour, severity_title
from tracker.persistence.queries.notice_page import ItemRow, NoticeHead, NoticePage, NoticeRow, StepRow
from tracker.persistence.queries.objections import ObjectionRow
from tracker.services.printing import PAPER, deemed_sentence, documents_of
from tracker.web.notices.filled import Filled, present_filled, show_value
from tracker.web.showing import left_or_late

#: Events of the paper's own stream that say more than the step which they accompany.
EVENT_TITLES = {
    "notice.drafted": "引擎起草", "notice.finding_gathered": "并入新事项", "notice.finding_joined": "并入同一工作的又一期", "notice.edited": "修改标题或正文",
    "notice.item_added": "添加事项", "notice.item_struck": "划去一项", "notice.item_restored": "恢复一项", "notice.items_merged": "合并草稿", "notice.gathering_ended": "单位合并，新事项改进另一份草稿",
    "notice.ranking_changed": "放入或去掉排名表",
    "notice.issued": "编号", "notice.slip_made": "开具送达回执", "notice.signed_copy": "上传盖章件", "notice.corrected": "被更正", "notice.filed": "归档", "notice.items_opened": "生成整改事项", "extension.asked": "申请延期", "extension.examined": "初审延期",
    "extension.decided": "答复延期", "task.urged": "人工催办", "paper.opened": "单位首次拆阅", "rung.ordered": "领导批示升级",
    "objection.filed": "单位提出申诉", "objection.decided": "申诉有了结果",
    "decision.risen": "转请上一级单位决定", "decision.came_back": "改回由办公室决定",
}  # fmt: skip
CLOCK_STATUS = {"running": "计时中", "held": "暂不计时", "paused": "暂停", "done": "已结束"}
PARTY_BY_WAITS = {"unit": "单位", "supervisor": "督导组", "office": "办公室", "leader": "领导", "nobody": ""}


@dataclass(frozen=True)
class PaperView:
    """The paper as it is printed. `red_head` is the 发文机关标志, empty where the office has none for this form."""

    kind: str
    title: str
    number: str
    recipient: str
    paragraphs: tuple[str, ...]
    lines: tuple[str, ...]
    details: tuple[tuple[str, str], ...]
    reply: str
    office: str
    red_head: str
    dated: str
    is_draft: bool
    ranking: Ranking | None = None
    ranking_title: str = TITLE
    ranking_heads: tuple[str, ...] = HEADS

    @property
    def ranking_words(self) -> str:
        """Return what the paper says of its table."""
        return ranking_words(self.ranking) if self.ranking is not None else ""


@dataclass(frozen=True)
class ItemView:
    """A line with what surrounds it. `why` says what raised it and since when."""

    row: ItemRow
    why: str
    rectification_state: str
    light: Light | None
    objections: tuple[ObjectionRow, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One thing that happened, for the macro `history`."""

    what: str
    who: str
    at: datetime
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ClockView:
    """A clock: its name, until when, how it was counted."""

    title: str
    status: str
    due_on: date
    left: str
    late: bool
    rule: str


@dataclass(frozen=True)
class NoticeView:
    """Everything that the template draws."""

    head: NoticeHead
    kind: str
    severity: str
    colour: str
    state: str
    waits_for: str
    light: Light
    paper: PaperView
    items: tuple[ItemView, ...]
    clocks: tuple[ClockView, ...]
    filled: tuple[Filled, ...]
    entries: tuple[Entry, ...]
    documents: tuple[tuple[str, str], ...]
    signable: tuple[tuple[str, str], ...] = ()
    agreed: tuple[ItemView, ...] = ()
    objections: tuple[ObjectionRow, ...] = ()
    received: str = ""


def present_notice(
    found: NoticePage, catalog: WorkflowCatalog, *, now: datetime, calendar: WorkingCalendar
) -> NoticeView:
    """Return a paper's page."""
    head = found.head
    definition = catalog.workflow(head.workflow_version_id)
    documents = documents_of(definition, issued=head.issued_at is not None)
    filled = {row.transition for row in found.filled}
    return NoticeView(
        head=head,
        kind=NOTICE_TITLES.get(head.kind, definition.title),
        severity=severity_title(head.severity, dict(head.settings.get("severity_titles", {}))),
        colour=severity_colour(head.severity, head.settings),
        state=definition.states[head.state].title,
        waits_for="" if head.final else PARTY_BY_WAITS.get(head.waits_for, ""),
        light=LIGHTS[head.light],
        paper=_paper(found, definition),
        items=tuple(_item(item, found, catalog, now=now, calendar=calendar) for item in found.items),
        clocks=tuple(
            ClockView(
                definition.clocks[clock.name].title or clock.name if clock.name in definition.clocks else clock.name,
                CLOCK_STATUS.get(clock.status, clock.status), clock.due_on,
                left_or_late(clock.due_on, clock.due_at, now=now, calendar=calendar)
                if clock.status == "running" else "",
                clock.status == "running" and now >= clock.due_at, clock.due_rule,
            )
            for clock in found.clocks
            if clock.name not in definition.clocks or not definition.clocks[clock.name].at_once
        ),
        filled=tuple(present_filled(row, catalog.workflow(row.workflow_version_id)) for row in found.filled),
        entries=tuple(entry for step in found.history if (entry := _entry(step, definition)) is not None),
        documents=tuple(documents.items()),
        signable=tuple(one for one in documents.items() if one[0] == PAPER or one[0] in filled),
        agreed=tuple(_item(item, found, catalog, now=now, calendar=calendar) for item in found.agreed),
        objections=tuple(one for one in found.objections if one.item_id is None),
        received=_received(found, definition),
    )  # fmt: skip


def present_rows(rows: tuple[NoticeRow, ...], catalog: WorkflowCatalog) -> list[dict[str, object]]:
    """Return the lines of a list of papers."""
    return [
        {
            "row": row,
            "kind": NOTICE_TITLES.get(row.kind, row.kind),
            "severity": severity_title(row.severity, dict(row.settings.get("severity_titles", {}))),
            "colour": severity_colour(row.severity, row.settings),
            "state": catalog.workflow(row.workflow_version_id).states[row.state].title,
            "light": LIGHTS[row.light],
            "draft": row.issued_at is None,
        }
        for row in rows
    ]


def _paper(found: NoticePage, definition: WorkflowDefinition) -> PaperView:
    head = found.head
    body = [line.strip() for line in head.body.splitlines() if line.strip()]
    form = definition.forms.get("interview_details")
    details = [
        (field.title, show_value(field, head.details.get(field.name))) for field in (form.fields if form else ())
    ]
    return PaperView(
        kind=NOTICE_TITLES.get(head.kind, definition.title),
        title=head.title,
        number=head.printed_number or "未编号",
        recipient=head.printed_unit_name or head.unit_name,
        paragraphs=tuple(body),
        lines=tuple(line for item in found.items if (line := _printed(item))),
        details=tuple((title, text) for title, text in details if text),
        reply=_reply_line(found, definition),
        office=head.office_name,
        red_head=_red_head(head),
        dated=show_day(local_date(head.issued_at)) if head.issued_at else "（未印发）",
        is_draft=head.issued_at is None,
        ranking=Ranking.of(head.details),
    )


def _printed(item: ItemRow) -> str:
    """Return a line as the paper shows it; what was told is never deleted, a line overturned later says so."""
    if item.struck_at is None:
        return item.text
    return f"{item.text}（申诉成立，本项撤销）" if item.overturned else ""


def _reply_line(found: NoticePage, definition: WorkflowDefinition) -> str:
    running = next((clock for clock in found.clocks if clock.name == "reply"), None)
    # A later date granted afterwards stands beside the paper; what was printed stays as it was.
    if running is not None and running.occurrence == 1:
        return f"请于{show_day(running.due_on)}前书面回复。"
    return reply_words(definition) + deemed_sentence(found, definition)


def _item(
    item: ItemRow, found: NoticePage, catalog: WorkflowCatalog, *, now: datetime, calendar: WorkingCalendar
) -> ItemView:
    mine = tuple(one for one in found.objections if one.item_id == item.id)
    why = []
    if item.cause:
        why.append(CAUSE_TITLES[Cause(item.cause)])
    if item.task_due_on is not None:
        today = local_date(now)
        late = calendar.working_days_between(item.task_due_on, today)
        ends = "已办结" if item.task_done else f"已超{late}个工作日" if late > 0 else "未到期"
        if item.contested and not item.task_done:
            ends = "申诉待决" if found.head.issued_at else "申诉审理中，报审或印发时会划去"
        why.append(f"任务期限{show_day(item.task_due_on)}（{ends}）")
    if item.raised_at is not None:
        why.append(f"{show_day(local_date(item.raised_at))}提出")
    state = ""
    if item.rectification_state is not None and item.rectification_version_id is not None:
        state = catalog.workflow(item.rectification_version_id).states[item.rectification_state].title
    light = LIGHTS[item.rectification_light] if item.rectification_light else None
    added = "约谈商定" if item.agreed_at else "人工添加"
    return ItemView(item, "；".join(why) or added, state, light, mine)


def _entry(step: StepRow, definition: WorkflowDefinition) -> Entry | None:
    payload = step.payload
    if step.kind == "task.moved":
        transition = definition.transition(str(payload.get("transition", "")))
        what = transition.title if transition else str(payload.get("transition"))
        reason = payload.get("reason")
        how = (f"{Received.of(payload).words}。",) if "how" in payload else ()
        return Entry(what, _who(step), step.at, (*how, f"理由：{reason}") if reason else how)
    if step.kind == "rung.fired" and payload.get("act") == RungAct.PASS_ON.value:
        return Entry("无人拆阅，改请他人转办", _who(step), step.at, ())
    if step.kind not in EVENT_TITLES:
        return None
    if step.kind == "notice.signed_copy" and payload.get("document") == RECEIPT:
        return Entry("登记手写签收的回执", _who(step), step.at, _lines(step.kind, payload, definition))
    if step.kind == "notice.drafted" and step.person_name is not None:
        return Entry("起草", _who(step), step.at, _lines(step.kind, payload, definition))
    return Entry(EVENT_TITLES[step.kind], _who(step), step.at, _lines(step.kind, payload, definition))


def _form_of(definition: WorkflowDefinition, payload: Mapping[str, Any]) -> str | None:
    """Return the form of which a signed copy is, None when it is of the paper itself."""
    step = definition.transition(str(payload.get("document", "")))
    return step.form if step else None


def _received(found: NoticePage, definition: WorkflowDefinition) -> str:
    """Return when and how the paper was received, and what runs from then; empty while it was not."""
    steps = [s for s in found.history if s.kind == "task.moved" and s.payload.get("transition") == ACCEPT]
    if not steps or definition.transition(ACCEPT) is None:
        return ""
    step, received = steps[-1], Received.of(steps[-1].payload)
    who = f"，{_who(step)}" if received.way is Way.SYSTEM else ""
    runs = runs_from_acceptance(definition, None, received)
    return f"{show_moment(step.at)}，{received.words}{who}{runs}。"


def _red_head(head: NoticeHead) -> str:
    """Return the red head as the Word file has it: only where the campaign gives one, and never on a sheet (表单)."""
    layout = PaperLayout.from_plain(head.settings.get("paper_layout") or {})
    return "" if layout.form_of(head.kind) is PaperForm.SHEET else layout.letterhead


def _lines(kind: str, payload: Mapping[str, Any], definition: WorkflowDefinition) -> tuple[str, ...]:
    match kind:
        case "notice.issued":
            struck = payload.get("struck")
            again = [f"印发前复核，划去已办结的{struck}项。"] if struck else []
            if contested := payload.get("contested"):
                again.append(f"印发前复核，划去正在申诉的{contested}项。")
            return (f"{payload.get('number')}，送{payload.get('unit_name')}。", *again)
        case "notice.slip_made":
            return ("纸质送达，可扫码签收。" + ("以前开具的回执作废。" if payload.get("revoked") else ""),)
        case "notice.filed":
            copies = payload.get("signed_copies", ())
            return (f"{payload['filed_as']}；{f'盖章件{len(copies)}份' if copies else '没有盖章件'}。",)
        case "notice.corrected":
            return (f"由{payload.get('number')}更正。",)
        case "notice.signed_copy" if payload.get("document") == RECEIPT:
            written = Received(
                Way.HAND, str(payload["post"]), signed_on=date.fromisoformat(payload["signed_on"])
            ).written
            return (
                f"手写签收的送达回执（{written}），{payload.get('attachment')}，SHA-256 {str(payload.get('sha256'))[:16]}…",
            )
        case "notice.signed_copy":
            of = f"{definition.forms[form].title}签字件，" if (form := _form_of(definition, payload)) else ""
            return (f"{of}{payload.get('attachment')}，SHA-256 {str(payload.get('sha256'))[:16]}…",)
        case "notice.ranking_changed":
            return ("已去掉排名表。",) if payload.get("table") is None else (f"依据{payload['table']['basis']}。",)
        case "notice.items_opened":
            return ("、".join(payload.get("tasks", [])),)
        case "notice.item_added":
            return (str(payload.get("text", "")),)
        case "objection.decided":
            outcome = OUTCOMES.get(str(payload.get("outcome")), "")
            whole = "本文书撤销。" if payload.get("superseded") else ""
            return (f"{payload.get('objection')}：{outcome}。{whole}", f"理由：{payload.get('reason')}")
        case "objection.filed":
            return (str(payload.get("objection")), f"说明：{payload.get('reason')}")
        case "extension.asked":
            return (f"从{_day(payload['old_due_on'])}延到{_day(payload['wanted_on'])}。", f"理由：{payload['reason']}")
        case "extension.examined":
            answer = f"同意延到{_day(payload['proposed_on'])}，转请领导批准。"
            return (answer, f"理由：{payload['reason']}") if payload.get("reason") else (answer,)
        case "extension.decided":
            answer = f"同意延到{_day(payload['due_on'])}。" if payload["granted"] else "不同意。"
            return (answer, f"理由：{payload['reason']}") if payload.get("reason") else (answer,)
        case _:
            reason = payload.get("reason") or payload.get("text")
            return (f"理由：{reason}",) if reason else ()


def _day(iso: object) -> str:
    return show_day(date.fromisoformat(str(iso)))


def _who(step: StepRow) -> str:
    if step.person_name is None and Received.of(step.payload).way in (Way.SLIP, Way.HAND):
        return "持回执的人"
    if step.person_name is None:
        return "系统"
    post = step.post_title or (ROLE_TITLES[Role(step.post_role)] if step.post_role else "")
    return f"{step.person_name}（{post}）" if post else step.person_name
