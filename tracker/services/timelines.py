"""The page 计时与升级: the time line of a task as rows of words, the past above, what is to come below."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.clock_words import say_due, say_moment
from tracker.domain.ladder import RungAct
from tracker.domain.permissions import Viewer
from tracker.domain.timeline import Entry, Kind, RungState
from tracker.domain.timeline_words import STATE_WORDS, headline, more_lines
from tracker.services.context import Floor
from tracker.services.task_records import TaskRecord, read_record


@dataclass(frozen=True)
class Row:
    """One row. `code` names what it is (for its look), `mark` says it in a word, `when` is `at` as people say it."""

    at: datetime | None
    when: str
    code: str
    mark: str
    sentence: str
    lines: tuple[str, ...]
    who: str
    gap: int


@dataclass(frozen=True)
class TimelineView:
    """All that the page shows."""

    ref: str
    title: str
    unit: str
    state: str
    confidential: bool
    now: datetime
    past: tuple[Row, ...]
    coming: tuple[Row, ...]
    waiting: tuple[Row, ...]
    conditions: tuple[Row, ...]


class TimelineService:
    """Reads the record of a task and lays it out in time."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def show(self, viewer: Viewer | None, ref: str) -> TimelineView:
        """Return the time line of a task; raises NotFound, also where the viewer may not see the task."""
        with self._floor.uows() as uow:
            record = read_record(uow, self._floor, viewer, uow.tasks.get_by_ref(ref))
            line = record.line
            # A rung that has a day says there by what it is reached sooner.
            dated = {one.rung.name for one in line.coming if one.kind is Kind.RUNG}
            conditions = [one for one in line.loose if one.state is RungState.CONDITION and one.rung.name not in dated]
            return TimelineView(
                ref, record.task.title, record.setting.unit_name, record.definition.states[record.state].title,
                record.definition.confidential, record.words.now, _rows(line.past, record), _rows(line.coming, record),
                _rows((one for one in line.loose if one.state is not RungState.CONDITION), record),
                _rows(conditions, record),
            )  # fmt: skip


def _rows(entries: Iterable[Entry], record: TaskRecord) -> tuple[Row, ...]:
    return tuple(_row(one, record) for one in entries)


def _row(one: Entry, record: TaskRecord) -> Row:
    who = record.history[one.position].who if one.position is not None and one.kind is Kind.HAPPENED else ""
    return Row(
        one.at,
        _when(one, record),
        _code(one),
        _mark(one),
        headline(one, record.words),
        tuple(more_lines(one, record.words)),
        who,
        one.gap,
    )


def _when(one: Entry, record: TaskRecord) -> str:
    if one.kind is Kind.DUE and one.clock is not None:
        return say_due(one.clock, record.words.today)
    return say_moment(one.at, record.words.today) if one.at is not None else ""


def _code(one: Entry) -> str:
    if one.state is RungState.FIRED and one.rung.act is RungAct.REMIND:
        return "reminded"
    return one.state.value if one.state is not None else one.kind.value


def _mark(one: Entry) -> str:
    if one.state is not None:
        return STATE_WORDS[one.state]
    return "期限" if one.kind is Kind.DUE else "办理"
