"""A campaign lived through beforehand: under which assumption, and what came of it. Pure.

What came of it is made of plain values only, so that it is kept as JSON between the run and its page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from tracker.domain.calendar import WorkingCalendar


class Assumption(StrEnum):
    """How people keep their dates."""

    ONE_IN_FIVE = "one_in_five"
    ON_TIME = "on_time"
    NOBODY = "nobody"


TITLES = {
    Assumption.ONE_IN_FIVE: "五分之一的单位迟办", Assumption.ON_TIME: "都按时办", Assumption.NOBODY: "没有人办",
}  # fmt: skip
#: In how many working days after its date a late unit reports; the seed says which it is for each duty.
LATE_BY = (2, 4, 9, 12)
SAYS = {
    Assumption.ONE_IN_FIVE: (
        "抽出五分之一的单位，它们的每项任务迟2、4、9或12个工作日才签收、报送；其余单位按时。督导组隔一个工作日办一步，"
        "该发的文书都发，收到文书的单位按时回复、整改。抽哪些单位由种子决定，同一种子结果相同。"
    ),
    Assumption.ON_TIME: "各单位当天签收，期限前一个工作日报送；督导组隔一个工作日审核。",
    Assumption.NOBODY: "下达之后谁都不办，看提醒、催办和文书草稿会积到多少。",
}  # fmt: skip
#: So many tasks of the plan are lived through within the time that there is; nobody's acts cost nothing.
MOST_TASKS = {Assumption.ONE_IN_FIVE: 2000, Assumption.ON_TIME: 2000, Assumption.NOBODY: 20_000}
BUSIEST = 15


def why_too_large(tasks: int, assumption: Assumption) -> str:
    """Return in a sentence why a plan is too large to be lived through, "" when it is not."""
    most = MOST_TASKS[assumption]
    if tasks <= most:
        return ""
    advice = (
        "请改用“没有人办”试运行，或者减少单位、缩短周期后再试。" if most < MOST_TASKS[Assumption.NOBODY]
        else "请减少单位或缩短起止日期后再试。"
    )  # fmt: skip
    return f"这份方案会产生{tasks}项任务，按“{TITLES[assumption]}”试运行最多{most}项，时间不够。{advice}"


def late_units(keys: Iterable[str], seed: str) -> frozenset[str]:
    """Return the fifth of the units, rounded up, that is late."""
    drawn = sorted(set(keys), key=lambda key: _drawn(seed, key))
    return frozenset(drawn[: -(-len(drawn) // 5)])


def acting_day(
    due_on: date | None, opened_on: date, calendar: WorkingCalendar, *, late: bool, seed: str, duty: str
) -> date:
    """Return the day on which a unit reports: the working day before its date, or so many after it when it is late."""
    if due_on is None:
        return opened_on
    if late:
        return calendar.add_working_days(due_on, LATE_BY[_drawn(seed, duty) % len(LATE_BY)])
    return max(calendar.add_working_days(due_on, -1), opened_on)


def _drawn(seed: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}|{name}".encode()).digest()[:8], "big")


@dataclass(frozen=True)
class Busy:
    """What one person was told: all in all, and in the fullest week (its Monday)."""

    name: str
    unit: str
    role: str
    messages: int
    peak: int
    peak_week: str


@dataclass(frozen=True)
class Week:
    """One week by its Monday: messages, the most for one person, tasks due, papers drafted."""

    monday: str
    messages: int
    most: int
    due: int
    papers: int


@dataclass(frozen=True)
class Rung:
    """What one rung of the ladders did: how often it fired, and how many papers its findings are drafted in."""

    title: str
    fired: int
    papers: int


@dataclass(frozen=True)
class Paper:
    """Papers of one kind: drafted, issued, and how many matters stand in them."""

    title: str
    drafted: int
    issued: int
    matters: int


@dataclass(frozen=True)
class Stuck:
    """A step that nobody could take in the run, and how often; `why` is a sentence."""

    step: str
    times: int
    why: str


@dataclass(frozen=True)
class Outcome:
    """What came of a campaign lived through. Days are ISO dates; `stopped_on` is the day at which time ran out, or ""."""

    title: str
    assumption: str
    seed: str
    starts_on: str
    ends_on: str
    stopped_on: str
    tasks: int
    late: int
    units: int
    late_units: tuple[str, ...]
    messages: int
    people: int
    busiest: tuple[Busy, ...]
    peak_days: tuple[tuple[str, int], ...]
    weeks: tuple[Week, ...]
    rungs: tuple[Rung, ...]
    papers: tuple[Paper, ...]
    vacancies: tuple[str, ...]
    unreachable: tuple[str, ...]
    against: tuple[str, ...]
    incidents: tuple[str, ...]
    stuck: tuple[Stuck, ...]

    @property
    def drafted(self) -> int:
        """Return how many papers were drafted."""
        return sum(one.drafted for one in self.papers)

    @property
    def peak(self) -> int:
        """Return the most messages that one person gets in one week."""
        return max((one.peak for one in self.busiest), default=0)

    def to_plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Outcome:
        """Read what `to_plain` gave, JSON's lists and all."""
        parts: dict[str, Any] = {
            name: tuple(kind(**one) for one in plain[name])
            for name, kind in (("busiest", Busy), ("weeks", Week), ("rungs", Rung), ("papers", Paper), ("stuck", Stuck))
        }
        for name in ("late_units", "vacancies", "unreachable", "against", "incidents"):
            parts[name] = tuple(plain[name])
        parts["peak_days"] = tuple((day, many) for day, many in plain["peak_days"])
        return cls(**{**plain, **parts})
