"""What a printed paper contains: nothing that was not decided, in the form that the office chose."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.printed_papers import (
    MARK_DRAFT,
    Acceptance,
    PaperFacts,
    PaperForm,
    PaperLayout,
    PrintedItem,
    compose_paper,
)
from tracker.domain.printed_records import compose_record

RED = PaperLayout("某镇人民政府文件", "联系人：镇督查室", ("镇纪委",), {})
GIVEN: dict[str, Any] = {
    "kind": "supervision_notice", "title": "督导通知书", "body": "第一段。\n\n 第二段。", "number": "测督〔2026〕7号",
    "recipient": "西村", "office": "某镇反诈办", "issued_on": date(2026, 3, 26),
    "items": [PrintedItem("甲事项。"), PrintedItem("乙事项。", mark="申诉成立，本项撤销")], "particulars": [],
    "reply": "请于签收后5个工作日内书面回复。", "layout": RED, "limit_words": "印发之日起15日内",
}  # fmt: skip


def facts(**changes: Any) -> PaperFacts:
    return PaperFacts(**{**GIVEN, **changes})


@pytest.mark.parametrize("kind", sorted(NOTICE_TITLES))
@pytest.mark.parametrize("form", list(PaperForm))
def test_every_paper_in_every_form_has_its_number_its_lines_its_day_and_its_office(kind: str, form: PaperForm) -> None:
    paper = compose_paper(facts(kind=kind, layout=PaperLayout("某镇文件", "", (), {kind: form})))
    tables = [table for table in (paper.table, paper.annex and paper.annex.table) if table]
    words = [line.text for line in paper.lines] + [cell.text for t in tables for row in t.rows for cell in row]
    said = "\n".join([*words, paper.office, paper.day, paper.recipient])
    assert paper.form is form
    assert paper.number == "测督〔2026〕7号"
    for part in (
        "第一段。",
        "甲事项。",
        "乙事项。（申诉成立，本项撤销）",
        "2026年3月26日",
        "某镇反诈办",
        "西村",
        GIVEN["reply"],
    ):
        assert part in said


def test_a_draft_says_so_and_has_neither_number_nor_imprint() -> None:
    paper = compose_paper(facts(issued_on=None, number=""))
    assert (paper.marks, paper.number, paper.imprint) == ((MARK_DRAFT,), "", None)
    assert paper.day == "　　　　年　　月　　日"


def test_an_office_without_a_red_head_gets_none() -> None:
    assert compose_paper(facts(layout=PaperLayout())).letterhead == ""
    assert compose_paper(facts()).letterhead == "某镇人民政府文件"


def test_the_acceptance_says_who_when_and_from_when_the_limit_runs() -> None:
    at = datetime(2026, 3, 26, 2, 5, tzinfo=UTC)
    paper = compose_paper(
        facts(accepted=Acceptance("西村", "张三", "联络员", at, "，回复期限自签收起算，至2026年4月2日"))
    )
    assert paper.notes == (
        "（联系人：镇督查室）",
        "（签收情况：西村联络员张三于2026年3月26日10时05分在系统签收，回复期限自签收起算，至2026年4月2日。）",
    )


def test_a_list_is_a_table_of_its_own_and_an_item_without_a_limit_says_what_applies() -> None:
    items = [PrintedItem("甲", limit_on=date(2026, 4, 10)), PrintedItem("乙")]
    paper = compose_paper(facts(kind="rectification_notice", items=items))
    assert paper.annex is not None
    heads, first, second = paper.annex.table.rows
    assert [cell.text for cell in heads] == ["序号", "存在问题", "整改措施", "责任人（职务）", "整改时限", "销号情况"]
    assert [cell.text for cell in first] == ["1", "甲", "", "", "2026年4月10日", ""]
    assert second[4].text == "印发之日起15日内"
    assert not any("甲" in line.text for line in paper.lines), "the list is not printed twice"


def test_a_record_shows_both_sides_or_is_a_blank_with_room() -> None:
    planned = [("约谈日期", "2026年4月9日"), ("约谈地点", "镇会议室")]
    filled = compose_record(facts(particulars=planned), [("约谈日期", "2026年4月9日"), ("被约谈单位说明", "人手不足")])
    assert filled.table is not None
    texts = [cell.text for row in filled.table.rows for cell in row]
    assert texts.count("约谈日期") == 1
    assert {"镇会议室", "人手不足", "约谈方签字", "被约谈方签字"} <= set(texts)
    blank = compose_record(facts(particulars=planned), [("被约谈单位说明", "")])
    assert blank.table is not None
    assert any(cell.tall >= 20 for row in blank.table.rows for cell in row)


def test_a_layout_is_read_back_as_it_was_stored() -> None:
    layout = PaperLayout("某镇文件", "联系人", ("甲", "乙"), {"circular": PaperForm.LETTER})
    assert PaperLayout.from_plain(layout.to_plain()) == layout
    assert PaperLayout.from_plain({}) == PaperLayout()
