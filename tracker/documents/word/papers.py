"""The PaperWriter: a composed paper as .docx, in one of its three forms."""

from __future__ import annotations

from dataclasses import replace

from tracker.documents.word import measures as m
from tracker.documents.word.markup import BODY, GREY, RED, TITLE, Face, Look, field, mm, paragraph, run, tag
from tracker.documents.word.package import pack, section_references
from tracker.documents.word.qr_codes import draw
from tracker.documents.word.tables import codes_of, imprint, table
from tracker.domain.printed_papers import Line, PaperForm, PrintedPaper
from tracker.domain.title_lines import title_lines

#: 7.2.4: the 发文机关标志 is at most this high, and smaller where the office's name would not stay on one line.
LARGEST_HEAD, SMALLEST_HEAD = 100, 36
CENTRED = Look(align="center")
MARK_FACE = Face(BODY, 28, GREY, bold=True)
#: 署名 longer than this breaks, in letters of the grid.
LONGEST_SIGNATURE = 22


class WordPaperWriter:
    """Writes .docx."""

    def word(self, paper: PrintedPaper) -> bytes:
        """Return the file. The same paper gives the same bytes."""
        body = [*_top(paper), *_title(paper), *_main(paper), *_signature(paper), *_notes(paper), *_end(paper)]
        codes = codes_of(paper.table) if paper.table is not None else []
        return pack(
            "".join(body) + _section(paper), _parts(paper), title="".join(paper.title), author=paper.office,
            pictures=[draw(code) for code in codes],
        )  # fmt: skip


def _top(paper: PrintedPaper) -> list[str]:
    """版头: the red head with its number and rule; without one, nothing."""
    if not paper.letterhead or paper.form is PaperForm.SHEET:
        return []
    if paper.form is PaperForm.LETTER:
        # The head itself stands in the header of the first page (10.1); here the number, flush right under its rule.
        return [paragraph(Look(align="right", line=m.LINE), run(paper.number, m.FACE)), paragraph(m.EMPTY)]
    lines = _head_lines(paper.letterhead)
    face = _head_face(lines)
    head = (
        "".join(
            paragraph(Look(align="center", before=0 if place else mm(33)), run(line, face))
            for place, line in enumerate(lines)
        )
        + paragraph(m.EMPTY) * 2
    )
    rule = tag("bottom", val="single", sz=12, space=5, color=RED)
    number = paragraph(Look(align="center", line=m.LINE, border=rule), run(paper.number or "　", m.FACE))
    return [head, number, paragraph(m.EMPTY), paragraph(m.EMPTY)]


