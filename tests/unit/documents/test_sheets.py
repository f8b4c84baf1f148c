"""Tables come in from Excel and CSV as text with places, and nothing in them is ever worked out."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter
from openpyxl import load_workbook

from tests.support.rosters import as_csv, as_workbook
from tracker.documents.sheets import workbook
from tracker.documents.sheets.reading import FileSheetReader
from tracker.documents.sheets.writing import FileSheetWriter
from tracker.domain.errors import AttachmentRefused
from tracker.domain.sheets import ColumnLayout, MergedArea, SheetLayout, column_letters

READER, WRITER = FileSheetReader(), FileSheetWriter()


def made(fill: object) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        fill(book)  # type: ignore[operator]
    return out.getvalue()


def rezipped(content: bytes, **parts: bytes) -> bytes:
    """Return the package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return out.getvalue()


def refused(name: str, content: bytes) -> str:
    with pytest.raises(AttachmentRefused) as refusal:
        READER.read(name, content)
    return refusal.value.sentence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_encoding_that_offices_use(encoding: str) -> None:
    (sheet,) = READER.read(
        "单位.csv", as_csv(("编码", "名称"), [("a", "甲村\n第二行"), ("", ""), ("b", "乙、村")], encoding)
    )
    assert sheet.name == "单位"
    assert [row.cells for row in sheet.rows] == [("编码", "名称"), ("a", "甲村 第二行"), ("b", "乙、村")]


def test_rows_keep_the_numbers_that_the_persons_own_program_shows() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("单位")
        page.write_row(0, 0, ["编码", "名称"])
        page.write_row(6, 0, ["a", "甲村"])

    (sheet,) = READER.read("a.xlsx", made(fill))
    assert [row.number for row in sheet.rows] == [1, 7]


def test_cells_become_the_text_that_a_person_reads() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_number(0, 0, 13800000001)
        page.write_datetime(0, 1, date(2026, 3, 1), day)
        page.write_boolean(0, 2, True)
        page.write_number(0, 3, 1.5)
        page.write_string(0, 4, "  甲\n村 ")

    (sheet,) = READER.read("a.xlsx", made(fill))
    assert sheet.rows[0].cells[:5] == ("13800000001", "2026-03-01", "是", "1.5", "甲 村")
    assert workbook.text_of_cell(date(2026, 3, 1)) == "2026-03-01"


def test_a_formula_counts_as_its_saved_value_and_is_never_worked_out() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_formula(0, 0, '=HYPERLINK("http://x.invalid","甲")', None, "甲村")

    (sheet,) = READER.read("a.xlsx", made(fill))
    assert sheet.rows[0].cells[0] == "甲村"


def test_merged_cells_are_found_and_hidden_sheets_are_not_read() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("单位")
        page.merge_range("A1:D1", "名册")
        page.merge_range("B3:B5", "甲镇")
        book.add_worksheet("藏").hide()

    (sheet,) = READER.read("a.xlsx", made(fill))
    assert sheet.merged == (MergedArea("A1:D1", 1, 1), MergedArea("B3:B5", 3, 5))


def test_macros_old_formats_other_files_and_empty_ones_are_refused() -> None:
    content = as_workbook(units=[("a", "甲")])
    assert "宏" in refused("a.xlsm", rezipped(content, **{"xl/vbaProject.bin": b"x"}))
    assert "旧版 Excel" in refused("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")
    assert "只收 .xlsx 和 .csv" in refused("a.pdf", b"%PDF-1.7")
    assert "空的" in refused("a.csv", b"")
    assert "编码" in refused("a.csv", b"\x00\x01\x02\xff")
    assert "打不开" in refused("a.xlsx", content[:200])


def test_a_mark_of_secrecy_is_refused_in_name_and_head() -> None:
    head = ("编码", "名称")
    assert "文件名中有密级标志“机密”" in refused("机密名单.csv", as_csv(head, [("a", "甲村")], "utf-8"))
    marked = [("机密★1年", ""), ("a", "甲村")]
    for name, content in (("a.csv", as_csv(head, marked, "utf-8")), ("a.xlsx", as_workbook(marked))):
        assert "文件内容中有密级标志“机密★”" in refused(name, content)


def test_entities_are_refused_before_any_parser_sees_them() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert "打不开" in refused("a.xlsx", rezipped(as_workbook(units=[("a", "甲")]), **{"xl/sharedStrings.xml": bomb}))


def test_what_unpacks_into_too_much_is_refused_by_what_it_says_and_by_what_it_is() -> None:
    content = as_workbook(units=[("a", "甲")])
    steep = rezipped(content, **{"xl/media/big.xml": b" " * (64 * 1024**2)})
    assert "解压后过大" in refused("a.xlsx", steep)
    with pytest.raises(AttachmentRefused, match="解压后过大"):
        workbook.read_workbook(content, most_unpacked=4096)


def test_too_many_rows_and_sheets_are_refused_not_cut_off() -> None:
    with pytest.raises(AttachmentRefused, match="超过3行"):
        workbook.read_workbook(as_workbook(units=[(str(n), "甲") for n in range(4)]), most_rows=3)
    assert "最多12张" in refused("a.xlsx", made(lambda book: [book.add_worksheet() for _ in range(13)]))


def test_a_row_at_the_very_bottom_costs_no_million_rows() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet().write_string(1_048_575, 0, "甲")

    assert "超过" in refused("a.xlsx", made(fill))


def test_a_workbook_goes_out_with_lists_to_choose_from_and_comes_back() -> None:
    layout = SheetLayout("单位", (ColumnLayout("编码"), ColumnLayout("类别", choices=("村", "社区"))), [("=1+1", "村")])
    content = WRITER.workbook((layout, SheetLayout("说明", text=("一", "二"))))
    (validation,) = load_workbook(io.BytesIO(content))["单位"].data_validations.dataValidation
    assert validation.formula1 == '"村,社区"'
    units, notes = READER.read("a.xlsx", content)
    assert units.rows[1].cells == ("=1+1", "村")
    assert [row.cells[0] for row in notes.rows] == ["一", "二"]


def test_a_csv_that_goes_out_holds_no_formula() -> None:
    content = WRITER.separated(SheetLayout("x", (ColumnLayout("甲"),), [("=1+1",), ("@x",), ("村",)]))
    assert content.decode("utf-8-sig").splitlines() == ["甲", "'=1+1", "'@x", "村"]


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
