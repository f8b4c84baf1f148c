"""Read one typed value: a count, a date, a text. Each answers with the value or raises `Unreadable`.

People type numbers as they write reports: 300余份, 1000多条, 近39万户, １，２００. These are taken as
meant, an integer and whether it is approximate; all else is refused with a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

MAX_COUNT = 10**9

#: Longer than any number or date that a person types; keeps `int` away from megabytes of digits.
_MAX_SHORT = 40
_YEARS = range(1949, 2200)

_MEASURE_WORD = "[个份条户人次名家场处起件栋间套辆张面块幅部台所页册本只遍篇期]{0,2}"
_COUNT = re.compile(
    r"(?P<about>约|大约|近|将近|超|超过|逾)?"
    r"(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<fraction>\.[0-9]+)?"
    r"(?P<scale>[百千万]?)(?P<more>[余多]|来)?(?P<scale_after>万?)" + _MEASURE_WORD + r"(?P<ends>左右|以上|\+)?"
)
_SCALES = {"": 1, "百": 100, "千": 1_000, "万": 10_000}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


class Unreadable(ValueError):
    """A typed value cannot be taken. The text goes on after the field's title: “日期”没有填写。"""


def text_of(raw: object) -> str:
    """Return what was typed as text, stripped, with plain line ends. None is the empty text."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, int):
        return str(raw) if abs(raw) <= 10**18 else str(10**18)
    if isinstance(raw, float):
        return repr(raw)
    if isinstance(raw, str):
        return raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    raise Unreadable("的格式不对，请重新填写")


def read_text(raw: object, *, max_length: int, lines: bool) -> str:
    """Return a text of at most `max_length` characters; without `lines`, line ends become spaces.

    Control characters and halves of surrogate pairs are refused: neither the database nor Word can hold them.
    So are marks that turn the direction of writing: with them a line can read as another than it is.
    """
    text = text_of(raw)
    if not lines:
        text = " ".join(text.split("\n"))
    if len(text) > max_length:
        raise Unreadable(f"写了{len(text)}个字，最多{max_length}个字，请精简")
    if any(map(_is_unseen, text)):
        raise Unreadable("里有看不见的控制字符，请删去后重新填写（可先粘贴到记事本再复制）")
    return text


def cleaned(text: str) -> str:
    """Return a free text with plain line ends, without its margins and without what `read_text` refuses."""
    return "".join(sign for sign in text_of(text) if not _is_unseen(sign)).strip()


def _is_unseen(sign: str) -> bool:
    return sign in _TURNING or (unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t")


def read_count(raw: object, *, unit: str = "") -> tuple[int, bool]:
    """Return the number typed and whether it is approximate (300余份 → 300, True)."""
    typed = text_of(raw)
    if len(typed) > _MAX_SHORT:
        raise Unreadable("要填整数，不要写长段文字")
    text = "".join(unicodedata.normalize("NFKC", typed).split())
    if unit and text.endswith(unit):
        text = text[: -len(unit)]
    if re.fullmatch(r"[-−–][0-9].*", text):
        raise Unreadable(f"不能是负数（填的是“{typed}”）")
    found = _COUNT.fullmatch(text)
    if found is None:
        raise Unreadable(f"要填整数，如 120 或 300余，填的是“{typed}”")
    scale = _SCALES[found["scale"]] * _SCALES[found["scale_after"]]
    value = int(found["digits"].replace(",", "")) * scale
    if found["fraction"]:
        value += _fraction(found["fraction"], scale, typed)
    if value > MAX_COUNT:
        raise Unreadable("的数太大了（超过十亿），请核对")
    return value, bool(found["about"] or found["more"] or found["ends"])


def _fraction(digits: str, scale: int, typed: str) -> int:
    """Return the whole number that a fraction such as the .5 of 3.5万 stands for."""
    numerator = int(digits[1:]) * scale
    denominator: int = 10 ** (len(digits) - 1)
    if numerator % denominator:
        raise Unreadable(f"要填整数，不能带小数（填的是“{typed}”）")
    return numerator // denominator


def read_date(raw: object) -> date:
    """Return a date typed as 2026-08-25, 2026/8/25, 2026.8.25 or 2026年8月25日."""
    typed = text_of(raw)
    found = _DATE.fullmatch("".join(unicodedata.normalize("NFKC", typed[:_MAX_SHORT]).split()))
    if found is None:
        raise Unreadable(f"要填日期，如 2026-08-25，填的是“{typed[:_MAX_SHORT]}”")
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Unreadable(f"填的“{typed}”没有这一天，请核对") from None
    if day.year not in _YEARS:
        raise Unreadable(f"填的年份“{day.year}”不对，请核对")
    return day


def read_yes_no(raw: object) -> bool:
    """Return True for yes and its like, False for no and its like."""
    text = text_of(raw).casefold()
    if text in ("yes", "true", "on", "1", "y", "是", "有"):
        return True
    if text in ("no", "false", "off", "0", "n", "否", "无"):
        return False
    raise Unreadable("请选“是”或“否”")


def show_day_text(iso: str) -> str:
    """Return an ISO date as people write it."""
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"
