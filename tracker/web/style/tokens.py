"""The tokens of `static/css/tokens.css` as values, read from the file itself, so that the style page cannot say other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"/\*\s*(?P<title>[^*]+?)\s*\*/|--(?P<name>[a-z0-9-]+):\s*(?P<value>[^;]+);")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|rgb\(.*\)", re.IGNORECASE)
_LENGTH = re.compile(r"(?P<amount>[0-9.]+)(?P<unit>rem|px)")
PIXELS_A_REM = 16


@dataclass(frozen=True)
class Token:
    """One token. `pixels` is its length where it is one, rounded; 0 where it is none."""

    name: str
    value: str

    @property
    def is_colour(self) -> bool:
        """Tell whether it is a colour."""
        return _COLOUR.fullmatch(self.value) is not None

    @property
    def pixels(self) -> int:
        """Return its length in pixels."""
        found = _LENGTH.fullmatch(self.value)
        if found is None:
            return 0
        return round(float(found["amount"]) * (PIXELS_A_REM if found["unit"] == "rem" else 1))


@dataclass(frozen=True)
class TokenGroup:
    """Tokens under one heading of the file."""

    title: str
    tokens: tuple[Token, ...]


def read_tokens(sheet: Path) -> tuple[TokenGroup, ...]:
    """Return the tokens of a sheet by its headings, in its order."""
    groups: list[tuple[str, list[Token]]] = []
    body = sheet.read_text(encoding="utf-8").partition(":root")[2]
    for part in _PART.finditer(body):
        if part["title"]:
            groups.append((part["title"], []))
        elif groups:
            groups[-1][1].append(Token(part["name"], part["value"]))
    return tuple(TokenGroup(title, tuple(tokens)) for title, tokens in groups)
