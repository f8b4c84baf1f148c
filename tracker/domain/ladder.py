"""The escalation policy of a clock: rungs, each with its moment or its count, and what it does.

A ladder is data (`workflows/ladders/<key>.yaml`); `definitions` reads it into these values and
`escalation.decide` applies it. A rung is known by its position in the file, from 0, and by its name;
a running clock keeps the ladder version that it began with, so positions never shift under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class RungAct(StrEnum):
    """What a rung does. `REMIND` and `URGE` are automatic messages; `RAISE` makes a finding for the supervisors."""

    REMIND = "remind"
    URGE = "urge"
    RAISE = "raise"


@dataclass(frozen=True)
class Rung:
    """One step of a ladder. It is reached by lateness or by a count, whichever comes first.

    after           working days from the due moment, negative before it; None = not by lateness
    at              local hour (Asia/Shanghai) at which a lateness rung fires
    quality_failures, failed_rechecks   counts since the clock's present occurrence began; None = not by this count
    raises          workflow key of the notice to draft, for RAISE
    severity        1–5 of the finding and the draft
    to              who is told, as roles: liaison, head, area_leader, supervisor, office, leader,
                    first_responsible (the head, unless the campaign says otherwise)
    """

    name: str
    act: RungAct
    to: tuple[str, ...]
    after: int | None = None
    at: time = time(9, 10)
    quality_failures: int | None = None
    failed_rechecks: int | None = None
    raises: str | None = None
    severity: int = 1
    title: str = ""


@dataclass(frozen=True)
class Ladder:
    """A versioned list of rungs. Lateness rungs are in order of `after`."""

    key: str
    version: int
    title: str
    rungs: tuple[Rung, ...]
