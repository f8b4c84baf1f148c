"""约谈记录 as it is printed: written on by hand, or filled in, and signed by both sides. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.domain.deadlines import show_day
from tracker.domain.printed_papers import Cell, PaperFacts, PaperForm, PrintedItem, PrintedPaper, Table

#: Places for agreed items on a record that is still to be written.
BLANK_ROWS = 3


def _agreed_rows(agreed: Sequence[PrintedItem]) -> list[tuple[Cell, ...]]:
    """Return 商定整改事项, with empty places on a blank."""
    heads = tuple(Cell(title, head=True) for title in ("商定整改事项", "整改措施", "责任人（职务）", "整改时限"))
    rows = [
        (
            Cell(f"{number}. {one.text}"), Cell(one.measure), Cell(one.leader, align="center"),
            Cell(show_day(one.limit_on) if one.limit_on else "", align="center"),
        )
        for number, one in enumerate(agreed, start=1)
    ]  # fmt: skip
    return [heads, *(rows or [(Cell(tall=16), Cell(), Cell(), Cell())] * BLANK_ROWS)]


def compose_record(
    facts: PaperFacts, filled: Sequence[tuple[str, str]], agreed: Sequence[PrintedItem] = ()
) -> PrintedPaper:
    """Return 约谈记录: what was planned, what was said by both sides and agreed on, and the places where both sign.

    `filled` are (title, words) of the record; where it is empty, the sheet is a blank to be written on.
    """
    known = {title for title, _ in filled}
    planned = [(title, words) for title, words in facts.particulars if title not in known]
    rows: list[tuple[Cell, ...]] = [(Cell("被约谈单位", head=True), Cell(facts.recipient, across=3))]
    rows += [(Cell(title, head=True), Cell(words, across=3)) for title, words in planned]
    items = "\n".join(f"{number}. {one.words}" for number, one in enumerate(facts.items, start=1))
    rows.append((Cell("约谈事由", head=True), Cell(items, across=3)))
    rows += [(Cell(title, head=True), Cell(words, across=3, tall=0 if words else 22)) for title, words in filled]
    if agreed or not any(words for _, words in filled):
        rows += _agreed_rows(agreed)
    rows.append((
        Cell("约谈方签字", head=True), Cell(tall=18), Cell("被约谈方签字", head=True), Cell(),
    ))  # fmt: skip
    rows.append((Cell("记录人签字", head=True), Cell(tall=14), Cell("签字日期", head=True), Cell("　　年　　月　　日")))
    return PrintedPaper(
        form=PaperForm.SHEET, name=f"{facts.number}-{facts.recipient}-约谈记录", marks=facts.marks, letterhead="",
        number=facts.number, title=("约谈记录",), recipient="", lines=(), table=Table((34, 44, 34, 44), tuple(rows)),
        annex=None, office="", day="", notes=(), imprint=None,
    )  # fmt: skip
