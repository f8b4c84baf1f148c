"""The measures of GB/T 9704-2012 in Word's own units (DOMAIN.md §2). Clause numbers are the standard's."""

from __future__ import annotations

from tracker.documents.word.markup import BODY, HEI, SONG, TITLE, Face, Look, mm

#: 5.2.1: 天头 37, 订口 28, 版心 156 × 225 mm on A4
PAGE_WIDTH, PAGE_HEIGHT = mm(210), mm(297)
TOP, LEFT, WIDTH_MM, HEIGHT_MM = mm(37), mm(28), 156, 225
RIGHT, BOTTOM = PAGE_WIDTH - LEFT - mm(WIDTH_MM), PAGE_HEIGHT - TOP - mm(HEIGHT_MM)
WIDTH = mm(WIDTH_MM)
#: 5.2.3: 22 lines of 28 letters. 29 pt a line would give 21 (DOMAIN.md §2).
LINES, LETTERS = 22, 28
LINE = 579
#: 三号 is 16 pt and the grid's letter 15.79 pt: what is taken off each, in twips, so that 28 stand in 156 mm.
SQUEEZE = -5
LETTER = WIDTH // LETTERS
#: 7.5: the dash of the page number 7 mm below the type area; its line is about 6 mm high.
FOOTER = BOTTOM - mm(10)
LETTER_HEAD_TOP = mm(30)  # 10.1
DOUBLE_RULE = mm(170)

FACE = Face(BODY, 32, squeeze=SQUEEZE)
BLACK_FACE = Face(HEI, 32, squeeze=SQUEEZE)
TITLE_FACE = Face(TITLE, 44)
SMALL = Face(BODY, 28)  # 四号, 7.4
NUMBER_FACE = Face(SONG, 28)
CELL_FACE, CELL_HEAD = Face(BODY, 24), Face(HEI, 24)  # 小四
LIST_FACE, LIST_HEAD = Face(BODY, 21), Face(HEI, 21)  # 五号, for lists of many columns

TEXT = Look(line=LINE, first=2 * LETTER)
FLUSH = Look(line=LINE)
CENTRED = Look(align="center", line=LINE)
TITLE_LOOK = Look(align="center", line=700, keep_next=True)
EMPTY = Look(line=LINE)


def width_of(text: str) -> float:
    """Return how wide a text is, in letters: figures and Latin ones take half."""
    return sum(0.5 if letter.isascii() else 1.0 for letter in text)
