"""What a workflow file says, as values. `definitions` reads the files, `machine` runs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tracker.domain.values import WaitsFor


class DueKind(StrEnum):
    """Where a clock's due moment comes from."""

    FROM_MEASURE = "from_measure"  # the measure, problem, notice item or other source fixes it when the task opens
    WITHIN = "within"  # an amount of days from the moment the clock starts


class DayUnit(StrEnum):
    """The unit of a period; always explicit, because practice is confused (DOMAIN.md §4.1)."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


@dataclass(frozen=True)
class Within:
    """A period: 5 working days, 15 calendar days. The starting day is not counted (民法典 §201)."""

    amount: int
    unit: DayUnit


@dataclass(frozen=True)
class ClockDefinition:
    """One clock of a workflow.

    runs_in     states in which it runs; in other states it is held, and done when the task is final
    within      None = the task's source gives the due moment (`due: from_measure`)
    ladder      key of the ladder that its rungs come from
    restarts    True = entering runs_in from outside starts it anew (accept, review); False = it survives
                return and redo and goes on where it was (finish)
    pauses_for  reasons that pause it, e.g. extension_pending
    at_once     due the moment it starts: its ladder looks back at what was issued before, and waits for nobody
    runs_while  begins with what is asked for (extension_pending; extension_examined = of the leader) and ends with the answer, within `runs_in`
    paced       checks scheduled progress; runs only where the measure has a schedule
    """

    name: str
    title: str
    runs_in: frozenset[str]
    ladder: str
    within: Within | None = None
    restarts: bool = False
    pauses_for: frozenset[str] = frozenset()
    at_once: bool = False
    paced: bool = False
    runs_while: str | None = None

    @property
    def from_measure(self) -> bool:
        """Tell whether the task's source gives the due moment."""
        return self.within is None and not self.at_once and not self.paced


@dataclass(frozen=True)
class StateDefinition:
    """One state. `done` = the duty is met (the light shows 办结); `final` = nothing can follow."""

    name: str
    title: str
    waits_for: WaitsFor
    final: bool = False
    done: bool = False


class CountsAs(StrEnum):
    """What a transition adds to the counts that ladders look at."""

    QUALITY_FAILURE = "quality_failure"  # a return that was sent back
    FAILED_RECHECK = "failed_recheck"  # a rectification that did not stand the recheck


@dataclass(frozen=True)
class TransitionDefinition:
    """One named move.

    by              who may take it: unit, lead (of a part), supervisor, office, leader, engine
    form            key of the form that must be filled
    reason          "required", "optional" or "none"
    unless_same_person_as   transitions whose latest doer may not take this one (separation, DESIGN.md §3.5)
    opens           what it opens besides moving: "rectification_for_problems", "rectification_for_items", "rectification_for_agreed" or None
    next_occurrence  True = the finish clock is given its next occurrence (a relapse)
    nil             True = it answers a period of a standing duty with 零报告
    until_quota     True = it records one return of several that a window wants, all but the last
    progress        name of a count of its form whose share is the task's scheduled progress from now on
    standing        what it does to the unit's standing: "give", "step_down", "release" (papers with a `card`)
    """

    name: str
    title: str
    sources: frozenset[str]
    target: str
    by: frozenset[str]
    form: str | None = None
    reason: str = "none"
    counts_as: CountsAs | None = None
    unless_same_person_as: frozenset[str] = frozenset()
    opens: str | None = None
    next_occurrence: bool = False
    nil: bool = False
    until_quota: bool = False
    progress: str | None = None
    standing: str | None = None


class FieldType(StrEnum):
    """Types of form field; `domain.fields` holds the rules of each."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    COUNT = "count"  # integer + approximate flag + as-of date
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    FILES = "files"
    ROWS = "rows"


@dataclass(frozen=True)
class FieldDefinition:
    """One field of a form.

    at_most     name of another count field of the same form that this one may not exceed
    rate        what the share of the one count in the other is called (签订率); computed, never typed
    rate_of     the count that the rate is of, where it is not `at_most` (a target may be exceeded)
    of          for ROWS: the form (of the same workflow, or a shared one) whose fields each row has
    options     for CHOICE and CHOICES: stored value → what the screen shows
    offers_duties  for CHOICE without options of its own: the measures that the unit answers for, each stored as it is shown
    asks_as_of  for COUNT: the number changes over time, so the day it was true on is asked too
    prefilled   the page fills it in and only shows it (the item that a reply row answers); on ROWS: it begins with a
                row for each line of the paper, which may be changed
    carried     it seldom changes from one period to the next (a category, a target, a base number): the next return of
                the same duty begins with it, marked. Never what was done in a period
    """

    name: str
    title: str
    type: FieldType
    required: bool = True
    help: str = ""
    unit: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    at_most: str | None = None
    rate: str = ""
    rate_of: str | None = None
    of: str | None = None
    not_future: bool = False
    not_past: bool = False
    max_length: int = 200
    max_rows: int = 200
    asks_as_of: bool = False
    prefilled: bool = False
    carried: bool = False
    offers_duties: bool = False


@dataclass(frozen=True)
class FormDefinition:
    """A form: fields in the order in which they are shown."""

    key: str
    title: str
    fields: tuple[FieldDefinition, ...]


@dataclass(frozen=True)
class WorkflowDefinition:
    """Everything about a kind of task. `content` is the file's parsed text, stored with the version."""

    key: str
    version: int
    title: str
    initial: str
    states: Mapping[str, StateDefinition]
    clocks: Mapping[str, ClockDefinition]
    transitions: tuple[TransitionDefinition, ...]
    forms: Mapping[str, FormDefinition]
    help: str = ""
    paper: bool = False  # the tasks of this workflow are notices
    card: str | None = None  # the card that this paper gives: yellow, red, listed
    confidential: bool = False  # no private person's number is taken, and who opened a task is recorded

    def transition(self, name: str) -> TransitionDefinition | None:
        """Return the transition called `name`, or None."""
        return next((t for t in self.transitions if t.name == name), None)

    @property
    def offers_duties(self) -> bool:
        """Tell whether a form asks which of the unit's measures something is about."""
        return any(field.offers_duties for form in self.forms.values() for field in form.fields)

    def with_duties(self, duties: Iterable[str]) -> WorkflowDefinition:
        """Return the definition as it is for one task, whose forms offer these duties to pick from."""
        options = {duty: duty for duty in duties}
        forms = {
            key: replace(form, fields=tuple(
                replace(field, options=options) if field.offers_duties else field for field in form.fields
            ))
            for key, form in self.forms.items()
        }  # fmt: skip
        return replace(self, forms=forms)
