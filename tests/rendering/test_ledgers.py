"""Ledgers as they come out of the printer: on one page's width, with their head on each page and who took them at its foot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.office import missing_tools, printed, sheets_of
from tracker.documents.sheets.writing import FileSheetWriter
from tracker.domain.ledger_columns import KINDS, sheet_columns
from tracker.domain.sheets import LedgerLayout

MISSING = missing_tools()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(MISSING), reason=MISSING)]
A4, A3 = (297, 210), (420, 297)


@pytest.mark.parametrize("kind", ["tasks", "problems", "rectification", "publicity", "meetings"])
def test_a_ledger_prints_across_one_page_and_its_head_comes_again(tmp_path: Path, kind: str) -> None:
    columns = sheet_columns(kind)
    rows = [[f"RW-2026-{n:04d}", *(f"第{n}行" for _ in columns[2:])] for n in range(1, 121)]
    layout = LedgerLayout(
        KINDS[kind].title, columns, ("截至2026年3月26日，共120项。",), "导出人：张三　2026-03-26 10:00"
    )
    with FileSheetWriter().ledger(layout, rows) as file:
        pages = sheets_of(printed(file.read(), tmp_path, name="ledger.xlsx"))
    assert len(pages) > 1
    assert KINDS[kind].title in pages[0].text
    for number, page in enumerate(pages, start=1):
        assert "序号编号" in page.text
        assert columns[-1].title in page.text, "the last column is on the same page as the first"
        assert "导出人：张三" in page.text
        assert f"第{number}页，共{len(pages)}页" in page.text
        wide = max(word.right for word in page.words)
        assert wide < (A3 if layout.large else A4)[0]
    assert "填报单位（盖章）" in pages[-1].text
    assert "RW-2026-0120" in pages[-1].text
