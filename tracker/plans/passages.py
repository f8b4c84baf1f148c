"""A passage: normalised characters that remember where each stood in the original text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.plans.shapes import Span

_LATIN = re.compile(r"[A-Za-z0-9]")
_INNER_SPACE = re.compile(r"[ \t\u3000]+")


@dataclass(frozen=True)
class Passage:
    """`at[i]` is the place of `text[i]` in the original. Several characters may come from one place (㈠ → （一）)."""

    text: str
    at: Sequence[int]

    def __len__(self) -> int:
        return len(self.text)

    def __bool__(self) -> bool:
        return bool(self.text)

    def cut(self, start: int, end: int | None = None) -> Passage:
        """Return the part from `start` to `end`, as a slice does."""
        return Passage(self.text[start:end], self.at[start:end])

    def strip(self, characters: str | None = None) -> Passage:
        """Return the passage without white space (or `characters`) at both ends."""
        kept = self.text.strip(characters)
        if not kept:
            return EMPTY
        start = len(self.text) - len(self.text.lstrip(characters))
        return self.cut(start, start + len(kept))

    @property
    def span(self) -> Span:
        """Where the passage stands in the original: first character, and one past the last."""
        return (self.at[0], self.at[-1] + 1) if self.text else (0, 0)

    def squeezed(self) -> Passage:
        """Return the passage without spaces, but for those that keep two Latin words or numbers apart."""
        if not _INNER_SPACE.search(self.text):
            return self
        keep: list[tuple[int, int]] = []
        last = 0
        for space in _INNER_SPACE.finditer(self.text):
            keep.append((last, space.start()))
            before, after = self.text[space.start() - 1 : space.start()], self.text[space.end() : space.end() + 1]
            if _LATIN.match(before) and _LATIN.match(after):
                keep.append((space.start(), space.start() + 1))
            last = space.end()
        keep.append((last, len(self.text)))
        return Passage("".join(self.text[a:b] for a, b in keep), [place for a, b in keep for place in self.at[a:b]])


EMPTY = Passage("", ())


def joined(parts: Sequence[Passage]) -> Passage:
    """Return the parts put together in order, with nothing between them."""
    if len(parts) == 1:
        return parts[0]
    return Passage("".join(part.text for part in parts), [place for part in parts for place in part.at])


def one_line(text: str) -> str:
    """Return the text on one line, without white space at its ends."""
    return re.sub(r"[\r\n\t\v\f]+", " ", text).strip()
