"""Rows of the workbench as the page shows them: how long a matter has waited, until when, and whose move it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flask import url_for

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.extending import WAITING_TITLES, answer_step
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Viewer
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.values import local_date, severity_colour, severity_title
from tracker.persistence.queries.chains import Chain
from tracker.persistence.queries.paging import Page
from tracker.persistence.queries.triage import Claim
from tracker.persistence.queries.workbench import DraftRow, ExtensionRow, FindingRow, MatterRow
from tracker.web.showing import left_or_late
from tracker.web.workbench.separation import standing

FINDING_STATUS = {
    "waiting": "待处理", "struck": "已划去", "waived": "免于处理", "issued": "已印发", "obsolete": "已失效",
    "objected": "申诉审理中", "overturned": "申诉成立，已撤销",
}  # fmt: skip
#: What rows can be put together by.
GROUPINGS = {
    "unit": "按单位",
    "severity": "按轻重",
    "campaign": "按专项行动",
    "workflow": "按工作类别",
    "task": "按任务",
}
#: section → title and what an empty one says
SECTIONS: Mapping[str, tuple[str, str]] = {
    "reviews": ("待审核", "没有等待审核的报送。"),
    "objections": ("单位申诉", "没有等待答复的申诉。"),
    "open": ("引擎起草", "没有正在汇集的草稿。"),
    "sealed": ("待审批", "没有等待审批的文书。"),
    "approved": ("待印发", "没有批准后待印发的文书。"),
    "extensions": ("延期申请", "没有等待答复的延期申请。"),
    "watched": ("待约谈、回头看", "近期没有要约谈或回头看的事项。"),
}


@dataclass(frozen=True)
class Line:
    """One row of a section. `marks` are short facts; `kind` is the small print; `blocked` says what is another's.

    group     under which heading it stands, empty where rows are not put together
    in_hand   who has it in hand just now
    colour    what the campaign gives the severity that `kind` then names
    """

    url: str
    title: str
    ref: str
    unit_id: int
    unit: str
    campaign: str
    kind: str
    state: str
    marks: tuple[str, ...]
    due_on: date | None
    due_text: str
    late: bool
    blocked: str
    group: str = ""
    in_hand: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the workbench."""

    key: str
    title: str
    nothing: str
    total: int
    lines: tuple[Line, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Bench:
    """What every row is judged by."""

    viewer: Viewer
    catalog: WorkflowCatalog
    calendar: WorkingCalendar
    now: datetime
    chains: Mapping[int, Chain]
    sort: str | None = None
    claims: Mapping[str, Claim] = field(default_factory=dict)

    def line(self, row: MatterRow | DraftRow | ExtensionRow) -> Line:
        """Return a row of any section."""
        if isinstance(row, DraftRow):
            made = self._draft(row)
        else:
            made = self._matter(row) if isinstance(row, MatterRow) else self._extension(row)
        return replace(made, group=self.group_of(row), in_hand=self.in_hand(made.ref))

    def in_hand(self, ref: str) -> str:
        """Return who else has a matter in hand, in words; empty when nobody has."""
        claim = self.claims.get(ref)
        return f"{claim.name}正在处理" if claim is not None else ""

    def group_of(self, row: MatterRow | DraftRow | ExtensionRow | FindingRow) -> str:
        """Return the heading under which a row stands."""
        match self.sort:
            case "unit":
                return row.unit_name
            case "campaign":
                return row.campaign_title
            case "workflow":
                return self.catalog.workflow(row.workflow_version_id).title
            case "task":
                return row.task_title if isinstance(row, FindingRow) else row.title
            case "severity" if isinstance(row, DraftRow | FindingRow):
                return severity_title(row.severity, dict(row.settings.get("severity_titles", {})))
        return ""

    def _matter(self, row: MatterRow) -> Line:
        """Return a task or paper that waits for judgement."""
        definition = self.catalog.workflow(row.workflow_version_id)
        paper = row.notice_ref
        url = url_for("notices.show", ref=paper) if paper else url_for("tasks.show", ref=row.task_ref)
        return Line(
            url, definition.title if paper else row.title, row.notice_ref or row.task_ref, row.unit_id, row.unit_name,
            row.campaign_title, "文书" if paper else definition.title, definition.states[row.state].title, (self._waited(row.since),), row.clock_due_on,
            self.left(row.clock_due_on, row.clock_due_at), self._is_late(row.clock_due_at),
            standing(self.viewer, row, self.catalog, self.chains).sentence,
        )  # fmt: skip

    def _draft(self, row: DraftRow) -> Line:
        """Return a paper on its way to being issued."""
        definition = self.catalog.workflow(row.workflow_version_id)
        oldest = f"，最早的一项{self._days(row.oldest_at)}提出" if row.oldest_at is not None else ""
        marks = [f"{row.items}项{oldest}", f"第{row.version}版"]
        if row.struck:
            marks.append(f"已划去{row.struck}项")
        severity = severity_title(row.severity, dict(row.settings.get("severity_titles", {})))
        return Line(
            url_for("notices.show", ref=row.ref), NOTICE_TITLES.get(row.kind, definition.title), row.ref,
            row.unit_id, row.unit_name, row.campaign_title, severity, definition.states[row.state].title,
            tuple(marks), row.clock_due_on, self.left(row.clock_due_on, row.clock_due_at),
            self._is_late(row.clock_due_at), standing(self.viewer, row, self.catalog, self.chains, severity=row.severity).sentence,
            colour=severity_colour(row.severity, row.settings),
        )  # fmt: skip

    def why_not(self, row: DraftRow, step: str) -> str:
        """Return why the viewer may not take a step of a draft together with others; empty when he may."""
        planned = self.catalog.workflow(row.workflow_version_id).transition(step)
        if planned is None:
            return "这类文书没有这一步。"
        if planned.form is not None:
            return f"“{planned.title}”要逐份填写，请打开办理。"
        stands = standing(self.viewer, row, self.catalog, self.chains, severity=row.severity)
        if planned.title not in stands.mine:
            return stands.sentence or "这一步由其他岗位的人办理。"
        return ""

    def _extension(self, row: ExtensionRow) -> Line:
        """Return an extension that awaits a decision."""
        until = row.examined_on or row.wanted_on
        wanted = f"{row.old_due_on.month}月{row.old_due_on.day}日 → {until.month}月{until.day}日"
        state = WAITING_TITLES[answer_step(row.steps, examined=row.examined_at is not None)]
        return Line(
            url_for("tasks.show", ref=row.task_ref), row.title, row.task_ref, row.unit_id, row.unit_name, row.campaign_title,
            "延期申请", state, (wanted, f"理由：{_short(row.reason)}", self._waited(row.examined_at or row.asked_at)),
            None, "", False, "",
        )  # fmt: skip

    def finding(self, row: FindingRow) -> dict[str, object]:
        """Return a finding for the list of findings."""
        titles = dict(row.settings.get("severity_titles", {}))
        return {
            "row": row,
            "severity": severity_title(row.severity, titles),
            "colour": severity_colour(row.severity, row.settings),
            "kind": NOTICE_TITLES.get(row.kind, row.kind),
            "status": FINDING_STATUS.get(row.status, row.status),
            "may_waive": row.status == "waiting" and bool(row.draft_open),
            "group": self.group_of(row),
            "in_hand": self.in_hand(row.ref),
        }

    def _waited(self, since: datetime | None) -> str:
        return f"已等{self._span(since)}" if since is not None else ""

    def _days(self, moment: datetime) -> str:
        return f"{self._span(moment)}前" if local_date(moment) != local_date(self.now) else "今天"

    def _span(self, since: datetime) -> str:
        days = (local_date(self.now) - local_date(since)).days
        return f"{days}天" if days else "不到1天"

    def left(self, due_on: date | None, due_at: datetime | None) -> str:
        """Return how long until a due day, or how long past it."""
        return left_or_late(due_on, due_at, now=self.now, calendar=self.calendar)

    def _is_late(self, due_at: datetime | None) -> bool:
        return due_at is not None and self.now >= due_at


def section(bench: Bench, key: str, found: Page[MatterRow] | Page[DraftRow] | Page[ExtensionRow]) -> Section:
    """Return a section of the page."""
    title, nothing = SECTIONS[key]
    lines = tuple(bench.line(row) for row in found.rows)
    return Section(key, title, nothing, found.total, lines, found.number, found.pages)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
