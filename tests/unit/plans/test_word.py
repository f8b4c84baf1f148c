"""Word files: Word's own numbers, tables with merged cells, headings; and what is refused."""

import io
import zipfile

import pytest

from tests.unit.plans.plans_written import CHINESE_LIST, numbered, paragraph, table, word
from tracker.plans.files import original_text, read_file
from tracker.plans.reading import PlanUnreadable


def test_word_s_own_numbers_are_read() -> None:
    content = word(
        paragraph("柳湾镇2025年防汛工作方案"),
        numbered("工作任务", 0), numbered("排查险段。各村逐段巡查堤防，5月底前完成。", 1),
        numbered("备足物资", 1), numbered("水务站负责采购砂石料。", 2), numbered("工作要求", 0),
        numbering=CHINESE_LIST,
    )  # fmt: skip
    assert original_text("a.docx", content).split("\n")[1:] == [
        "一、工作任务", "（一）排查险段。各村逐段巡查堤防，5月底前完成。", "（二）备足物资", "1.水务站负责采购砂石料。", "二、工作要求",
    ]  # fmt: skip
    assert [(m.ordinal, m.lead_units) for m in read_file("a.docx", content).measures] == [
        ("(一)", ("各村",)),
        ("(二)1", ("水务站",)),
    ]


def test_rows_of_a_table_are_measures_and_merged_cells_count_for_each() -> None:
    content = word(
        paragraph("柳湾镇2025年防汛工作任务清单"),
        table(
            ("序号", "重点任务", "工作措施", "牵头单位", "配合单位", "完成时限"),
            ("1", "排险", "加固北堤险段", "水务站", "北堤村", "2025年4月底前"),
            ("2", "^", "清理排水沟", "^", "各村", "长期坚持"),
        ),
    )
    first, second = read_file("a.docx", content).measures
    assert (first.text, first.path, first.lead_units, first.support_units) == (
        "加固北堤险段",
        ("排险",),
        ("水务站",),
        ("北堤村",),
    )
    assert (second.path, second.lead_units) == (("排险",), ("水务站",))
    assert second.deadline is not None
    assert second.deadline.type == "continuous"


def test_headings_without_numbers_are_headings() -> None:
    styles = '<w:style w:styleId="2"><w:name w:val="heading 2"/></w:style>'
    content = word(
        paragraph("柳湾镇2025年防汛工作方案"),
        paragraph("巡堤查险", '<w:pStyle w:val="2"/>'),
        paragraph("各村每天巡堤2次。"),
        styles=styles,
    )
    assert "## 巡堤查险" in original_text("a.docx", content)
    assert read_file("a.docx", content).measures[0].lead_units == ("各村",)


def test_deleted_text_is_not_read() -> None:
    content = word("<w:p><w:del><w:r><w:t>旧句子</w:t></w:r></w:del><w:r><w:t>新句子</w:t></w:r></w:p>")
    assert original_text("a.docx", content) == "新句子"


def test_macros_are_refused() -> None:
    with pytest.raises(PlanUnreadable, match="宏"):
        original_text("a.docx", word(paragraph("文字"), word__vbaProject_dot_bin=b"x"))


def test_entities_are_refused_before_they_grow() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", bomb)
    with pytest.raises(PlanUnreadable, match="外部实体"):
        original_text("a.docx", stream.getvalue())


def test_entities_in_the_numbering_are_refused_too() -> None:
    content = word(paragraph("文字"), word__styles_dot_xml=b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>')
    with pytest.raises(PlanUnreadable, match="外部实体"):
        original_text("a.docx", content)


def test_a_part_that_unpacks_too_large_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (64 * 1024**2))
    with pytest.raises(PlanUnreadable, match="过大"):
        original_text("a.docx", stream.getvalue())


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", word(paragraph("字"))[:200]])
def test_a_broken_package_is_said_to_be_broken(content: bytes) -> None:
    with pytest.raises(PlanUnreadable, match="打不开"):
        original_text("a.docx", content)


def test_broken_xml_is_said_to_be_broken() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<w:document><w:p>")
    with pytest.raises(PlanUnreadable, match="打不开"):
        original_text("a.docx", stream.getvalue())


def test_another_office_file_is_named_as_such() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("xl/workbook.xml", "<a/>")
    with pytest.raises(PlanUnreadable, match="不是 Word"):
        original_text("a.docx", stream.getvalue())
