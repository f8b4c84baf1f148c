"""What is wrong with a file: where, what, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing at one place. `grave` = nothing is imported until it is put right; else it is only said."""

    sheet: str
    row: int
    column: str
    sentence: str
    letters: str = ""
    grave: bool = True

    @property
    def place(self) -> str:
        """Return the place in words: “人员”第5行“手机”（E列）."""
        parts = [f"“{self.sheet}”"]
        if self.row:
            parts.append(f"第{self.row}行")
        if self.column:
            parts.append(f"“{self.column}”")
        if self.letters:
            parts.append(f"（{self.letters}列）")
        return "".join(parts)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return “是不是…？” with the nearest right word, or nothing."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"是不是“{found[0]}”？" if found else ""
