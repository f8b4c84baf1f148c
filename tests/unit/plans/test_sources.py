"""Code pages and files of the wrong kind."""

import pytest

from tracker.plans.files import original_text, read_file
from tracker.plans.reading import PlanUnreadable

TEXT = "柳湾镇2025年防火方案\r\n一、任务\r\n1.各村清理柴草，5月底前完成。\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "gbk", "utf-16", "utf-8-sig"])
def test_every_usual_code_page_is_read(encoding: str) -> None:
    reading = read_file("a.txt", TEXT.encode(encoding))
    assert reading.title == "柳湾镇2025年防火方案"
    assert [measure.lead_units for measure in reading.measures] == [("各村",)]


def test_spans_count_the_mark_at_the_beginning_and_one_character_a_line_end() -> None:
    content = TEXT.encode("utf-8-sig")
    as_read = content.decode("utf-8").replace("\r\n", "\n")
    start, end = read_file("a.txt", content).measures[0].span
    assert as_read[start:end].startswith("各村清理柴草")
    assert original_text("a.txt", content) == as_read


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "另存为 .docx"),
        ("a.wps", b"anything", "另存为 .docx"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "文字识别"),
        ("a.rtf", b"{\\rtf1", "RTF"),
        ("a.txt", b"", "空的"),
        ("a.bin", b"\x00\xff" * 50, "不是文字"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(name: str, content: bytes, says: str) -> None:
    with pytest.raises(PlanUnreadable, match=says):
        read_file(name, content)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(PlanUnreadable, match="20兆"):
        read_file("a.txt", b"a" * (20 * 1024**2 + 1))
