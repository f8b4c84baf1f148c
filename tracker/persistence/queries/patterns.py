"""Patterns of LIKE."""

from __future__ import annotations

from typing import overload


@overload
def like(sought: str) -> str: ...
@overload
def like(sought: None) -> None: ...
def like(sought: str | None) -> str | None:
    """Return a pattern that finds a text anywhere, its signs taken literally; None finds all."""
    if sought is None:
        return None
    escaped = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
