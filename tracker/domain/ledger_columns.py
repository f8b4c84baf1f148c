"""What each ledger shows: its columns, on the screen and in the file alike, and how a row fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.activity_ledgers import MEETING_COLUMNS, PUBLICITY_COLUMNS, answers_of
from tracker.domain.activity_ledgers import STAGES as ACTIVITY_STAGES
from tracker.domain.definition import FieldType
from tracker.domain.ledger_reading import VERSION
from tracker.domain.lights import LIGHTS
from tracker.domain.objections import OUTCOMES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.sheets import ColumnLayout
from tracker.domain.values import SHANGHAI, severity_title

PROBLEM_STAGES = {
    "with_unit": "单位整改", "reported": "已反馈", "rechecking": "复查中", "closed": "已销号", "withdrawn": "已撤回",
}  # fmt: skip
#: Where a problem came from.
PROBLEM_ORIGINS = {"own": "自查", "inspection": "督导检查"}
LIGHT_STAGES = {code: light.title for code, light in LIGHTS.items()}
_UNIT = ("unit_name", "责任单位")
_STATE = (("state_title", "状态"), ("light_title", "灯"))
_HELD_BY = (
    _UNIT, ("person_name", "填报人"), ("submitted_at", "报送时间"), ("stage_title", "审核"), ("counted", "统计口径"),
    ("campaign_title", "专项行动"),
)  # fmt: skip


@dataclass(frozen=True)
class LedgerKind:
    """One ledger: its title, its columns (name, title) after 序号 and 编号, the titles of its stages.

    `read_back` = its files may come back edited, and so carry the version of each row.
    """

    title: str
    columns: tuple[tuple[str, str], ...]
    stages: Mapping[str, str]
    has_severity: bool = False
    read_back: bool = False
    has_origin: bool = False


KINDS: Mapping[str, LedgerKind] = {
    "tasks": LedgerKind(
        "任务台账",
        (("title", "任务"), ("workflow_title", "类别"), ("ordinal", "方案条目"), _UNIT, ("due_on", "完成时限"), *_STATE,
         ("done_at", "办结时间"), ("campaign_title", "专项行动")),
        LIGHT_STAGES,
    ),
    "problems": LedgerKind(
        "问题台账",
        (("place", "地点"), ("description", "问题"), ("kind_title", "种类"), ("grade_title", "风险"), ("origin_title", "来源"), ("measure", "整改措施"),
         _UNIT, ("leader", "责任人"), ("due_on", "整改时限"), ("stage_title", "进展"), ("light_title", "灯"),
         ("done_at", "销号时间"), ("campaign_title", "专项行动")),
        PROBLEM_STAGES, has_origin=True,
    ),
    "rectification": LedgerKind(
        "整改台账",
        (("title", "整改事项"), ("source", "来源"), ("measure", "整改措施"), _UNIT, ("leader", "责任人"), ("due_on", "整改时限"),
         ("stage_title", "进展"), *_STATE, ("evidence", "佐证（份）"), ("done_at", "销号时间"),
         ("signed_off_by", "验收人"), ("campaign_title", "专项行动")),
        PROBLEM_STAGES, read_back=True,
    ),
    "returns": LedgerKind(
        "报送台账",
        (("submitted_at", "报送时间"), ("form_title", "报送内容"), ("title", "任务"), ("unit_name", "报送单位"),
         ("person_name", "填报人"), ("due_on", "完成时限"), *_STATE, ("campaign_title", "专项行动")),
        LIGHT_STAGES,
    ),
    "publicity": LedgerKind("宣传台账", (*PUBLICITY_COLUMNS, *_HELD_BY), ACTIVITY_STAGES),
    "meetings": LedgerKind("会议台账", (*MEETING_COLUMNS, *_HELD_BY), ACTIVITY_STAGES),
    "extensions": LedgerKind(
        "延期台账",
        (("title", "任务"), _UNIT, ("old_due_on", "原期限"), ("wanted_on", "申请延至"), ("granted_on", "批准延至"),
         ("reason", "原因"), ("asked_at", "申请时间"), ("decided_at", "审批时间"), ("stage_title", "结果"),
         ("campaign_title", "专项行动")),
        {"asked": "待审批", "granted": "已同意", "refused": "未同意", "dropped": "已撤下"},
    ),
    "objections": LedgerKind(
        "申诉台账",
        (("printed_number", "文书"), ("contested", "申诉内容"), _UNIT, ("filed_at", "提出时间"), *_STATE[:1],
         ("stage_title", "结果"), ("decided_at", "答复时间"), ("decision_reason", "理由"), ("campaign_title", "专项行动")),
        OUTCOMES,
    ),
    "notices": LedgerKind(
        "文书台账",
        (("printed_number", "文号"), ("notice_title", "标题"), ("notice_kind_title", "种类"), ("severity_title", "轻重"),
         ("unit_name", "受文单位"), ("issued_at", "印发时间"), ("due_on", "回复期限"), *_STATE, ("filed_as", "归档"), ("campaign_title", "专项行动")),
        LIGHT_STAGES, has_severity=True,
    ),
    "findings": LedgerKind(
        "待处事项台账",
        (("summary", "事项"), ("notice_kind_title", "拟用文书"), ("severity_title", "轻重"), _UNIT, ("raised_at", "提出时间"),
         ("stage_title", "处理"), ("decided_at", "处理时间"), ("reason", "理由"), ("campaign_title", "专项行动")),
        {"waiting": "待处理", "issued": "已发文", "struck": "已划去", "waived": "免予处理", "obsolete": "已失效",
         "objected": "申诉审理中", "overturned": "申诉成立"},
        has_severity=True,
    ),
}  # fmt: skip


#: Columns that hold sentences, and those that hold a moment; the others are short words or days.
WIDE = frozenset(
    {"description", "measure", "reason", "decision_reason", "summary", "contested", "title", "notice_title", "agreed"}
)
MIDDLING = frozenset(
    {
        "unit_name",
        "campaign_title",
        "place",
        "printed_number",
        "source",
        "form_title",
        "filed_as",
        "opinion",
        "theme",
        "name",
        "forms",
    }
)


def sheet_columns(kind: str) -> tuple[ColumnLayout, ...]:
    """Return the columns of a ledger's workbook."""
    return (
        ColumnLayout("序号", 6), ColumnLayout("编号", 15),
        *(ColumnLayout(title, _wide(name)) for name, title in KINDS[kind].columns),
        *((ColumnLayout(VERSION, 8),) if KINDS[kind].read_back else ()),
    )  # fmt: skip


