"""Brackets, matched: where each opens and closes, in one pass."""

from __future__ import annotations

_PAIRS = {"（": "）", "【": "】"}
_LONGEST = 600


def outer_brackets(text: str) -> list[tuple[int, int]]:
    """Return (place of the opening, one past the closing) of each outermost bracket, in order.

    A bracket that is never closed, or only after 600 characters, is none.
    """
    found: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if stack and place - stack[0][1] > _LONGEST:
            stack.clear()
        if character in _PAIRS:
            stack.append((_PAIRS[character], place))
        elif stack and character == stack[-1][0]:
            _, opened = stack.pop()
            if not stack:
                found.append((opened, place + 1))
    return found
