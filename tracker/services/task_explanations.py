"""One task explained from its record: clocks, firings, decisions, who was told, and where the tables disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.auditing import spans
from tracker.domain.clock_words import clock_words, say_day, say_moment
from tracker.domain.objections import OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.timeline import Entry, Kind, RungState
from tracker.domain.timeline_words import cause_words, does, fired_inputs
from tracker.domain.values import WAITS_FOR_TITLES
from tracker.persistence.models import ClockRow
from tracker.persistence.queries.explained import (
    FindingStanding,
    calendar_sources,
    findings_of_tasks,
    firings_of_tasks,
)
from tracker.persistence.queries.history import HistoryEvent, read_histories
from tracker.persistence.queries.told import ToldLine, told_of_tasks
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.clock_explanations import calendar_versions, clock_stories
from tracker.services.context import Floor
from tracker.services.task_records import TaskRecord

#: What the calendar that comes with the program is called in the database.
SHIPPED = "chinesecalendar"
OFFICE_MESSAGES = frozenset({"draft_waiting", "decision_risen"})
OPENED = "paper.opened"
FIRED = (RungState.FIRED, RungState.SKIPPED)


@dataclass(frozen=True)
class Told:
    """Sentences and the same as data."""

    lines: tuple[str, ...]
    plain: dict[str, Any]


@dataclass(frozen=True)
class _Tables:
    """What stands in the tables beside the record of one task; `steps` = the records of the papers with its findings."""

    sources: Mapping[int, str]
    findings: Sequence[FindingStanding]
    steps: Mapping[int, Sequence[HistoryEvent]]
    told: Sequence[ToldLine]
    clocks: Mapping[str, ClockRow]
    firings: set[tuple[str, int, int]]


def explain_task(uow: UnitOfWork, floor: Floor, record: TaskRecord) -> Told:
    """Return the whole explanation of a task, as far as the viewer of `record` may know it."""
    return explain_tasks(uow, floor, {record.task.id: record})[record.task.id]


def explain_tasks(uow: UnitOfWork, floor: Floor, records: Mapping[int, TaskRecord]) -> dict[int, Told]:
    """Return the explanations of tasks by id, in as many queries as that of one takes."""
    versions = {task_id: calendar_versions(record) for task_id, record in records.items()}
    sources = calendar_sources(uow.session, {one for some in versions.values() for one in some})
    standing = findings_of_tasks(uow.session, records)
    findings = {
        task_id: [one for one in standing[task_id] if record.inside or one.issued_at]
        for task_id, record in records.items()
    }
    papers = {one.notice_id for some in findings.values() for one in some if one.notice_id is not None}
    steps = read_histories(uow.session, kind="notice", subjects=papers)
    told, firings = told_of_tasks(uow.session, records), firings_of_tasks(uow.session, records)
    clocks: dict[int, dict[str, ClockRow]] = {task_id: {} for task_id in records}
    for row in uow.clocks.of_tasks(list(records)):
        clocks[row.task_id][row.name] = row
    return {
        task_id: _explain(floor, record, _Tables(
            {one: source for one, source in sources.items() if one in versions[task_id]}, findings[task_id], steps,
            told[task_id], clocks[task_id], firings[task_id],
        ))
        for task_id, record in records.items()
    }  # fmt: skip


def _explain(floor: Floor, record: TaskRecord, tables: _Tables) -> Told:
    sources, findings = tables.sources, tables.findings
    stories = clock_stories(record, sources)
    fired = [one for one in record.line.past if one.kind is Kind.RUNG and one.state in FIRED]
    coming = [one for one in record.line.coming if one.state in (RungState.DUE, RungState.COMING)]
    decided = [(one, _decisions(one, tables.steps, inside=record.inside)) for one in findings]
    told = [one for one in tables.told if record.inside or _may_know(one, record)]
    differences = tuple(_differences(record, tables))
    today = record.words.today
    lines = [
        _opening(record),
        *(line for story in stories for line in story.lines(floor.calendars)),
        _calendars(sources),
        *(_fired_line(one, record) for one in fired),
        *(
            f"{say_moment(one.at, today)}{one.who}首次拆阅，不再改请他人。"
            for one in record.history
            if one.kind == OPENED
        ),
        *(_decided_line(one, steps, record) for one, steps in decided),
        *(f"{say_moment(one.at, today)}告知{one.person}（{one.title}）：{one.outcome}。" for one in told),
        *differences,
    ]
    known = {one.ref for one in findings}
    plain = {
        "ref": record.task.ref, "state": record.state, "clocks": [story.plain() for story in stories],
        "fired": [_fired_plain(one, known) for one in fired],
        "coming": [_coming_plain(one) for one in coming],
        "decisions": [_decision_plain(one, steps) for one, steps in decided],
        "told": [{"at": t.at.isoformat(), "person": t.person, "message": t.title, "outcome": t.outcome} for t in told],
        "differences": list(differences),
    }  # fmt: skip
    return Told(tuple(lines), plain)


def _may_know(one: ToldLine, record: TaskRecord) -> bool:
    """Tell whether somebody outside the office may know of a message: not of what the office says to itself of a paper."""
    return one.message not in OFFICE_MESSAGES and (record.issued_at is None or one.at >= record.issued_at)


def _calendars(sources: Mapping[int, str]) -> str:
    named = [
        f"第{version}版工作日历（{'系统自带的放假安排' if source.startswith(SHIPPED) else source}）"
        for version, source in sources.items()
    ]
    return f"工作日按{'、'.join(named)}计算。"


def _opening(record: TaskRecord) -> str:
    began = record.issued_at if record.issued_at and not record.inside else record.events[0].at
    state = record.definition.states[record.state]
    waits = "" if state.final else f"，{WAITS_FOR_TITLES[state.waits_for]}"
    return (
        f"“{record.task.title}”由{record.setting.unit_name}承办，{say_moment(began, record.words.today)}开始，"
        f"现在是“{state.title}”{waits}。"
    )


def _fired_line(one: Entry, record: TaskRecord) -> str:
    when, title = say_moment(one.at, record.words.today) if one.at else "", one.rung.title
    if one.state is RungState.SKIPPED:
        return f"{when}“{title}”不再重复发出：更高一级的措施已经包含这件事。"
    inputs = "".join(fired_inputs(one, record.words))
    return f"{when}因{cause_words(one.cause, one.rung)}触发“{title}”：{does(one.rung, record.words.judge)}。{inputs}"


def _fired_plain(one: Entry, known_findings: set[str]) -> dict[str, Any]:
    said = dict(one.event.payload) if one.event else {}
    said.pop("clocks", None)
    if said.get("finding") not in known_findings:
        said["finding"] = None
    late = one.at - one.fell_due_at if one.at and one.fell_due_at else None
    return said | {
        "at": one.at.isoformat() if one.at else None, "title": one.rung.title,
        "late_seconds": int(late.total_seconds()) if late else 0,
    }  # fmt: skip


def _coming_plain(one: Entry) -> dict[str, Any]:
    return {
        "at": one.at.isoformat() if one.at else None, "clock": one.clock.name if one.clock else None,
        "rung_name": one.rung.name, "title": one.rung.title, "act": one.rung.act.value, "raises": one.rung.raises,
        "to": list(one.rung.to), "cause": one.cause, "served_by": one.served_by,
    }  # fmt: skip


def _decisions(
    one: FindingStanding, steps: Mapping[int, Sequence[HistoryEvent]], *, inside: bool
) -> list[HistoryEvent]:
    """Return what people did with a finding, from the record of the paper that holds its line."""
    if one.notice_id is None:
        return []
    of_paper = steps[one.notice_id]
    return [step for step in of_paper if _concerns(step, one) and (inside or step.kind in SEEN_OUTSIDE)]


def _concerns(step: HistoryEvent, one: FindingStanding) -> bool:
    if step.kind in ("notice.item_struck", "notice.item_restored"):
        return step.payload.get("item") == one.item_id
    if step.kind in ("notice.sealed", "notice.issued", "notice.items_merged"):
        return one.item_id in (step.payload.get("items") or ())
    if step.kind in OBJECTIONS:
        return step.payload.get("item") in (None, one.item_id)
    return step.kind in ("notice.approved", "notice.ended")


STEPS = {
    "notice.item_struck": "划去", "notice.item_restored": "恢复", "notice.items_merged": "并入另一份草稿", "notice.gathering_ended": "单位合并后不再并入新事项", "notice.sealed": "报审", "notice.approved": "批准",
    "notice.issued": "印发", "notice.ended": "终止", "objection.filed": "提出申诉", "objection.decided": "作出申诉决定",
}  # fmt: skip
OBJECTIONS = ("objection.filed", "objection.decided")
#: What those outside the office know of the steps of a paper.
SEEN_OUTSIDE = ("notice.issued", "notice.ended", "notice.slip_made", *OBJECTIONS)
STATUSES = {
    "waiting": "等督导组决定", "struck": "已划去", "waived": "已免于处理", "issued": "已印发",
    "obsolete": "印发前复核时已办结，没有印发",
    "objected": "申诉期间搁置", "overturned": "申诉成立，已撤销",
}  # fmt: skip


def _decided_line(one: FindingStanding, steps: Iterable[HistoryEvent], record: TaskRecord) -> str:
    today, paper = record.words.today, NOTICE_TITLES.get(one.kind, "文书")
    parts = []
    for step in steps:
        reason = f"（理由：{step.payload['reason']}）" if step.payload.get("reason") else ""
        outcome = OUTCOMES.get(str(step.payload.get("outcome")), "")
        number = f"：{outcome}" if outcome else ""
        number += f"，编号{step.payload['number']}" if step.payload.get("number") else ""
        parts.append(f"{say_moment(step.at, today)}{step.who or '系统'}{STEPS[step.kind]}{number}{reason}")
    then = "；".join(parts) or STATUSES.get(one.status, "等督导组决定")
    return f"待处事项{one.ref}（{say_moment(one.raised_at, today)}提出，列入{paper}）：{then}。"


def _decision_plain(one: FindingStanding, steps: Iterable[HistoryEvent]) -> dict[str, Any]:
    return {
        "finding": one.ref, "status": one.status, "raised_at": one.raised_at.isoformat(), "notice": one.notice_ref,
        "number": one.printed_number,
        "steps": [
            {"at": s.at.isoformat(), "kind": s.kind, "who": s.who, "reason": s.payload.get("reason")} for s in steps
        ],
    }  # fmt: skip


def _differences(record: TaskRecord, tables: _Tables) -> Iterator[str]:
    """Yield a sentence for each thing that the tables say otherwise than the record; the record holds."""
    task, states = record.task, record.definition.states
    if task.state != record.state:
        present = states[task.state].title if task.state in states else task.state
        yield _differs(f"任务现在显示“{present}”，记录里是“{states[record.state].title}”")
    rows = tables.clocks
    last = {span.clock.name: span.clock for span in spans(record.events) if span.until is None}
    for name in sorted(rows.keys() | last.keys()):
        title, row, clock = clock_words(name, record.definition), rows.get(name), last.get(name)
        if row is None or clock is None:
            yield _differs(f"{title}只在{'记录' if row is None else '现在的数据'}里有")
        elif (row.due_on, row.due_at) != (clock.due.due_on, clock.due.due_at):
            yield _differs(f"{title}现在显示{say_day(row.due_on)}，记录里是{say_day(clock.due.due_on)}")
        elif (row.status, row.occurrence) != (clock.status.value, clock.occurrence):
            yield _differs(f"{title}现在的计时情况与记录里的不同")
    recorded = {
        (str(e.payload["clock"]), int(e.payload["occurrence"]), int(e.payload["rung"]))
        for e in record.events
        if e.kind in ("rung.fired", "rung.skipped")
    }
    if recorded != tables.firings:
        yield _differs("已触发的提醒和措施与记录里的不同")


def _differs(what: str) -> str:
    return f"记录与现状不一致：{what}。以记录为准，请告诉系统管理员核查。"
