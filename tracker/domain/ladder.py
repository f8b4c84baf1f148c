"""The escalation policy of a clock: rungs, each with its conditions, and what it does.

A ladder is data (`workflows/ladders/<key>.yaml`); `definitions` reads it into these values and
`escalation.decide` applies it. A rung is known by its position in the file, from 0, and by its name;
a running clock keeps the ladder version that it began with, so positions never shift under it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

#: Ladders that workflows name and only a campaign gives; without one the clock does not exist.
OPTIONAL_LADDERS = frozenset({"history", "unopened"})


class RungAct(StrEnum):
    """What a rung does: automatic messages, or with `RAISE` a finding for the supervisors.

    `PASS_ON` tells of a paper that nobody opens whoever comes next, each step somebody who was not asked before.
    """

    REMIND = "remind"
    URGE = "urge"
    RAISE = "raise"
    PASS_ON = "pass_on"


class Measured(StrEnum):
    """How far behind is said: in percentage points (银川: 10–30 behind), or as a share of what was due (三亚: 50%)."""

    POINTS = "points"
    SHARE = "share"


class CountedAbout(StrEnum):
    """Whose papers count: those of the unit, or those about the same task."""

    UNIT = "unit"
    TASK = "task"


class Window(StrEnum):
    """Since when papers count, where it is not a number of days."""

    EVER = "ever"
    YEAR = "year"
    CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Behind:
    """Behind scheduled progress (序时进度) at a check: more than `above`, at least `at_least`, at most `at_most` percent.

    A bound that is None does not bind. Bounds are whole percents; both ends can be said to be included or not, because
    rules say it (DOMAIN.md §1.3: 银川 includes 10 and 30 in yellow, 三亚 includes 50).
    """

    measured: Measured
    above: int | None = None
    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True)
class Streak:
    """One of these rungs fired at each of the last `times` checks, this one included (连续2个月)."""

    rungs: tuple[str, ...]
    times: int


@dataclass(frozen=True)
class Counted:
    """How many papers of these kinds were issued, the one at hand included; a paper counts towards one firing only.

    of          workflow keys of papers
    within_days calendar days back from the issue of the paper at hand; None = `window` says since when
    running     True = the last `at_least` of the papers `among` are all of these kinds (连续3次红牌)
    among       for `running`: the kinds that break the row when they come between
    """

    of: tuple[str, ...]
    at_least: int
    about: CountedAbout = CountedAbout.UNIT
    within_days: int | None = None
    window: Window = Window.EVER
    running: bool = False
    among: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rung:
    """One step of a ladder. It is reached by any one of its conditions, whichever comes first.

    after           working days from the due moment, negative before it; None = not by lateness
    at              local hour (Asia/Shanghai) at which a lateness rung fires
    quality_failures, failed_rechecks   counts since the clock's present occurrence began; None = not by this count
    behind, not_started, streak   what a check of scheduled progress finds
    counted         what the history of the unit, or of the task, holds when a paper is issued
    unopened        hours of office time for which nobody of the unit has opened a served paper
    papers_from     with `unopened`: only papers of this severity or graver
    unless_excused  not reached while somebody has found a good cause (无正当理由 is for people to say)
    raises          workflow key of the notice to draft, for RAISE
    severity        1–5 of the finding and the draft
    next_severity   one higher than the paper whose clock this is, instead of `severity` (逐级提高)
    alone           one paper for one matter (一事一单): its finding gathers with no other
    points          points that the rule takes off; they stand in the finding, people decide
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
    behind: Behind | None = None
    not_started: bool = False
    streak: Streak | None = None
    counted: Counted | None = None
    unless_excused: bool = False
    next_severity: bool = False
    alone: bool = False
    points: int = 0
    unopened: int | None = None
    papers_from: int = 1

    @property
    def at_check(self) -> bool:
        """Tell whether a check of scheduled progress can reach the rung."""
        return self.behind is not None or self.not_started or self.streak is not None


def chosen_instead(chosen: Mapping[str, str], workflow: str, ladder: str) -> str:
    """Return the ladder that a campaign lets a workflow's clocks climb in the place of the one that they name.

    `chosen` is `settings.ladders`: "survey.standard" is about one workflow and goes before "standard", about all.
    """
    name = chosen_under(chosen, workflow, ladder)
    return ladder if name is None else chosen[name]


def chosen_under(chosen: Mapping[str, str], workflow: str, ladder: str) -> str | None:
    """Return the key of `settings.ladders` by which another ladder is climbed in the place of this one, or None."""
    return next((name for name in choice_names(workflow, ladder) if name in chosen), None)


def choice_names(workflow: str, ladder: str) -> tuple[str, str]:
    """Return the keys under which `settings.ladders` may name another ladder, the one that goes before first."""
    return f"{workflow}.{ladder}", ladder


@dataclass(frozen=True)
class Ladder:
    """A versioned list of rungs. Lateness rungs are in order of `after`."""

    key: str
    version: int
    title: str
    rungs: tuple[Rung, ...]

    @property
    def asks_for_cause(self) -> bool:
        """Tell whether a rung hangs on there being no good cause."""
        return any(rung.unless_excused for rung in self.rungs)

    @property
    def looks_back(self) -> bool:
        """Tell whether a rung counts the papers of the past."""
        return any(rung.counted is not None for rung in self.rungs)
