"""Any text gives a result or a sentence; every span is true."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracker.plans.files import original_text, read_file
from tracker.plans.reading import PlanUnreadable, read_text
from tracker.plans.shapes import Reading

PIECES = st.sampled_from(
    ["各村", "派出所", "要", "负责", "牵头，", "配合", "（", "）", "【责任单位：", "完成时限：", "。", "；", "，", "\n", "一、", "（一）", "1.", "①",
     "5月底前", "每月19日前", "即日起至", "20xx年", "阶段", "工作方案", "开展排查", "《", "》", "“", "\t", "任务\t责任单位\n", "第三条", "一是", "  ", "附件1", "附件：", "成立领导小组", "办公室设在", "宣传组", "将", "报送", "工作总结", "《登记表》", "约谈", "2025年3月3日", "镇人民政府"],
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=120).map("".join)))
@example("责任单位\r。完成时限:1月前")
def test_no_text_breaks_the_reader_and_spans_lie_in_it(text: str) -> None:
    try:
        reading = read_text(text)
    except PlanUnreadable:
        return
    for measure in reading.measures:
        start, end = measure.span
        assert 0 <= start < end <= len(text)
        assert end - start <= 2 * len(measure.text) + 20
        assert measure.text
    for start, end in reading.unparsed:
        assert 0 <= start < end <= len(text)
    around = (*reading.issuers, *reading.groups, *reading.attachments, *reading.returns, *reading.consequences)
    for each in around:
        assert 0 <= each.span[0] < each.span[1] <= len(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.docx", "a.md", "a"]))
def test_any_bytes_give_a_text_or_a_sentence(content: bytes, name: str) -> None:
    found = reading_or_sentence(name, content)
    if isinstance(found, str):
        assert found.endswith("。")
        return
    text = original_text(name, content)
    assert all(0 <= start < end <= len(text) for start, end in found.unparsed)


def reading_or_sentence(name: str, content: bytes) -> Reading | str:
    try:
        return read_file(name, content)
    except PlanUnreadable as problem:
        return str(problem)


@pytest.mark.parametrize(
    ("opening", "again"),
    [
        ("", "2025年3月3日"),
        ("", "（责任单位：各村、"),
        ("一、任务\n", "（责任单位：派出所【牵头"),
        ("一、任务\n1.查处。责任单位：", "派出所和"),
        ("责任单位：", "牵头，每月19日前牵头，约谈"),
        ("一、任务\n", "各村要开展排查，"),
        ("", "成立由"),
        ("", "将方案及"),
        ("", "下设督导组、"),
        ("附件：\n", "1.甲乙\n"),
        ("", "（"),
    ],
)
def test_endless_texts_end_in_time(opening: str, again: str) -> None:
    text = opening + again * (40_000 // len(again))
    began = time.process_time()
    read_text(text)
    assert time.process_time() - began < 20, (
        "about a second where reading grows with the text, minutes where it does not"
    )
