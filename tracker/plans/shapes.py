"""What the reader says about a document, as frozen values. Nothing here decides anything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]
Document = Literal["plan", "summary", "lesson", "other"]
DueType = Literal["by_date", "start_by", "recurring", "continuous", "phase"]
GroupKind = Literal["leading", "office", "functional"]
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
class Mention:
    """Words that name something, and where they stand."""

    text: str
    span: Span


@dataclass(frozen=True)
class Group:
    """A leading group, its office or a working group, as printed and without names of persons.

    `kind` is leading, office or functional; `seat` is where an office sits (「办公室设在应急办」).
    """

    kind: GroupKind
    name: str
    span: Span
    seat: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A form or list behind the plan; `number` is empty where there is only one without a number."""

    number: str
    title: str
    span: Span


@dataclass(frozen=True)
class Return:
    """Something that has to be sent in: what it is called, the attachment it is made on, by when."""

    name: str
    text: str
    span: Span
    attachment: str | None = None
    deadline: Deadline | None = None


@dataclass(frozen=True)
class Consequence:
    """A sentence that says what follows good or bad work; `kinds` are 考核, 督导, 约谈, 通报, 问责 …"""

    kinds: tuple[str, ...]
    text: str
    span: Span


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
    issuers: tuple[Mention, ...] = ()
    groups: tuple[Group, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    returns: tuple[Return, ...] = ()
    consequences: tuple[Consequence, ...] = ()
