"""宣传台账、会议台账: what was held, as the unit wrote it into its return. Pure.

A return names its fields and the titles of its choices in the version of the workflow that it was written in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tracker.domain.field_words import say_value
from tracker.domain.ports import WorkflowCatalog

STAGES = {"passed": "已审核", "reviewing": "待审核", "with_unit": "未办结", "withdrawn": "已撤回"}
#: Of a duty that was handed down (分解下达) the unit above reports the sum: who adds both up counts twice.
COUNTED_ABOVE = "已计入上级单位"
PUBLICITY_COLUMNS = (
    ("theme", "活动主题"), ("held_on", "开展日期"), ("place", "地点"), ("forms", "宣传形式"), ("sessions", "场次"),
    ("people_reached", "参与人次"), ("leaflets", "发放资料"), ("banners", "横幅、海报、展板"), ("consultations", "接受咨询"),
    ("photo_count", "照片（张）"),
)  # fmt: skip
MEETING_COLUMNS = (
    ("name", "会议名称"), ("kind", "会议类型"), ("held_on", "召开日期"), ("place", "地点"), ("chair", "主持人职务"),
    ("should_attend", "应到单位"), ("attended", "实到单位"), ("agreed", "议定事项"),
)  # fmt: skip


def answers_of(row: Mapping[str, Any], catalog: WorkflowCatalog) -> dict[str, str]:
    """Return what was written into a return, by column; what its version did not ask for stays empty."""
    form = catalog.workflow(row["form_version_id"]).forms.get(row["form_key"])
    answers = row["answers"]
    said = {
        field.name: say_value(field, answers.get(field.name), date.isoformat) for field in (form.fields if form else ())
    }
    if "matters" in row:
        said["agreed"] = _agreed(row["matters"] or ())
    else:
        said["photo_count"] = str(len(answers.get("photos") or ()) or "")
    return {**said, "counted": COUNTED_ABOVE if row["tie"] == "share" else ""}


def _agreed(matters: Iterable[Mapping[str, Any]]) -> str:
    """Return 议定事项, one a line: who does what by when."""
    lines = []
    for number, one in enumerate(matters, start=1):
        limit = f"，{one['limit_on']}前" if one.get("limit_on") else ""
        lines.append(f"{number}. {one.get('matter', '')}（{one.get('responsible', '')}{limit}）")
    return "\n".join(lines)
