"""How a wrong file is told: file, path, reason, and the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

_LISTABLE = 16


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one file. `path` is as one would say it: states.surveying.title."""

    path: str
    reason: str

    def sentence(self, file: str) -> str:
        """Return the whole sentence for the person who edits the file."""
        place = f"{file}: {self.path}: " if self.path else f"{file}: "
        return place + self.reason


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """Return why a word that is none of `known` is wrong, with the nearest one, or all when few."""
    words = sorted(known)
    nearest = get_close_matches(word, words, n=1, cutoff=0.5)
    if nearest:
        return f"{what}“{word}”不存在。您是不是想写“{nearest[0]}”？"
    if words and len(words) <= _LISTABLE:
        return f"{what}“{word}”不存在。可以写：{'、'.join(words)}。"
    return f"{what}“{word}”不存在。"