def file_row(kind: str, row: Mapping[str, Any], line: Line) -> tuple[str, ...]:
    """Return a row as files have it, after its number: ref, cells, and the version where it may come back."""
    version = (str(row["version"]),) if KINDS[kind].read_back else ()
    return (line.ref, *line.cells, *version)


def file_heads(kind: str) -> tuple[str, ...]:
    """Return the headings of a file, 序号 first."""
    return tuple(column.title for column in sheet_columns(kind))


def _wide(name: str) -> int:
    if name in WIDE:
        return 34
    return 20 if name in MIDDLING else 17 if name.endswith("_at") else 11


@dataclass(frozen=True)
class Line:
    """One row as it is shown: texts by column, the address behind its number, its unit, and the code of its light."""

    ref: str
    cells: tuple[str, ...]
    light: str
    is_paper: bool
    link_ref: str
    unit_id: int


def line_of(kind: str, row: Mapping[str, Any], catalog: WorkflowCatalog) -> Line:
    """Return a row as it is shown."""
    texts = {name: _text(value) for name, value in row.items()} | _titles(kind, row, catalog)
    is_paper = row["workflow_key"] in NOTICE_TITLES and kind != "findings"
    link = row["ref"] if kind == "notices" else row["task_ref"]
    cells = tuple(texts.get(name, "") for name, _ in KINDS[kind].columns)
    return Line(str(row["ref"]), cells, str(row["light"]), is_paper, str(link), int(row["unit_id"]))


def _titles(kind: str, row: Mapping[str, Any], catalog: WorkflowCatalog) -> dict[str, str]:
    workflow = catalog.workflow(row["workflow_version_id"])
    found = {
        "workflow_title": workflow.title, "state_title": workflow.states[row["state"]].title,
        "light_title": LIGHTS[row["light"]].title, "stage_title": KINDS[kind].stages.get(row["stage"], row["stage"]),
        "severity_title": severity_title(row["severity"], dict(row["campaign_settings"].get("severity_titles", {}))),
    }  # fmt: skip
    if "notice_kind" in row:
        found["notice_kind_title"] = NOTICE_TITLES.get(row["notice_kind"], row["notice_kind"])
    if kind == "problems":
        choices = _choice_titles(row["found_in_version_id"], catalog)
        found["kind_title"] = choices.get(("kind", row["kind"]), row["kind"])
        found["origin_title"] = f"{PROBLEM_ORIGINS[row['origin']]} {row['visit_ref'] or ''}".rstrip()
        found["grade_title"] = choices.get(("risk_grade", row["risk_grade"]), row["risk_grade"])
    if kind == "returns":
        form = catalog.workflow(row["form_version_id"]).forms.get(row["form_key"])
        found["form_title"] = form.title if form else row["form_key"]
    if "answers" in row:
        found |= answers_of(row, catalog)
    return found


def _choice_titles(version_id: int, catalog: WorkflowCatalog) -> dict[tuple[str, str], str]:
    """Return the titles of choices as the form had them in which the problem was reported."""
    return {
        (field.name, value): title
        for form in catalog.workflow(version_id).forms.values()
        for field in form.fields
        if field.type is FieldType.CHOICE
        for value, title in field.options.items()
    }


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case _:
            return str(value)
