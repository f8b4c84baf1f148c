"""Two-character grams of Chinese text, for the substring search that PostgreSQL here cannot do by itself.

A text is found by a query when it holds every gram of the query. The database keeps the grams in an array
column with a GIN index; both sides come from this one function, so they always agree.
"""

from __future__ import annotations

import unicodedata


def bigrams(*texts: str) -> list[str]:
    """Return the sorted unique grams of the texts, folded by NFKC and case, without white space or signs.

    A run of one character alone gives that character, so that a short name is found as well. Grams never
    span two runs: 东岭村（社区） has no gram 村社.
    """
    found: set[str] = set()
    for text in texts:
        for run in _runs(text):
            found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return sorted(found)


def _runs(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign if sign.isalnum() else " " for sign in folded).split()
