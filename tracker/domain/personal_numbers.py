"""Numbers of private persons in free text: a phone, an identity card, a bank card. Found, named, never repeated.

The engine tracks units, in counts (DESIGN.md §1), so such a number in a text is nearly always a slip. What is found
here is only a likeness: the caller marks the field and lets the person remove it or stand by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum


class PersonalNumber(StrEnum):
    """What a number looks like; the value is what the screen calls it."""

    PHONE = "电话号码"
    IDENTITY = "身份证号"
    BANK_CARD = "银行卡号"


#: The name of a field with this behind it is the tick by which a person stands by what the field holds.
CONFIRMATION = "__personal_ok"

_GAP = "[ -]?"
_PHONE = re.compile(
    rf"(?<![0-9])(?:(?:\+?86|0086){_GAP})?1[3-9][0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}(?![0-9])"
    r"|(?<![0-9])(?:0[0-9]{2,3}-|\(0[0-9]{2,3}\) ?)[1-9][0-9]{6,7}(?![0-9])"
)
_IDENTITY = re.compile(
    rf"(?<![0-9A-Za-z])[1-8][0-9]{{5}}{_GAP}[0-9]{{8}}{_GAP}[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[1-8][0-9]{14}(?![0-9A-Za-z])"
)
_BANK_CARD = re.compile(r"(?<![0-9A-Za-z-])[3-6][0-9]{3}(?:[ -]?[0-9]){11,15}(?![0-9A-Za-z])")
#: The first two digits of an identity number: the province.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def personal_numbers(text: str) -> tuple[PersonalNumber, ...]:
    """Return what kinds of personal number `text` seems to hold, each once, in the order of the enumeration."""
    plain = _plain(text)
    likenesses: tuple[tuple[PersonalNumber, re.Pattern[str], Callable[[str], bool]], ...] = (
        (PersonalNumber.PHONE, _PHONE, bool),
        (PersonalNumber.IDENTITY, _IDENTITY, _is_identity),
        (PersonalNumber.BANK_CARD, _BANK_CARD, _passes_luhn),
    )
    return tuple(
        kind for kind, pattern, holds in likenesses if any(holds(_bare(one[0])) for one in pattern.finditer(plain))
    )


def objection(text: str, *, confirmed: bool, confidential: bool) -> str:
    """Return why a text cannot be taken as it is, as a phrase after the field's title; empty when it can.

    Where a matter is confidential, confirming does not help. The phrase never repeats what was found.
    """
    found = "、".join(personal_numbers(text))
    if not found or (confirmed and not confidential):
        return ""
    if confidential:
        return f"里像是有{found}，这类任务不能写入个人号码，请删去后再提交"
    return f"里像是有{found}，请删去；确需保留的，请打勾确认后再提交"


def _plain(text: str) -> str:
    """Return the text with full-width digits, odd spaces and dashes made plain, and without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in folded if unicodedata.category(sign) != "Cf")
    return re.sub(r"[\u2010-\u2015\u2212\u00b7.]", "-", re.sub(r"[^\S\n]+", " ", seen))


def _bare(found: str) -> str:
    return re.sub(r"[ -]", "", found).upper()


def _is_identity(number: str) -> bool:
    born = number[6:14] if len(number) == 18 else f"19{number[6:12]}"
    if number[:2] not in _PROVINCES or not _is_day(born):
        return False
    return len(number) == 15 or identity_check(number[:17]) == number[17]


def identity_check(first_seventeen: str) -> str:
    """Return the last sign of an identity number of which the first seventeen digits are given (GB 11643)."""
    summed = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECKS[summed % 11]


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year <= 2099
    except ValueError:
        return False


def _passes_luhn(number: str) -> bool:
    doubled = (sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(number)))
    return sum(doubled) % 10 == 0
