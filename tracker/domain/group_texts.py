"""What a group of people reads: which unit has how much to do, until when, and nothing else. Pure.

A group is open to whoever was let in: neither matters nor persons are named there (DOMAIN.md §5.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tracker.domain.sms_texts import neutral_values, to_do_phrase

#: What several units without a name are called together.
UNNAMED = "有关单位"
TRIAL = "这是一条试发消息。看到它，说明群机器人已经接好，不用回复。"


class GroupPart(Protocol):
    """One told thing, as `ports.News` has it."""

    @property
    def message(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, object]: ...
    @property
    def unit(self) -> str | None: ...


def group_text(parts: Sequence[GroupPart], *, link: str, longest: int) -> str:
    """Return the text, at most `longest` bytes of UTF-8; units that find no room are counted."""
    if all(part.message == "trial" for part in parts):
        return TRIAL
    units: dict[str, list[GroupPart]] = {}
    for part in parts:
        units.setdefault(part.unit or UNNAMED, []).append(part)
    lines = [f"· {to_do_phrase(neutral_values(several, unit))}" for unit, several in units.items()]
    foot = f"请登录系统办理：{link}"
    for kept in range(len(lines), -1, -1):
        rest = [f"· 另有{len(lines) - kept}个单位，请登录系统查看"] if kept < len(lines) else []
        text = "\n".join(["【督办提醒】", *lines[:kept], *rest, foot])
        if len(text.encode()) <= longest:
            return text
    return foot[: longest // 4]
