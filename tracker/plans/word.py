"""A .docx → its text: one line a paragraph with Word's own numbers, one line with tabs a table row.

The document is read as a stream of elements, so that a large one costs little memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.plans.ordinals import ordinal_at
from tracker.plans.passages import one_line
from tracker.plans.word_numbering import Numbering, read_numbering
from tracker.plans.word_package import MAIN, WordPackage, careful_parser, parse

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_SKIPPED = {_W + "del", _W + "moveFrom", _W + "instrText", _W + "delText", _W + "pict",
            "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"}  # fmt: skip
_DEEPEST_SPAN = 60


@dataclass
class _Paragraph:
    text: list[str] = field(default_factory=list)
    style: str = ""
    number: str | None = None
    level: int | None = None


@dataclass
class _Table:
    above: dict[int, str] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    spans: list[tuple[int, bool]] = field(default_factory=list)


def text_of_word(content: bytes) -> str:
    """Return the text of a .docx. Raises PlanUnreadable for what is none, for macros, bombs and entities."""
    package = WordPackage(content)
    numbering = read_numbering(package.tree("word/numbering.xml"), package.tree("word/styles.xml"))
    reader = _Reader(numbering)
    parser = careful_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parse(parser, package.part(MAIN) or b"")
    return "\n".join(reader.lines)


class _Reader:
    """Gathers lines from the elements of document.xml."""

    def __init__(self, numbering: Numbering) -> None:
        self.lines: list[str] = []
        self._numbering = numbering
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._skipping = 0
        self._in_text = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        if self._skipping or name in _SKIPPED:
            self._skipping += 1
            return
        if not name.startswith(_W):
            return
        tag, value = name[len(_W) :], attributes.get(_W + "val", "")
        if tag == "p":
            self._paragraphs.append(_Paragraph())
        elif tag == "t":
            self._in_text = True
        elif tag in ("tbl", "tr", "tc", "gridSpan", "vMerge"):
            self._start_table(tag, value)
        elif self._paragraphs:
            self._in_paragraph(tag, value)

    def _in_paragraph(self, tag: str, value: str) -> None:
        paragraph = self._paragraphs[-1]
        if tag == "pStyle":
            paragraph.style = value
        elif tag == "numId":
            paragraph.number = value
        elif tag == "ilvl":
            paragraph.level = int(value) if value.isascii() and value.isdigit() and len(value) < 3 else 0
        elif tag in ("tab", "br", "cr"):
            paragraph.text.append(" ")

    def _start_table(self, tag: str, value: str) -> None:
        if tag == "tbl":
            self._tables.append(_Table())
        elif not self._tables:
            return
        elif tag == "tr":
            self._tables[-1].cells, self._tables[-1].spans = [], []
        elif tag == "tc":
            self._tables[-1].cells.append([])
            self._tables[-1].spans.append((1, False))
        elif self._tables[-1].spans:
            span, merged = self._tables[-1].spans[-1]
            if tag == "gridSpan":
                span = min(int(value), _DEEPEST_SPAN) if value.isascii() and value.isdigit() and len(value) < 4 else 1
            else:
                merged = value != "restart"
            self._tables[-1].spans[-1] = (span, merged)

    def characters(self, text: str) -> None:
        """Take text, if a run of text is open."""
        if self._in_text and not self._skipping and self._paragraphs:
            self._paragraphs[-1].text.append(text)

    def end(self, name: str) -> None:
        """End an element."""
        if self._skipping:
            self._skipping -= 1
            return
        if name == _W + "t":
            self._in_text = False
        elif name == _W + "p" and self._paragraphs:
            self._write(self._finish(self._paragraphs.pop()))
        elif name == _W + "tr" and self._tables:
            self._row(self._tables[-1])
        elif name == _W + "tbl" and self._tables:
            self._tables.pop()

    def _finish(self, paragraph: _Paragraph) -> str:
        text = one_line("".join(paragraph.text))
        number, level = paragraph.number, paragraph.level
        if number is None and paragraph.style in self._numbering.style_numbers:
            number, styled = self._numbering.style_numbers[paragraph.style]
            level = styled if level is None else level
        if not text:
            return ""
        label = self._numbering.next_label(number, level or 0) if number and number != "0" else ""
        depth = self._numbering.style_headings.get(paragraph.style)
        if depth and not label and ordinal_at(text) is None:
            return "#" * depth + " " + text
        return label + text

    def _write(self, line: str) -> None:
        if self._tables and self._tables[-1].cells:
            if line:
                self._tables[-1].cells[-1].append(line)
        else:
            self.lines.append(line)

    def _row(self, table: _Table) -> None:
        cells: list[str] = []
        if len(table.cells) == 1:  # A frame around text, not a table of duties.
            lines = table.cells[0]
        else:
            for texts, (span, merged) in zip(table.cells, table.spans, strict=True):
                text = table.above.get(len(cells), "") if merged else " ".join(texts)
                table.above[len(cells)] = text
                cells.extend([text, *[""] * (span - 1)])
            lines = ["\t".join(cells)]
        table.cells, table.spans = [], []
        outer = self._tables[-2] if len(self._tables) > 1 else None
        target = outer.cells[-1] if outer is not None and outer.cells else self.lines
        target.extend(lines)
