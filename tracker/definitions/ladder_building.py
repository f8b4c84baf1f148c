"""Loaded ladders into domain values."""

from __future__ import annotations

from datetime import time
from typing import Any

from tracker.domain.cards import CARD_PAPERS, Card
from tracker.domain.ladder import Behind, Counted, CountedAbout, Ladder, Measured, Rung, RungAct, Streak

_SEVERITIES = {RungAct.REMIND: 1, RungAct.URGE: 2, RungAct.RAISE: 3, RungAct.PASS_ON: 2}


def build_ladder(loaded: dict[str, Any]) -> Ladder:
    """Return the ladder."""
    return Ladder(loaded["key"], loaded["version"], loaded["title"], tuple(_rung(one) for one in loaded["rungs"]))


def _rung(content: dict[str, Any]) -> Rung:
    act = RungAct(content.get("act", RungAct.RAISE))
    severity = content.get("severity")
    streak = content.get("streak")
    return Rung(
        name=content["name"],
        act=act,
        to=tuple(content["to"]),
        after=content.get("after"),
        at=time.fromisoformat(content["at"]),
        quality_failures=content.get("quality_failures"),
        failed_rechecks=content.get("failed_rechecks"),
        raises=CARD_PAPERS[Card(content["card"])] if "card" in content else content.get("raises"),
        severity=severity if isinstance(severity, int) else _SEVERITIES[act],
        title=content["title"],
        behind=_behind(content["behind"]) if "behind" in content else None,
        not_started=content.get("not_started", False),
        streak=Streak(tuple(streak["rungs"]), streak["times"]) if streak else None,
        counted=_counted(content["counted"]) if "counted" in content else None,
        unless_excused=content["unless_excused"],
        next_severity=severity == "next",
        alone=content["gather"] == "none",
        points=content["points"],
        unopened=content.get("unopened"),
        papers_from=content.get("papers_from", 1),
    )


def _behind(content: dict[str, Any]) -> Behind:
    ((measured, bounds),) = content.items()
    return Behind(Measured(measured), bounds.get("above"), bounds.get("at_least"), bounds.get("at_most"))


def _counted(content: dict[str, Any]) -> Counted:
    days, window = content["within"]
    return Counted(
        of=tuple(content["of"]),
        at_least=content["at_least"],
        about=CountedAbout(content["about"]),
        within_days=days,
        window=window,
        running=content["running"],
        among=tuple(content["among"]),
    )
