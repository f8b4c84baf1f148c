"""Telephone numbers as people write them, and as gateways want them."""

from __future__ import annotations

import re
import unicodedata

MOBILE = re.compile(r"1[0-9]{10}")


def plain_number(typed: str) -> str:
    """Return a number without blanks, dashes, brackets and the country's prefix (+86, 0086, 86)."""
    text = re.sub(r"[\s()\-–—]", "", unicodedata.normalize("NFKC", typed))
    return re.sub(r"^(\+|00)?86(?=1[0-9]{10}$)", "", text)


def is_mobile(number: str) -> bool:
    """Tell whether a plain number can get an SMS: 11 digits that begin with 1."""
    return MOBILE.fullmatch(number) is not None
