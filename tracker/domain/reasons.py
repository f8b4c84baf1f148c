"""Reasons that are often given, to be picked instead of typed; a campaign may bring its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain.inputs import cleaned

WAIVE, RETURN = "waive", "send_back"
#: kind of decision → the reasons offered unless the campaign names others
REASONS: Mapping[str, tuple[str, ...]] = {
    RETURN: (
        "数字前后对不上，请核对后重报", "照片看不清或者与内容不符", "缺少佐证材料", "没有按要求的口径填报", "整改没有到位",
    ),
    WAIVE: ("已电话核实，确已办结", "上级统一调整了安排", "遇灾害、停电等不可抗力", "与已经发出的文书重复"),
}  # fmt: skip
#: step → whose reasons it takes
_KIND_OF = {
    WAIVE: WAIVE, "discard": WAIVE, "send_back": RETURN, "return": RETURN, "return_reply": RETURN,
    "return_explanation": RETURN,
}  # fmt: skip
#: A list longer than this is no help; a reason longer than this is a text of its own.
MOST, LONGEST = 12, 60


def reasons_for(step: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the reasons to offer for a step; none where nobody has thought of any."""
    kind = _KIND_OF.get(step)
    if kind is None:
        return ()
    own = dict(settings.get("reasons", {})).get(kind)
    return tuple(own) if own else REASONS[kind]


def worded(picked: str, typed: str) -> str:
    """Return the reason as it is recorded: what was picked, what was typed, or both."""
    return "；".join(part for part in (cleaned(picked), cleaned(typed)) if part)
