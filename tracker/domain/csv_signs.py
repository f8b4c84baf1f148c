"""Signs by which a spreadsheet takes a text for a formula, and the apostrophe that keeps it from doing so. Pure."""

from __future__ import annotations

#: A cell that begins with one of these may be run as a formula or a command (full-width forms are read alike).
FORMULA_SIGNS = frozenset("=+-@\t\r\n|＝＋－＠")


def defused(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would take it for a formula."""
    begins = text[:1] in FORMULA_SIGNS or text.lstrip()[:1] in FORMULA_SIGNS
    return f"'{text}" if text and begins else text


def undefused(text: str) -> str:
    """Return a text that came back without the apostrophe that `defused` put before it."""
    return text[1:] if text[:1] == "'" and defused(text[1:]) == text else text
