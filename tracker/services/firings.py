"""What a sweep holds in hand between deciding and writing: a judged clock, a rung that fires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.domain.clocks import Clock
from tracker.domain.escalation import Decision, RungReached


@dataclass(frozen=True, slots=True)
class Judged:
    """A claimed clock with what was decided about it."""

    row: Mapping[str, Any]
    clock: Clock
    decision: Decision


@dataclass(frozen=True, slots=True)
class Fired:
    """One rung of one clock that this batch fires, once its firing row exists."""

    judged: Judged
    reached: RungReached
    firing_id: int
