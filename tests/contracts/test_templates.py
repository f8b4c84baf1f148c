"""What every template owes those who hear the page instead of seeing it, also pages no browser test reaches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "tracker" / "web" / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
NAMED = re.compile(r"aria-label(ledby)?=|<caption")


def test_there_are_templates_to_look_at() -> None:
    assert len(PAGES) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_every_table_has_a_name_and_every_head_says_of_what(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for table in re.findall(r"<table.*?(?:<t(?:head|body|r)\b|</table>)", text, re.DOTALL):
        assert NAMED.search(table), f"a table without a name: {table[:80]}"
    for head in re.findall(r"<th\b[^>]*>", text):
        assert "scope=" in head, f"a head of nothing: {head}"
