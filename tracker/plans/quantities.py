"""Targets that can be counted: 「至少3场」, 「不少于5000份」, 「90%以上」, 「达到100%」."""

from __future__ import annotations

import re

from tracker.plans.numerals import number
from tracker.plans.shapes import Quantity

_N = r"(?P<n>\d{1,9}(?:,\d{3})*(?:\.\d{1,3})?|[一二两三四五六七八九十百]{1,4})"
_UNITS = r"(?P<unit>个百分点|场次|人次|万人次|百分点|%|场|次|份|条|人|户|家|期|篇|个|幅|块|处|名|件|起|张|台|套|项|堂|节|部|批|小时|学时|元|万元|面|辆|米|公里)"
_LEAST = re.compile(
    rf"(?:至少|不少于|不低于|不得少于|不得低于|最少|达到?|达|确保|保证|力争|覆盖|完成)[^，。；、\d一二两三四五六七八九十百]{{0,12}}?{_N}{_UNITS}(?P<over>以上)?"
)
_OVER = re.compile(rf"{_N}{_UNITS}(?:以上|及以上)")
_MOST = re.compile(rf"(?:不超过|不高于|不得超过|控制在|低于){_N}{_UNITS}")
_CHANGE = re.compile(
    rf"(?P<way>下降|降低|减少|压降|上升|提高|增长|提升)(?:了|到|至|幅度)?(?:不低于|不少于|至少|达到?)?{_N}(?P<unit>%|个百分点|百分点)"
)
_FULL = re.compile(r"(?:100%|百分之百|百分百)")


def find_quantity(text: str) -> Quantity | None:
    """Return the first target of a measure, or None. Full coverage counts as 100 %."""
    change = _CHANGE.search(text)
    if change:
        direction = "down" if change["way"] in ("下降", "降低", "减少", "压降") else "up"
        return _quantity(change, direction)
    most = _MOST.search(text)
    least = _LEAST.search(text)
    if most and (not least or most.start() < least.start()):
        return _quantity(most, "at_most")
    if least:
        return _quantity(least, "at_least")
    over = _OVER.search(text)
    if over:
        return _quantity(over, "at_least")
    full = _FULL.search(text)
    return Quantity(100, "%", "exactly", full.group()) if full else None


def find_reported(text: str, most: int = 200) -> list[Quantity]:
    """Return the figures that a summary reports, as a return could take them over."""
    found = []
    for each in re.finditer(rf"(?P<what>[\u4e00-\u9fff]{{2,10}}?){_N}(?:余|多)?{_UNITS}", text):
        quantity = _quantity(each, "exactly")
        if quantity:
            found.append(quantity)
        if len(found) >= most:
            break
    return found


def _quantity(found: re.Match[str], direction: str) -> Quantity | None:
    written = found["n"].replace(",", "")
    value = float(written) if written[0].isdigit() else number(written)
    return None if value is None else Quantity(float(value), found["unit"], direction, found.group())