def _head_lines(letterhead: str) -> tuple[str, ...]:
    """Return 发文机关标志 in one line, or in two where its letters would become too small."""
    longest = int(m.WIDTH / 10 / SMALLEST_HEAD)
    return (letterhead,) if len(letterhead) <= longest else title_lines(letterhead, widest=-(-len(letterhead) // 2) + 1)


def _head_face(lines: tuple[str, ...]) -> Face:
    longest = max(1, *map(len, lines))
    return Face(TITLE, max(22, min(LARGEST_HEAD, int(m.WIDTH / 10 / longest * 0.97))), RED)


def _title(paper: PrintedPaper) -> list[str]:
    title = [paragraph(m.TITLE_LOOK, run(line, m.TITLE_FACE)) for line in paper.title]
    if not paper.letterhead and paper.number:
        align = "right" if paper.form is PaperForm.SHEET else "center"
        title.append(paragraph(Look(align=align, line=m.LINE, after=60, keep_next=True), run(paper.number, m.FACE)))
    return [*title, paragraph(m.EMPTY)] if paper.form is not PaperForm.SHEET else title


def _main(paper: PrintedPaper) -> list[str]:
    found = []
    if paper.recipient:
        found.append(paragraph(m.FLUSH, run(f"{paper.recipient}：", m.FACE)))
    for place, line in enumerate(paper.lines):
        # 署名 and 成文日期 never stand alone on a page: the last lines of the body go with them.
        last = place == len(paper.lines) - 1
        found.append(_line(line, replace(m.TEXT, keep_next=last, keep_lines=last and len(line.text) < 2 * m.LETTERS)))
    if paper.table is not None:
        found.append(table(paper.table))
        found.append(paragraph(Look(line=240)))
    if paper.annex is not None:
        note = run(f"附件：{paper.annex.title}", m.FACE)
        found += [paragraph(replace(m.EMPTY, keep_next=True)), paragraph(replace(m.TEXT, keep_next=True), note)]
    return found


def _line(line: Line, look: Look) -> str:
    label = [run(line.label, m.BLACK_FACE)] if line.label else []
    return paragraph(look, *label, run(line.text, m.FACE))


def _signature(paper: PrintedPaper) -> list[str]:
    """署名 centred over 成文日期, which ends four letters from the right (7.3.5.1); the seal's place stays blank."""
    if not paper.office:
        return []
    name_wide = min(m.width_of(paper.office), LONGEST_SIGNATURE)
    block = max(name_wide, m.width_of(paper.day)) + 2
    right = max(1.0, 4 - (block - m.width_of(paper.day)) / 2)
    look = Look(
        align="center", line=m.LINE, left=max(0, m.WIDTH - round((block + right) * m.LETTER)),
        right=round(right * m.LETTER), keep_next=True, keep_lines=True,
    )  # fmt: skip
    blank = [paragraph(replace(m.EMPTY, keep_next=True))] * (1 if paper.form is PaperForm.SHEET else 2)
    return [*blank, paragraph(look, run(paper.office, m.FACE)), paragraph(replace(look, keep_next=False), run(paper.day, m.FACE))]  # fmt: skip


def _notes(paper: PrintedPaper) -> list[str]:
    return [paragraph(m.TEXT, run(note, m.FACE)) for note in paper.notes]


def _end(paper: PrintedPaper) -> list[str]:
    found = []
    if paper.annex is not None:
        found += [
            paragraph(replace(m.FLUSH, page_break=True), run("附件", m.BLACK_FACE)),
            paragraph(m.EMPTY),
            paragraph(replace(m.TITLE_LOOK, after=200), run(paper.annex.title, m.TITLE_FACE)),
            table(paper.annex.table),
        ]
    if paper.imprint is not None and (paper.imprint.copies or paper.form is not PaperForm.LETTER):
        found.append(imprint(paper.imprint, letter=paper.form is PaperForm.LETTER))
    return [*found, paragraph(Look(line=20))]


def _section(paper: PrintedPaper) -> str:
    letter = _is_letter(paper)
    return tag(
        "sectPr",
        section_references(),
        tag("pgSz", w=m.PAGE_WIDTH, h=m.PAGE_HEIGHT),
        tag(
            "pgMar", top=m.TOP, right=m.RIGHT, bottom=m.BOTTOM, left=m.LEFT,
            header=m.LETTER_HEAD_TOP if letter else mm(15), footer=m.FOOTER, gutter=0,
        ),
        tag("titlePg") if letter else "",
        tag("docGrid", type="lines", linePitch=m.LINE),
    )  # fmt: skip


def _is_letter(paper: PrintedPaper) -> bool:
    return paper.form is PaperForm.LETTER and bool(paper.letterhead)


def _parts(paper: PrintedPaper) -> dict[str, str]:
    marks = paragraph(Look(align="right"), run("　".join(paper.marks), MARK_FACE)) if paper.marks else ""
    head = marks or paragraph(Look(line=20))
    letter = _is_letter(paper)
    return {
        "header_first": _letter_head(paper) if letter else head,
        "header_default": head,
        "header_even": head,
        "footer_first": _letter_foot() if letter else paragraph(Look(line=20)),
        "footer_default": _page_number("right", right=280),
        "footer_even": _page_number("left", left=280),
    }


def _page_number(align: str, *, left: int = 0, right: int = 0) -> str:
    """「— 1 —」 in 四号 宋体, one letter from the outer edge (7.5)."""
    look = Look(align=align, left=left, right=right)
    return paragraph(look, run("— ", m.NUMBER_FACE), field("PAGE", m.NUMBER_FACE), run(" —", m.NUMBER_FACE))


def _letter_head(paper: PrintedPaper) -> str:
    """信函格式: the office's name in red, 4 mm under it a double rule of 170 mm, thick over thin (10.1)."""
    name = paper.letterhead.removesuffix("文件")
    rule = tag("bottom", val="thickThinMediumGap", sz=24, space=11, color=RED)
    over = (m.WIDTH - m.DOUBLE_RULE) // 2
    look = Look(align="center", border=rule, left=over, right=over)
    marks = (
        paragraph(Look(align="right", frame=_at_top()), run("　".join(paper.marks), MARK_FACE)) if paper.marks else ""
    )
    face = _head_face(_head_lines(name))
    *above, last = _head_lines(name)
    return marks + "".join(paragraph(CENTRED, run(line, face)) for line in above) + paragraph(look, run(last, face))


def _at_top() -> str:
    return tag(
        "framePr", w=m.WIDTH, hRule="auto", wrap="around", vAnchor="page", hAnchor="margin", xAlign="right", y=mm(15)
    )


def _letter_foot() -> str:
    """The lower double rule, thin over thick, 20 mm above the paper's end; no number on the first page (10.1)."""
    rule = tag("top", val="thinThickMediumGap", sz=24, space=1, color=RED)
    place = tag(
        "framePr", w=m.DOUBLE_RULE, hRule="auto", wrap="around", vAnchor="page", hAnchor="page", x=mm(20), y=mm(276),
    )  # fmt: skip
    return paragraph(Look(line=60, border=rule, frame=place)) + paragraph(Look(line=20))
