"""What an SMS says: how many, until when, for which unit, and nothing else. Pure.

Carriers turn down templates that name what campaigns are about, and the content belongs behind the login
(DOMAIN.md §5.1). A template that a provider has approved takes the same few values by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Protocol

#: Kinds after which a unit's person has to do something by a date.
TO_DO = frozenset({
    "assigned", "support_asked", "handed_over", "passed_on", "remind", "urge", "returned", "relapsed", "redated",
    "served", "unopened", "extension_decided",
})  # fmt: skip
#: Kinds after which the office's side has to decide something.
TO_DECIDE = frozenset({
    "decision_risen", "raised", "to_review", "objection_filed", "extension_examined", "extension_asked", "draft_waiting", "vacancy",
})  # fmt: skip
#: The values that a template may name, each with what it is.
VALUES: Mapping[str, str] = {
    "unit": "单位简称，没有时是“您单位”", "todo": "待办件数", "late": "其中逾期件数", "decide": "待处理（待决定）件数",
    "total": "全部件数", "until": "最近期限，如 3月20日；没有时是“近日”",
}  # fmt: skip
LONGEST = 500
ONE_PIECE, EACH_PIECE = 70, 67
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Part(Protocol):
    """One told thing, as `ports.MessagePart` has it."""

    @property
    def message(self) -> str: ...

    @property
    def facts(self) -> Mapping[str, object]: ...


@dataclass(frozen=True)
class SmsWording:
    """How this installation words an SMS.

    template    the provider's approved text with ${names}; empty = our own sentence
    names       name in the template → name in VALUES; a name that is left out means itself
    signature   the reported signature without its brackets, which count into the length
    """

    signature: str = ""
    template: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def values(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return what the template's own names stand for."""
        return {name: values[self.names.get(name, name)] for name in names_in(self.template)}

    def text(self, values: Mapping[str, str]) -> str:
        """Return the text as it will be read, the signature in front."""
        given = self.values(values)
        text = _NAME.sub(lambda found: given[found[1]], self.template) if self.template else sentence(values)
        return f"【{self.signature}】{text}" if self.signature else text


def names_in(template: str) -> list[str]:
    """Return the names that a template asks for, each once."""
    return list(dict.fromkeys(_NAME.findall(template)))


def neutral_values(parts: Sequence[Part], unit: str | None = None) -> dict[str, str]:
    """Return what may be said of `parts` in an SMS; every value of VALUES, none of them content."""
    to_do = [part for part in parts if part.message in TO_DO]
    return {
        "unit": unit or "您单位",
        "todo": str(len(to_do)),
        "late": str(sum(part.message == "urge" for part in to_do)),
        "decide": str(sum(part.message in TO_DECIDE for part in parts)),
        "total": str(len(parts)),
        "until": _nearest(to_do) or "近日",
    }


def sentence(values: Mapping[str, str]) -> str:
    """Return our own sentence over neutral values."""
    todo, decide = int(values["todo"]), int(values["decide"])
    said = []
    if todo:
        said.append(to_do_phrase(values))
    if decide:
        said.append(f"您有{decide}件事项待处理")
    if not said:
        said.append(f"您有{values['total']}条督办事项消息")
    return "，".join(said) + "，请登录系统办理。"


def to_do_phrase(values: Mapping[str, str]) -> str:
    """Return how much a unit has to do, without a full stop."""
    todo, late = int(values["todo"]), int(values["late"])
    lateness = "" if not late else "已逾期" if late == todo else f"（{late}件已逾期）"
    until = "" if values["until"] == "近日" else f"，最近期限{values['until']}"
    return f"{values['unit']}有{todo}件督办事项{lateness}{until}"


def banned_in(text: str, banned: Mapping[str, str]) -> list[str]:
    """Return the words of `text` that a provider turns down, each as a phrase with its reason."""
    return [f"“{word}”（{reason}）" for word, reason in banned.items() if word in text]


def sms_segments(text: str) -> int:
    """Return how many pieces an SMS is charged as: 70 characters in one, else 67 in each (DOMAIN.md §5.1)."""
    return 1 if len(text) <= ONE_PIECE else ceil(len(text) / EACH_PIECE)


def day(value: date | str) -> str:
    """Return a date (or ISO text, as facts are stored) as people write it: 9月15日."""
    there = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    return f"{there.month}月{there.day}日"


def _nearest(parts: Iterable[Part]) -> str:
    dates = sorted(
        str(found)[:10]
        for part in parts
        if part.message != "urge" and (found := part.facts.get("due_on") or part.facts.get("reply_due_on"))
    )
    return day(dates[0]) if dates else ""
