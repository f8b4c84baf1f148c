"""Periods as text: "5 working days" and "15 days" in files, 5个工作日 and 15日 for people."""

from __future__ import annotations

import re

from tracker.domain.definition import DayUnit, Within

_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (working |calendar )?days?")


def parse_within(text: str) -> Within:
    """Read "5 working days", "1 working day", "15 days" or "15 calendar days".

    Raises ValueError with a sentence. The unit is never guessed: a bare number is refused.
    """
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"期限“{text}”不对，请写成 5 working days（工作日）或 15 days（自然日）。")
    unit = DayUnit.WORKING_DAY if found[2] == "working " else DayUnit.CALENDAR_DAY
    return Within(int(found[1]), unit)


def format_within(period: Within) -> str:
    """Return the period as people write it: 5个工作日, 15日."""
    return f"{period.amount}{'个工作日' if period.unit is DayUnit.WORKING_DAY else '日'}"
