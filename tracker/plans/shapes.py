"""What the reader says about a document, as frozen values. Nothing here decides anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]
Document = Literal["plan", "summary", "lesson", "other"]
DueType = Literal["by_date", "start_by", "recurring", "continuous", "phase"]
Every = Literal["day", "week", "ten-days", "month", "quarter", "half-year", "year"]


@dataclass(frozen=True)
class Deadline:
    """When a measure is due, as printed. A part that the text does not give is None, never guessed.

    `by_day` is the day within a recurring period (「每月19日前」), `count` how often within it.
    """

    type: DueType
    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    every: Every | None = None
    count: int | None = None
    by_day: int | None = None


@dataclass(frozen=True)
class Quantity:
    """A target with its unit: (3, 场), (100, %). `direction` is at_least, at_most, exactly, up or down."""

    target: float
    unit: str
    direction: str
    text: str


@dataclass(frozen=True)
class Phase:
    """A named stage of the plan; dates are ISO strings, None where the year or the day is not known."""

    name: str
    start: str | None
    end: str | None
    text: str


@dataclass(frozen=True)
class Measure:
    """One thing that a unit has to do, with its place in the outline and its words in the original text."""

    ordinal: str
    path: tuple[str, ...]
    text: str
    span: Span
    kind: str
    lead_units: tuple[str, ...] = ()
    support_units: tuple[str, ...] = ()
    deadline: Deadline | None = None
    quantity: Quantity | None = None
    questions: tuple[str, ...] = ()
    grounds: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Period:
    """The campaign's first and last day, as far as the text gives them."""

    start: str | None
    end: str | None


@dataclass(frozen=True)
class Reading:
    """All that was read. `reasons` say why the document is what it is; `reported` are a summary's figures."""

    document: Document
    reasons: tuple[str, ...]
    title: str
    period: Period | None
    phases: tuple[Phase, ...]
    measures: tuple[Measure, ...]
    unparsed: tuple[Span, ...]
    questions: tuple[str, ...] = ()
    reported: tuple[Quantity, ...] = ()
