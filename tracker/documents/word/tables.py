"""Tables of papers: forms, lists that go on over pages, and the 版记 at the foot of the last page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tracker.documents.word import measures as m
from tracker.documents.word.markup import Look, mm, paragraph, run, tag
from tracker.documents.word.package import picture_id
from tracker.documents.word.qr_codes import placed
from tracker.domain.printed_papers import Cell, Imprint, Table

THIN, FIRST, MIDDLE = 4, 8, 6  # eighths of a point: 0.5 pt; 0.35 mm and 0.25 mm for the 版记 (7.4.1)
ROW_LINE = 320
LETTER, IMPRINT_LINE = 280, 480  # 四号, 7.4
#: Wider than this, in letters, and the printing office and the day do not stand on one line.
TOGETHER = 25
AT_FOOT = tag(
    "tblpPr", leftFromText=0, rightFromText=0, vertAnchor="margin", horzAnchor="page", tblpX=m.LEFT, tblpYSpec="bottom",
)  # fmt: skip


def table(one: Table) -> str:
    """Return a bordered table; no row breaks across pages unless it is taller than half of one.

    Its codes are the pictures of the package, in their order.
    """
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    numbers = {code: number for number, code in enumerate(codes_of(one), start=1)}
    rows = [_row(row, one, number < one.repeated, numbers) for number, row in enumerate(one.rows)]
    return tag(
        "tbl",
        tag(
            "tblPr",
            tag("tblW", w=mm(sum(one.widths)), type="dxa"),
            tag("jc", val="center"),
            tag("tblBorders", *(tag(edge, val="single", sz=THIN, space=0, color="auto") for edge in edges)),
            tag("tblLayout", type="fixed"),
            tag("tblCellMar", *(tag(edge, w=85, type="dxa") for edge in ("left", "right"))),
        ),
        tag("tblGrid", *(tag("gridCol", w=mm(width)) for width in one.widths)),
        *rows,
    )


def codes_of(one: Table) -> list[str]:
    """Return what the QR codes of a table hold, each once."""
    return list(dict.fromkeys(cell.code for row in one.rows for cell in row if cell.code))


def _row(row: tuple[Cell, ...], one: Table, repeated: bool, numbers: Mapping[str, int]) -> str:
    tall = max(cell.tall for cell in row)
    letters = max(len(cell.text) for cell in row)
    properties = tag(
        "trPr",
        tag("cantSplit") if letters < 300 else "",
        tag("trHeight", val=mm(tall), hRule="atLeast") if tall else "",
        tag("tblHeader") if repeated else "",
    )
    column, cells = 0, []
    for cell in row:
        width = sum(one.widths[column : column + cell.across])
        cells.append(_cell(cell, width, listed=bool(one.repeated), number=numbers.get(cell.code, 0)))
        column += cell.across
    return tag("tr", properties, *cells)


def _cell(cell: Cell, width: int, *, listed: bool, number: int = 0) -> str:
    faces = (m.LIST_FACE, m.LIST_HEAD) if listed else (m.CELL_FACE, m.CELL_HEAD)
    face, room = faces[cell.head], 20 if listed else 70
    look = Look(align="center" if cell.head else cell.align, line=ROW_LINE - 40 * listed, before=room, after=room)
    lines = cell.text.split("\n")
    first = replace(look, first=0)
    return tag(
        "tc",
        tag(
            "tcPr",
            tag("tcW", w=mm(width), type="dxa"),
            tag("gridSpan", val=cell.across) if cell.across > 1 else "",
            tag("vAlign", val="center"),
        ),
        *([placed(number, picture_id(number))] if number else []),
        *(paragraph(first, run(line, face)) for line in lines if line or not number),
    )


def imprint(one: Imprint, *, letter: bool) -> str:
    """版记 at the foot of the page that it stands on: 抄送, then who printed it when (7.4).

    The letter form has neither the rules nor the printing office (10.1).
    """
    cells = []
    if one.copies:
        # The lines after the first begin under the first name.
        look = Look(align="left", line=IMPRINT_LINE, left=4 * LETTER, first=-3 * LETTER, right=LETTER)
        cells.append(paragraph(look, run(f"抄送：{'，'.join(one.copies)}。", m.SMALL)))
    if not letter:
        cells.append(_printed_by(one))
    rows = []
    for number, inner in enumerate(cells):
        edges = [("top", MIDDLE if number else FIRST)] + ([("bottom", FIRST)] if number == len(cells) - 1 else [])
        drawn = [tag(side, val="single", sz=size, space=0, color="auto") for side, size in edges]
        properties = tag("tcPr", tag("tcW", w=m.WIDTH, type="dxa"), "" if letter else tag("tcBorders", *drawn))
        rows.append(tag("tr", tag("tc", properties, inner)))
    margins = tag("tblCellMar", *(tag(side, w=0, type="dxa") for side in ("left", "right")))
    head = tag("tblPr", AT_FOOT, tag("tblW", w=m.WIDTH, type="dxa"), tag("tblLayout", type="fixed"), margins)
    return tag("tbl", head, tag("tblGrid", tag("gridCol", w=m.WIDTH)), *rows)


def _printed_by(one: Imprint) -> str:
    """印发机关 one letter from the left, 印发日期 one from the right; below each other where they need the room."""
    look = Look(align="left", line=IMPRINT_LINE, left=LETTER, right=LETTER)
    office, day = run(one.office, m.SMALL), run(f"{one.day}印发", m.SMALL)
    if m.width_of(f"{one.office}{one.day}印发") > TOGETHER:
        return paragraph(look, office) + paragraph(replace(look, align="right"), day)
    tabs = tag("tabs", tag("tab", val="right", pos=m.WIDTH - LETTER))
    return paragraph(replace(look, tabs=tabs), office, tag("r", tag("tab")), day)
