"""Each clock of a task in sentences: by when, counted how, stopped for whom, how late, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.auditing import Span, spans
from tracker.domain.clock_words import (
    CLASS_WORDS,
    STATUS_WORDS,
    clock_words,
    duty_words,
    pause_words,
    say_day,
    say_due,
    say_moment,
    starts_anew,
)
from tracker.domain.clocks import Clock, ClockStatus
from tracker.domain.ports import CalendarCatalog
from tracker.domain.progress import show_share
from tracker.domain.timeline import RungState
from tracker.domain.timeline_words import headline
from tracker.domain.values import WAITS_FOR_TITLES, local_date
from tracker.services.task_records import OFFICE_CLOCKS, TaskRecord, waits_for_at

COMING = (RungState.DUE, RungState.COMING)
STOPPED = (ClockStatus.HELD, ClockStatus.PAUSED)


@dataclass(frozen=True)
class ClockStory:
    """One clock: its name, its values in order, and where its calendar comes from."""

    record: TaskRecord
    name: str
    mine: Sequence[Span]
    sources: Mapping[int, str]

    @property
    def clock(self) -> Clock:
        """Return the clock as it stands."""
        return self.mine[-1].clock

    def lines(self, calendars: CalendarCatalog) -> Iterator[str]:
        """Yield the sentences."""
        clock, today = self.clock, self.record.words.today
        title = clock_words(self.name, self.record.definition)
        if clock.due.due_at <= clock.started_at:
            return
        if self._is_over() and (starts_anew(self.name, self.record.definition) or clock.pace is not None):
            yield f"【{title}】到{say_due(clock, today)}为止。{self._status()}。"
            return
        if clock.pace is not None:
            checked = say_day(clock.due.due_on, today)
            yield f"【{title}】下一次核对进度的日子是{checked}，看到当天为止报的进度。{self._status()}。"
            yield from self._stops(calendars)
            yield from self._lateness(calendars)
            yield from self._coming()
            return
        number = f"（第{clock.occurrence}次期限）" if clock.occurrence > 1 else ""
        yield (
            f"【{title}】{number}到{say_due(clock, today)}为止，过了就算超期。{clock.due.rule}"
            f"{CLASS_WORDS[clock.due.due_class]}。{self._status()}。"
        )
        yield f"从{say_moment(self.mine[0].since, today)}开始计时。"
        yield from self._earlier()
        yield from self._stops(calendars)
        if clock.excused:
            yield "已认定有正当理由：以“无正当理由”为条件的措施不启动，期限不变。"
        yield from self._lateness(calendars)
        yield from self._coming()

    def plain(self) -> dict[str, Any]:
        """Return the same as data."""
        return {
            "name": self.name, "title": clock_words(self.name, self.record.definition),
            "spans": [self._span(span) for span in self.mine],
        }  # fmt: skip

    def _status(self) -> str:
        clock = self.clock
        if self._is_over() and clock.status is ClockStatus.HELD:
            return f"已{duty_words(clock, self.record.definition)}，不再计时"
        if clock.status is ClockStatus.HELD:
            return f"{STATUS_WORDS[clock.status]}，{self._whose(clock.held_since)}"
        if clock.status is ClockStatus.PAUSED:
            return f"{STATUS_WORDS[clock.status]}，{pause_words(clock)}"
        return STATUS_WORDS[clock.status]

    def _is_over(self) -> bool:
        return self.clock.status is ClockStatus.DONE or self.name in self.record.over

    def _earlier(self) -> Iterator[str]:
        last = {span.clock.occurrence: span.clock for span in self.mine[:-1]}
        for number, old in last.items():
            if number != self.clock.occurrence:
                yield f"原第{number}次期限为{say_day(old.due.due_on)}，仍留在记录里。"

    def _stops(self, calendars: CalendarCatalog) -> Iterator[str]:
        """Yield each time for which the clock rested; one that begins anew rests from nothing."""
        if starts_anew(self.name, self.record.definition):
            return
        for span in self.mine:
            if span.clock.status in STOPPED and (span.until is not None or not self._is_over()):
                yield self._stop(span, calendars)

    def _stop(self, span: Span, calendars: CalendarCatalog) -> str:
        today = self.record.words.today
        days = calendars.calendar(span.clock.due.calendar_version)
        until = span.until or self.record.words.now
        count = days.working_days_between(local_date(span.since), local_date(until))
        end = say_moment(span.until, today) if span.until else "现在"
        why = (
            f"{pause_words(span.clock)}，暂停计时"
            if span.clock.status is ClockStatus.PAUSED
            else f"{self._whose(span.since)}，停表"
        )
        return f"{say_moment(span.since, today)}至{end}{why}，共{count}个工作日，这段时间不算超期。"

    def _whose(self, since: datetime | None) -> str:
        waits = waits_for_at(self.record, since or self.record.words.now)
        judged_above = waits.value == "supervisor" and self.record.words.judge != "督导组"
        return f"等{self.record.words.judge}审核" if judged_above else WAITS_FOR_TITLES[waits]

    def _lateness(self, calendars: CalendarCatalog) -> Iterator[str]:
        clock, now = self.clock, self.record.words.now
        if clock.status is not ClockStatus.RUNNING:
            return
        if clock.pace is not None:
            share, on = clock.pace.schedule.share_on(clock.due.due_on), say_day(clock.due.due_on, local_date(now))
            yield f"到{on}核对时应完成{show_share(share)}，现在报的是{show_share(clock.pace.share_at(now))}。"
        elif now >= clock.due.due_at:
            days = calendars.calendar(clock.due.calendar_version)
            late = max(0, days.working_days_between(clock.ladder_from_on, local_date(now)))
            waited = "（等待他方的时间已扣除）" if clock.ladder_from_on > clock.due.due_on else ""
            yield f"已过期限，计{late}个工作日{waited}。"
        if clock.quality_failures or clock.failed_rechecks:
            yield f"本次期限内被退回{clock.quality_failures}次，复查不合格{clock.failed_rechecks}次。"

    def _coming(self) -> Iterator[str]:
        ahead = [
            one for one in self.record.line.coming
            if one.state in COMING and one.clock is not None and one.clock.name == self.name
        ]  # fmt: skip
        if ahead:
            more = f"。此后还有{len(ahead) - 1}步，见“计时与升级”" if len(ahead) > 1 else ""
            yield f"{headline(ahead[0], self.record.words)}{more}。"
        for one in self.record.line.loose:
            if one.state is RungState.WAITING and one.clock is not None and one.clock.name == self.name:
                yield f"{headline(one, self.record.words)}。"

    def _span(self, span: Span) -> dict[str, Any]:
        clock, due = span.clock, span.clock.due
        return {
            "since": span.since.isoformat(), "until": span.until.isoformat() if span.until else None,
            "status": clock.status.value, "occurrence": clock.occurrence, "started_at": clock.started_at.isoformat(),
            "due_on": due.due_on.isoformat(), "due_at": due.due_at.isoformat(), "due_class": due.due_class.value,
            "cutoff": due.cutoff, "calendar": due.calendar_version, "calendar_source": self.sources.get(due.calendar_version),
            "provisional": due.provisional, "rule": due.rule, "ladder": span.ladder_id,
            "ladder_from_on": clock.ladder_from_on.isoformat(), "quality_failures": clock.quality_failures,
            "failed_rechecks": clock.failed_rechecks, "excused": clock.excused,
            "waits_for": waits_for_at(self.record, span.since).value if clock.status in STOPPED else None,
        }  # fmt: skip


def clock_stories(record: TaskRecord, sources: Mapping[int, str]) -> list[ClockStory]:
    """Return the clocks that the viewer may know of, in the order in which they began."""
    mine: dict[str, list[Span]] = {}
    for span in spans(record.events):
        mine.setdefault(span.clock.name, []).append(span)
    hidden = OFFICE_CLOCKS if record.issued_at is not None and not record.inside else frozenset()
    return [ClockStory(record, name, found, sources) for name, found in mine.items() if name not in hidden]


def calendar_versions(record: TaskRecord) -> set[int]:
    """Return every calendar version that the task's dates were ever counted with."""
    return {span.clock.due.calendar_version for span in spans(record.events)}
