"""Colours, sizes and distances stand in one sheet, and what the sheets name exists there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SHEETS = Path(__file__).parents[2] / "tracker" / "web" / "static" / "css"
TOKENS = (SHEETS / "tokens.css").read_text(encoding="utf-8")
OTHERS = sorted(sheet for sheet in SHEETS.glob("*.css") if sheet.name != "tokens.css")
KNOWN = set(re.findall(r"(--[a-z0-9-]+):", TOKENS))


@pytest.mark.parametrize("sheet", OTHERS, ids=lambda sheet: sheet.name)
def test_a_sheet_has_no_colour_of_its_own(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    values = " ".join(re.findall(r":([^;{}]+)[;}]", rules))
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", values) == []


@pytest.mark.parametrize("sheet", OTHERS, ids=lambda sheet: sheet.name)
def test_what_a_sheet_names_is_a_token(sheet: Path) -> None:
    named = set(re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text(encoding="utf-8")))
    assert named - KNOWN == set()


def test_every_token_is_used() -> None:
    used = {name for sheet in OTHERS for name in re.findall(r"var\((--[a-z0-9-]+)", sheet.read_text(encoding="utf-8"))}
    assert KNOWN - used == set()
