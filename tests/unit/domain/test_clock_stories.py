"""Any sequence of moves, extensions, objections, hand-overs, calendars and outages: each rung once, at its moment, or never.

The machine plays the engine (it looks at a clock only when the stored moment has come) and people over the shipped
workflows, and judges every firing by counting days itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.world import shipped_catalog
from tracker.definitions.calendar_seed import seed_days
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.clocks import (
    Clock,
    ClockStatus,
    count,
    enter_state,
    next_occurrence,
    order,
    pause,
    redate,
    start,
)
from tracker.domain.deadlines import by_date, local_moment
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.escalation import Cause, RungReached, decide, next_fire_at
from tracker.domain.extending import EXTENSION_PENDING
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.machine import compile_edges, plan_transition
from tracker.domain.objections import OBJECTION_PENDING, answer_extension, freeze, overturn, thaw
from tracker.domain.redating import CalendarTable, merged, recount
from tracker.domain.values import SHANGHAI, local_date

CATALOG = shipped_catalog()
BEGIN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
LAST_DAY = date(2026, 8, 31)
STORIES = ("survey", "publicity", "rectification", "control", "interview_notice")
ALL_PARTIES = frozenset({"unit", "lead", "supervisor", "office", "leader", "engine"})
MOST_LOOKS = 40
DAYS = st.dates(min_value=date(2026, 3, 1), max_value=date(2026, 7, 31))


def working_days_after(calendar: WorkingCalendar, since: date, until: date) -> int:
    """Count working days after `since` up to `until`, one by one."""
    days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(calendar.is_workday(day) for day in days)


class ClockStories(RuleBasedStateMachine):
    """One task, its clocks, the engine that looks at them, and everybody who may do something to them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.calendar = WorkingCalendar(1, *seed_days(2025, 2027))
        self.clocks: dict[str, Clock] = {}
        self.due: dict[str, datetime | None] = {}
        self.fired: set[tuple[str, int, int]] = set()
        self.unit = "east"
        self.asked: set[str] = set()
        self.contested = False
        self.engine_is_away = False

    # -- the task

    @initialize(key=st.sampled_from(STORIES), days=st.integers(0, 60))
    def begins(self, key: str, days: int) -> None:
        """A task opens with a date."""
        self.workflow: WorkflowDefinition = CATALOG.workflows[key]
        self.state = self.workflow.initial
        self.given = by_date(local_date(BEGIN) + timedelta(days=days), calendar=self.calendar)
        self._enter(self.state)

    @property
    def ended(self) -> bool:
        return self.workflow.states[self.state].final

    def _ladder(self, name: str) -> Ladder:
        return CATALOG.ladders[self.workflow.clocks[name].ladder]

    def _store(self, name: str, clock: Clock) -> None:
        self.clocks[name] = clock
        found = next_fire_at(clock, self._ladder(name), self.calendar, now=self.now)
        self.due[name] = found if clock.status is ClockStatus.RUNNING else None

    def _enter(self, state: str) -> None:
        final = self.workflow.states[state].final
        for name, definition in self.workflow.clocks.items():
            if name in self.clocks:
                entered = enter_state(
                    self.clocks[name], definition, state=state, final=final, now=self.now, calendar=self.calendar
                )
                self._store(name, entered)
            elif state in definition.runs_in and not (definition.at_once or definition.paced or definition.runs_while):
                begun = start(definition, now=self.now, calendar=self.calendar, given=self.given)
                self._store(name, self._resting(name, begun))

    def _resting(self, name: str, clock: Clock) -> Clock:
        """Let a clock rest that begins, or would go on, while the task is contested."""
        return freeze(clock, self.workflow.clocks[name], now=self.now) if self.contested else clock

    @rule(pick=st.integers(0, 9), person=st.integers(1, 3))
    def somebody_moves(self, pick: int, person: int) -> None:
        """Accept, report, return, approve, withdraw …: whatever the file allows here."""
        here = [name for state, name in compile_edges(self.workflow) if state == self.state]
        if not here:
            return
        self.look()  # A running engine has fired what was due by now; services/catching_up.py sees to it.
        taken = plan_transition(
            self.workflow, state=self.state, transition=here[pick % len(here)], parties=ALL_PARTIES, person_id=person,
            last_doers={},
        )  # fmt: skip
        self.state = taken.target
        self._enter(taken.target)
        for name, clock in list(self.clocks.items()):
            if taken.counts_as is not None and clock.status is ClockStatus.RUNNING:
                self._store(name, count(clock, taken.counts_as))
            if taken.next_occurrence and self.workflow.clocks[name].from_measure:
                relapse = by_date(local_date(self.now) + timedelta(days=15), calendar=self.calendar)
                self._store(name, next_occurrence(self.clocks[name], relapse, now=self.now))
            self._store(name, self._resting(name, self.clocks[name]))

    @rule()
    def the_task_is_handed_over(self) -> None:
        """Another unit has it now; its clocks are what they were."""
        self.unit = "west" if self.unit == "east" else "east"

    # -- dates

    @rule()
    def an_extension_is_asked(self) -> None:
        """The clocks that pause for it pause."""
        self.look()
        for name, clock in list(self.clocks.items()):
            if EXTENSION_PENDING in self.workflow.clocks[name].pauses_for and clock.status is not ClockStatus.DONE:
                self.asked.add(name)
                self._store(name, pause(clock, reason=EXTENSION_PENDING, now=self.now))

    @rule(grant=st.booleans(), days=st.integers(1, 30))
    def it_is_decided(self, grant: bool, days: int) -> None:
        """A later date, or the old one."""
        for name in sorted(self.asked):
            clock = self.clocks[name]
            if clock.status is ClockStatus.PAUSED:
                later = max(local_date(self.now), clock.due.due_on) + timedelta(days=days)
                granted = by_date(later, calendar=self.calendar, source="经批准延期")
                self._store(
                    name,
                    self._resting(name, next_occurrence(clock, granted, now=self.now))
                    if grant
                    else answer_extension(clock, contested=self.contested, now=self.now, calendar=self.calendar),
                )
        self.asked.clear()

    @precondition(lambda self: not self.contested and not self.ended)
    @rule()
    def the_unit_objects(self) -> None:
        """What was raised about the task is contested, and its clocks rest."""
        self.look()
        self.contested = True
        for name, clock in list(self.clocks.items()):
            self._store(name, self._resting(name, clock))

    @precondition(lambda self: self.contested)
    @rule(upheld=st.booleans())
    def it_is_answered(self, upheld: bool) -> None:
        """Upheld: lateness begins anew on that day. Either way the clocks go on, but for a date that is asked for."""
        self.contested = False
        for name, clock in list(self.clocks.items()):
            judged = overturn(clock, None, now=self.now) if upheld else clock
            asked = name in self.asked
            self._store(name, thaw(judged, extension_asked=asked, now=self.now, calendar=self.calendar))

    @rule(days=st.integers(0, 30))
    def a_change_set_gives_a_new_date(self, days: int) -> None:
        """From above; a clock that waits goes on waiting."""
        due = by_date(local_date(self.now) + timedelta(days=days), calendar=self.calendar)
        for name, clock in list(self.clocks.items()):
            if self.workflow.clocks[name].within is None:
                self._store(name, redate(clock, due, now=self.now))

    @rule(changed=st.dictionaries(DAYS, st.booleans(), max_size=6))
    def the_calendar_changes(self, changed: dict[date, bool]) -> None:
        """Holidays are moved; running clocks are counted again."""
        present = {day: works for day, works in self.calendar.exceptions.items() if day.year == 2026}
        table = CalendarTable(present | changed, frozenset({2026}))
        self.calendar = merged(self.calendar, table, version=self.calendar.version + 1)
        for name, clock in list(self.clocks.items()):
            self._store(name, recount(clock, self.calendar, now=self.now))

    @rule(pick=st.integers(0, 9))
    def a_leader_orders_a_rung(self, pick: int) -> None:
        """Of a clock that runs, one that raises something and has not fired."""
        for name, clock in list(self.clocks.items()):
            rungs = [i for i, one in enumerate(self._ladder(name).rungs) if one.act is RungAct.RAISE]
            if clock.status is ClockStatus.RUNNING and rungs and rungs[pick % len(rungs)] not in clock.fired:
                self._store(name, order(clock, rungs[pick % len(rungs)]))
                return

    # -- time and the engine

    @rule(hours=st.integers(1, 400))
    def time_passes(self, hours: int) -> None:
        """From due moment to due moment, the engine looking at each, unless it is away."""
        until = self.now + timedelta(hours=hours)
        while not self.engine_is_away and (upcoming := self._next()) is not None and upcoming <= until:
            self.now = max(self.now, upcoming)
            self.look()
        self.now = until

    @precondition(lambda self: not self.engine_is_away)
    @rule()
    def the_engine_goes_away(self) -> None:
        """An outage begins."""
        self.engine_is_away = True

    @precondition(lambda self: self.engine_is_away)
    @rule()
    def it_comes_back(self) -> None:
        """It ends, and everything due is looked at."""
        self.engine_is_away = False
        self.look()

    @rule(minutes=st.integers(1, 600))
    def the_hosts_time_goes_back(self, minutes: int) -> None:
        """A moment is seen twice; nothing fires twice for it."""
        self.now = max(BEGIN, self.now - timedelta(minutes=minutes))
        self.look()
        self.now += timedelta(minutes=minutes)

    def _next(self) -> datetime | None:
        return min((moment for moment in self.due.values() if moment is not None), default=None)

    def look(self) -> None:
        """Do what a sweep does: look at the clocks whose stored moment has come, and at no other."""
        for name, due in list(self.due.items()):
            if due is None or due > self.now:
                continue
            clock = self.clocks[name]
            decision = decide(clock, self._ladder(name), self.calendar, now=self.now)
            for reached in decision.reached:
                self._judge(name, clock, reached)
            fell_due = [reached.fell_due_at for reached in decision.reached]
            assert fell_due == sorted(fell_due)
            self.clocks[name] = replace(clock, fired=clock.fired | {one.index for one in decision.reached})
            self.due[name] = decision.next_fire_at

    def _judge(self, name: str, clock: Clock, reached: RungReached) -> None:
        key = (name, clock.occurrence, reached.index)
        assert key not in self.fired, f"{key} fired twice"
        assert all(occurrence <= clock.occurrence for one, occurrence, _ in self.fired if one == name)
        self.fired.add(key)
        assert not self.ended, f"{key} fired on a task that is over"
        assert self.state in self.workflow.clocks[name].runs_in, f"{key} fired while others had the task"
        assert reached.fell_due_at <= self.now
        resting = self.contested and OBJECTION_PENDING in self.workflow.clocks[name].pauses_for
        assert not resting, f"{key} fired while it was contested"
        if reached.cause is Cause.LATE:
            assert self._has_come(clock, reached.rung, self.now), f"{key} fired before its moment"
            assert self._has_come(clock, reached.rung, reached.fell_due_at), f"{key} says it fell due before its moment"
        else:
            ordered, rung = reached.index in clock.ordered, reached.rung
            failed = (rung.quality_failures or 99) <= clock.quality_failures
            again = (rung.failed_rechecks or 99) <= clock.failed_rechecks
            assert {Cause.ORDER: ordered, Cause.QUALITY: failed, Cause.RECHECK: again}[reached.cause]

    def _has_come(self, clock: Clock, rung: Rung, at: datetime) -> bool:
        """Tell whether lateness has reached a rung, by counting days and looking at the hour."""
        assert rung.after is not None
        today, hour = local_date(at), at.astimezone(SHANGHAI).time()
        if rung.after > 0:
            late = working_days_after(self.calendar, clock.ladder_from_on, today)
            return late > rung.after or (
                late == rung.after and (hour >= rung.at or not self.calendar.is_workday(today))
            )
        last = clock.due.due_on
        while not self.calendar.is_workday(last):
            last -= timedelta(days=1)
        left = working_days_after(self.calendar, today, last) if today <= last else -1
        return left < -rung.after or (left == -rung.after and (hour >= rung.at or not self.calendar.is_workday(today)))

    # -- always

    @invariant()
    def no_clock_sleeps_over_a_rung(self) -> None:
        """The stored moment is never later than the next rung, and nothing is due that was looked at."""
        for name, clock in self.clocks.items():
            if clock.status is not ClockStatus.RUNNING:
                assert self.due[name] is None
                continue
            wanted = next_fire_at(clock, self._ladder(name), self.calendar, now=self.now)
            stored = self.due[name]
            assert wanted is None or (stored is not None and stored <= max(wanted, self.now))

    @invariant()
    def a_task_that_is_over_has_no_clock_left(self) -> None:
        """Every clock ends with its task."""
        if getattr(self, "workflow", None) is not None and self.ended:
            assert {clock.status for clock in self.clocks.values()} <= {ClockStatus.DONE}

    def teardown(self) -> None:
        """However long nobody does anything: each clock falls silent after its last rung, and none was left out."""
        if getattr(self, "workflow", None) is None:
            return
        self.engine_is_away = False
        for _ in range(MOST_LOOKS):
            self.look()
            upcoming = self._next()
            if upcoming is None:
                break
            self.now = max(self.now, upcoming)
        assert self._next() is None, "a clock never ends"
        self.now = max(self.now, local_moment(LAST_DAY, time(23)))
        for name, clock in self.clocks.items():
            if clock.status is ClockStatus.RUNNING:
                rungs = enumerate(self._ladder(name).rungs)
                late = {(name, clock.occurrence, i) for i, one in rungs if one.after is not None and one.after > 0}
                assert late <= self.fired, f"{name}: a rung was left out"


ClockStories.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestClockStories = ClockStories.TestCase
