"""WordprocessingML as text: tags, runs, paragraphs, tables. The order of properties is the one that the schema asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

MM = 1440 / 25.4
#: What XML 1.0 cannot hold, and halves of surrogate pairs.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

TITLE, BODY, KAI, HEI, SONG = "方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"
LATIN = "Times New Roman"
RED, BLACK, GREY = "E60000", "000000", "7F7F7F"


def tag(name: str, /, *children: str, **attributes: str | int | None) -> str:
    """Return an element of the main namespace; attributes that are None are left out."""
    given = "".join(f" w:{key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    inner = "".join(children)
    return f"<w:{name}{given}>{inner}</w:{name}>" if inner else f"<w:{name}{given}/>"


def mm(length: float) -> int:
    """Return millimetres in twips."""
    return round(length * MM)


@dataclass(frozen=True)
class Face:
    """How letters look. `size` in half-points; `squeeze` in twips between letters."""

    font: str = BODY
    size: int = 32
    colour: str = BLACK
    bold: bool = False
    squeeze: int = 0

    def properties(self) -> str:
        """Return the run properties."""
        return tag(
            "rPr",
            tag("rFonts", ascii=LATIN, hAnsi=LATIN, eastAsia=self.font, cs=LATIN, hint="eastAsia"),
            tag("b") if self.bold else "",
            tag("color", val=self.colour) if self.colour != BLACK else "",
            tag("spacing", val=self.squeeze) if self.squeeze else "",
            tag("sz", val=self.size),
            tag("szCs", val=self.size),
        )


@dataclass(frozen=True)
class Look:
    """How a paragraph stands. Lengths in twips; `line` 0 = as high as its letters."""

    align: str = "both"
    line: int = 0
    before: int = 0
    after: int = 0
    left: int = 0
    right: int = 0
    first: int = 0
    keep_next: bool = False
    keep_lines: bool = False
    page_break: bool = False
    border: str = ""
    frame: str = ""
    tabs: str = ""

    def properties(self) -> str:
        """Return the paragraph properties."""
        spacing: dict[str, str | int | None] = {"before": self.before, "after": self.after}
        if self.line:
            spacing |= {"line": self.line, "lineRule": "exact"}
        hanging = -self.first if self.first < 0 else None
        return tag(
            "pPr",
            tag("keepNext") if self.keep_next else "",
            tag("keepLines") if self.keep_lines else "",
            tag("pageBreakBefore") if self.page_break else "",
            self.frame,
            tag("widowControl", val=0),
            tag("pBdr", self.border) if self.border else "",
            self.tabs,
            tag("kinsoku"),
            tag("overflowPunct"),
            tag("autoSpaceDE", val=0),
            tag("autoSpaceDN", val=0),
            # Every height is given; the grid would stretch the lines of tables and titles to its own.
            tag("snapToGrid", val=0),
            tag("spacing", **spacing),
            tag(
                "ind", left=self.left, right=self.right, firstLine=self.first if self.first > 0 else None,
                hanging=hanging,
            ),
            tag("jc", val=self.align),
        )  # fmt: skip


def run(text: str, face: Face) -> str:
    """Return letters of one look; line ends become breaks."""
    clean = UNWRITABLE.sub("", text).split("\n")
    shown = tag("br").join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean)
    return tag("r", face.properties(), shown)


def field(code: str, face: Face) -> str:
    """Return a field that the program works out, such as PAGE."""
    return "".join(
        tag("r", face.properties(), inner)
        for inner in (
            tag("fldChar", fldCharType="begin"),
            f'<w:instrText xml:space="preserve"> {code} </w:instrText>',
            tag("fldChar", fldCharType="separate"),
            "<w:t>1</w:t>",
            tag("fldChar", fldCharType="end"),
        )
    )


def paragraph(look: Look, *runs: str) -> str:
    """Return a paragraph."""
    return tag("p", look.properties(), *runs)
