"""Two-character grams of Chinese text, for the substring search that PostgreSQL here cannot do by itself.

The database keeps the grams of a text in an array column with a GIN index. A text that contains a query
holds every gram of the query. The few that hold them all without containing it are told apart by looking at
the text; so is a query of one character, which has no gram.
"""

from __future__ import annotations

import unicodedata


def bigrams(*texts: str) -> list[str]:
    """Return the sorted unique grams of texts or of a query, folded by NFKC and case.

    Spaces and signs part runs, and no gram spans two: 东岭村（社区） has no gram 村社.
    """
    found: set[str] = set()
    for text in texts:
        folded = unicodedata.normalize("NFKC", text).casefold()
        for run in "".join(sign if sign.isalnum() else " " for sign in folded).split():
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(found)
