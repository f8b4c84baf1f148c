"""An office's own Word template of a paper: what it may name, and the plain values that it is filled with. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.printed_papers import (
    MARK_DRAFT,
    Acceptance,
    Line,
    PaperFacts,
    PaperForm,
    PaperLayout,
    PrintedItem,
    PrintedPaper,
    paragraphs,
    show_paper_day,
)

#: name → what it stands for. 正文, 事项 and 安排 are lists.
PLACEHOLDERS: Mapping[str, str] = {
    "标题": "文书标题", "文号": "发文字号；草稿时为空", "主送": "受文单位", "正文": "正文各段，逐段循环",
    "事项": "所列事项，逐项循环：序号、内容、措施、责任人、时限", "安排": "约谈时间地点等，逐项循环：名称、内容",
    "回复要求": "何时书面回复，多久不签收视为收到", "发文机关": "署名", "成文日期": "印发日期；草稿时留空", "发文机关标志": "红头上的名称",
    "附注": "联系人等", "抄送": "抄送机关", "签收情况": "谁在何时签收", "文种": "如督导通知书",
    "标记": "草稿、已作废、已更正等，必须印出来",
}  # fmt: skip
#: list → names within one of its rows; a row of 正文 is the paragraph itself.
ROW_NAMES: Mapping[str, tuple[str, ...]] = {
    "事项": ("序号", "内容", "措施", "责任人", "时限"), "安排": ("名称", "内容"),
}  # fmt: skip
#: Without these a printed paper would not say what was approved, or would hide that it is a draft.
REQUIRED = ("标题", "文号", "主送", "正文", "事项", "回复要求", "标记")
#: What of a list's row must be printed.
REQUIRED_OF_ROWS = "内容"


def values_of(facts: PaperFacts) -> dict[str, Any]:
    """Return the values of a paper: texts, and lists of texts; nothing in them acts."""
    draft = (MARK_DRAFT,) if facts.issued_on is None else ()
    return {
        "标题": facts.title,
        "文号": facts.number if facts.issued_on else "",
        "主送": facts.recipient,
        "正文": paragraphs(facts.body),
        "事项": [
            {
                "序号": str(number), "内容": one.words, "措施": one.measure, "责任人": one.leader,
                "时限": show_day(one.limit_on) if one.limit_on else "",
            }
            for number, one in enumerate(facts.items, start=1)
        ],
        "安排": [{"名称": title, "内容": words} for title, words in facts.particulars],
        "回复要求": facts.asked,
        "发文机关": facts.office,
        "成文日期": show_paper_day(facts.issued_on),
        "发文机关标志": facts.layout.letterhead,
        "附注": facts.layout.contact,
        "抄送": "，".join(facts.layout.copies),
        "签收情况": facts.accepted.sentence() if facts.accepted else "",
        "文种": NOTICE_TITLES.get(facts.kind, facts.title),
        "标记": "　".join((*draft, *facts.marks)),
    }  # fmt: skip


def sample_facts(kind: str) -> PaperFacts:
    """Return a made-up paper with everything on it, to try a template out on."""
    items = [
        PrintedItem(
            f"“示例工作{number}”，应于2026年3月20日前办结，至今未办结。", "补办", "主要负责人", date(2026, 4, 10)
        )
        for number in (1, 2, 3)
    ]
    return PaperFacts(
        kind=kind, title=f"示例专项行动{NOTICE_TITLES[kind]}", body="这是示例正文第一段。\n这是第二段。", number="示例督〔2026〕1号",
        recipient="示例村", office="示例镇领导小组办公室", issued_on=date(2026, 3, 26), items=items,
        particulars=[("约谈地点", "镇会议室")], reply="请于签收后5个工作日内书面回复。",
        layout=PaperLayout("示例镇人民政府文件", "联系人：督查室", ("县督查室",)), marks=("示例标记",),
        accepted=Acceptance("示例村", "示例人", "联络员", datetime(2026, 3, 26, 2, 0, tzinfo=UTC)),
    )  # fmt: skip


def bare_facts(kind: str) -> PaperFacts:
    """Return a made-up paper with what every paper has and no more: what must be printed may not hang on anything else."""
    full = sample_facts(kind)
    return replace(full, items=full.items[:1], particulars=(), layout=PaperLayout(), accepted=None)


def must_show(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the words of a paper that must stand on it when it is printed, by placeholder."""
    return {name: _texts(values[name]) for name in REQUIRED}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one if isinstance(one, str) else one[REQUIRED_OF_ROWS] for one in value]


def starter(letterhead: str) -> PrintedPaper:
    """Return a paper made of placeholders, laid out as papers are without a template: what an office begins with."""
    named = {name: f"{{{{ {name} }}}}" for name in PLACEHOLDERS}
    lines = [
        "{%p for 段 in 正文 %}", "{{ 段 }}", "{%p endfor %}",
        "{%p for 项 in 事项 %}", "{{ 项.序号 }}. {{ 项.内容 }}", "{%p endfor %}",
        "{%p for 条 in 安排 %}", "{{ 条.名称 }}：{{ 条.内容 }}", "{%p endfor %}",
        "{%p if 回复要求 %}", named["回复要求"], "{%p endif %}",
    ]  # fmt: skip
    return PrintedPaper(
        form=PaperForm.NOTICE, name="文书模板", marks=(named["标记"],), letterhead=letterhead, number=named["文号"],
        title=(named["标题"],), recipient=named["主送"], lines=tuple(map(Line, lines)), table=None, annex=None,
        office=named["发文机关"], day=named["成文日期"],
        notes=("{%p if 附注 %}", f"（{named['附注']}）", "{%p endif %}", named["签收情况"]), imprint=None,
    )  # fmt: skip
