"""One cell each: days, phones, addresses, roles, kinds. A value comes back, or a sentence."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.phones import is_mobile, plain_number
from tracker.domain.roster.problems import nearest
from tracker.domain.values import ROLE_TITLES, Role

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?")
_TIGHT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_LIST = re.compile(r"[、，,;；/\s]+")

ROLE_WORDS: dict[str, Role] = {
    **{title: role for role, title in ROLE_TITLES.items()},
    **{role.value: role for role in Role},
    "负责人": Role.HEAD, "主要负责人": Role.HEAD, "办公室": Role.OFFICE, "办公室工作人员": Role.OFFICE, "办公室人员": Role.OFFICE,
    "督导": Role.SUPERVISOR, "督导组": Role.SUPERVISOR, "领导": Role.LEADER, "包片": Role.AREA_LEADER,
    "包村领导": Role.AREA_LEADER, "联络人": Role.LIAISON,
}  # fmt: skip
KIND_WORDS: dict[str, str] = {
    **{title: key for key, title in UNIT_KINDS.items()}, **{key: key for key in UNIT_KINDS},
    "乡镇": "township", "街道": "township", "镇": "township", "乡": "township", "行政村": "village", "居委会": "community",
    "村（社区）": "village", "银行": "bank", "公安": "police", "公司": "enterprise", "机关": "department", "局": "department",
}  # fmt: skip


class Unfit(ValueError):
    """A cell that cannot be taken; the text is a whole sentence."""


def read_day(typed: str) -> date | None:
    """Return a day; None for an empty cell. Raises Unfit, also for a day that no calendar has (4月31日)."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text or text in ("-", "—", "今", "至今", "长期"):
        return None
    match = _DAY.match(text) or _TIGHT_DAY.fullmatch(text)
    if match is None:
        raise Unfit(f"“{typed}”不是日期。请写成 2026-03-01 这样。")
    year, month, day = (int(part) for part in match.groups())
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unfit(f"没有“{typed}”这一天。请核对月份的天数。") from None
    if not 1949 <= found.year < 2200:
        raise Unfit(f"“{typed}”的年份不对。请核对。")
    return found


def read_phone(typed: str) -> str | None:
    """Return a phone number without blanks, dashes and the country's prefix; None when empty or masked (138****0000)."""
    number = plain_number(typed)
    return number if number and "*" not in number else None


def read_email(typed: str) -> str | None:
    """Return an address; None when empty or masked."""
    text = unicodedata.normalize("NFKC", typed).strip()
    return text if text and "*" not in text else None


def why_phone_unfit(phone: str) -> str | None:
    """Return what is wrong with a phone number; None when it will do."""
    if is_mobile(phone):
        return None
    return "手机号应是 1 开头的 11 位数字（可带 +86 和空格）。请核对；没有手机的，留空。"


def why_email_unfit(email: str) -> str | None:
    """Return what is wrong with a mail address; None when it will do."""
    if EMAIL.fullmatch(email) and len(email) <= 254:
        return None
    return "邮箱地址写得不对，例如 name@example.gov.cn。请核对；没有的，留空。"


def read_role(typed: str) -> Role:
    """Return a role; raises Unfit with the nearest right word."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if (found := ROLE_WORDS.get(text)) is not None:
        return found
    if not text:
        raise Unfit("没有填写岗位。请从“联络员、单位负责人、包片领导、督导员”等中选一个。")
    listed = "、".join(ROLE_TITLES.values())
    raise Unfit(f"没有“{typed}”这个岗位。{nearest(text, ROLE_WORDS)}可填：{listed}。")


def read_kind(typed: str) -> str | None:
    """Return the code of a kind of unit; None when empty. Raises Unfit with the nearest right word."""
    text = typed.strip()
    if not text:
        return None
    folded = unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）")
    if (found := KIND_WORDS.get(folded)) is not None:
        return found
    raise Unfit(f"没有“{typed}”这个类别。{nearest(text, KIND_WORDS)}可填：{'、'.join(UNIT_KINDS.values())}。")


def read_code(typed: str) -> str:
    """Return a unit's code; raises Unfit."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        raise Unfit("没有填写编码。每个单位要有一个不变的编码，例如 cun-01。")
    if not CODE.fullmatch(text):
        raise Unfit(f"编码“{typed}”不能用。只用字母、数字、点、横线，40 个以内，以字母或数字开头。")
    return text


def read_list(typed: str) -> tuple[str, ...]:
    """Return the words of a cell that holds several, each once."""
    return tuple(dict.fromkeys(word for word in _LIST.split(typed.strip()) if word))


def read_number(typed: str) -> int | None:
    """Return a whole number; None when empty. Raises Unfit."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unfit(f"“{typed}”不是整数。请写 1、2、3 这样的数字，小的排在前。")
    return int(text)
