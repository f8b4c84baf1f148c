"""Chinese and Arabic numbers up to 99,999, as they stand in outlines, dates and targets."""

from __future__ import annotations

DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10000}
CHINESE = "零〇○一二两三四五六七八九十百千万"


def number(written: str) -> int | None:
    """Return the value of 「12」, 「十二」, 「二十」 or 「二〇二三」; None for what is no number."""
    written = written.strip()
    if not written:
        return None
    if written.isascii() and written.isdigit():
        return int(written) if len(written) < 10 else None
    if all(character in DIGITS or character.isdigit() for character in written):
        digits = "".join(str(DIGITS.get(character, character)) for character in written)
        return int(digits) if digits.isascii() and len(digits) < 10 else None
    total, section, digit = 0, 0, 0
    for character in written:
        if character in DIGITS:
            digit = DIGITS[character]
        elif character == "万":
            total, section, digit = total + (section + digit) * 10000, 0, 0
        elif character in _PLACES:
            section, digit = section + (digit or 1) * _PLACES[character], 0
        else:
            return None
    return total + section + digit
