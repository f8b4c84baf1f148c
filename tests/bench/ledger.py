"""A long ledger as a workbook, beside XlsxWriter alone writing the same cells with borders in constant memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from tests.bench.figures import Figure
from tracker.documents.sheets.writing import FileSheetWriter
from tracker.domain.sheets import ColumnLayout, LedgerLayout
from tracker.settings import CHECKOUT

COLUMNS = 20


def measure(*, rows: int) -> list[Figure]:
    """Write once each way, each in a process of its own, so that memory is its own too."""
    (seconds, memory), (floor, bare) = _run("ours", rows), _run("bare", rows)
    what = f"a ledger of {COLUMNS} bordered columns as .xlsx; floor: XlsxWriter alone"
    return [
        Figure("ledger_written", rows, seconds, "s", what, floor),
        Figure("ledger_memory", rows, memory, "MB", "most memory of the process that writes it", bare),
    ]


def _run(way: str, rows: int) -> tuple[float, float]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.ledger", way, str(rows)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = ran.stdout.split()
    return float(seconds), float(memory)


def _cells(rows: int) -> Iterator[list[str]]:
    for number in range(rows):
        yield [f"第{number}行的内容{column}" for column in range(COLUMNS - 1)]


def _ours(rows: int) -> None:
    columns = tuple(ColumnLayout(f"第{number}列", 12) for number in range(COLUMNS))
    FileSheetWriter().ledger(LedgerLayout("任务台账", columns, ("共若干项。",), "导出人：测试"), _cells(rows)).close()


def _bare(rows: int) -> None:
    with tempfile.TemporaryFile() as out, xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page, border = book.add_worksheet(), book.add_format({"border": 1})
        for number, row in enumerate(_cells(rows)):
            page.write_number(number, 0, number, border)
            for index, words in enumerate(row, start=1):
                page.write_string(number, index, words, border)


def _peak_memory() -> float:
    """Return the most memory this process took, in MB. getrusage would count the parent's from before exec, too."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    began = time.monotonic()
    {"ours": _ours, "bare": _bare}[sys.argv[1]](int(sys.argv[2]))
    print(f"{time.monotonic() - began:.3f} {_peak_memory():.1f}")
