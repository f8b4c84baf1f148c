"""Standing in for everybody in a rehearsal: units sign and report, the team reviews, drafts are signed and issued.

Every step is the one that a page would take, through the same services with the same checks, by somebody who holds the
post. What nobody can do is counted with the reason, and stays undone as it would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tracker.domain.approving import as_approved
from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.doers import doers_of
from tracker.domain.errors import CannotIssue, TrackerError
from tracker.domain.permissions import Viewer
from tracker.domain.quotas import TaskPeriod
from tracker.domain.rehearsal import Stuck, acting_day
from tracker.domain.standing_in import PARTIES, WORDS, answers, is_signature, next_step
from tracker.domain.values import local_date
from tracker.persistence.queries.rehearsed import OpenTask, find_lines, find_open
from tracker.services.context import Floor
from tracker.services.notices import NoticeService
from tracker.services.seeing import viewer_of
from tracker.services.tasks import TaskService

#: A unit that reports takes so many steps in one go at most: signs, records each of several returns, reports.
MOST_AT_ONCE = 40
LOOK_BACK_AFTER = timedelta(days=30)
TICK_EVERY = 50
UNIT_ROLES = ("liaison", "head")


@dataclass(frozen=True)
class _Roster:
    """Who holds which post, and as whom each person acts; read anew with each month."""

    month: tuple[int, int]
    office_unit_id: int
    holders: Mapping[tuple[int, str], list[int]]
    viewers: dict[int, Viewer]
    settings: Mapping[str, Any]


class StandIns:
    """All the people of one campaign."""

    def __init__(
        self, floor: Floor, tasks: TaskService, notices: NoticeService, *, campaign_ref: str, late: Collection[str],
        seed: str,
    ) -> None:  # fmt: skip
        self._floor, self._tasks, self._notices = floor, tasks, notices
        self._campaign_ref, self._late, self._seed = campaign_ref, late, seed
        self._stuck: Counter[tuple[str, str]] = Counter()
        self._ways: dict[tuple[int, bool, str, TaskPeriod], TransitionDefinition | None] = {}
        self._roster: _Roster | None = None

    @property
    def stuck(self) -> tuple[Stuck, ...]:
        """Return the steps that could not be taken, the most frequent first."""
        return tuple(Stuck(step, times, why) for (step, why), times in self._stuck.most_common())

    def work(self, *, tick: Callable[[], None]) -> None:
        """Let everybody do what it is time for; `tick` is called now and then."""
        today = local_date(self._floor.clock.now())
        with self._floor.uows() as uow:
            tasks = find_open(uow.session)
        for number, task in enumerate(tasks, start=1):
            self._attend(task, today)
            if number % TICK_EVERY == 0:
                tick()

    def _attend(self, task: OpenTask, today: date) -> None:
        """Take the steps of one task that it is time for; one of the supervisors a day, those of the unit in one go."""
        if task.done and task.done_at is not None and local_date(task.done_at) + LOOK_BACK_AFTER > today:
            return
        definition = as_approved(
            self._floor.catalog.workflow(task.workflow_version_id), severity=task.severity_floor,
            settings=self._read_roster(today).settings,
        )  # fmt: skip
        for _ in range(MOST_AT_ONCE):
            step = self._next(task, definition)
            if step is None or not self._is_time(task, definition, step, today):
                return
            moved = self._take(task, definition, step, today)
            if moved is None:
                return
            task = moved
            following = self._next(task, definition)
            if "unit" not in step.by or following is None or "unit" not in following.by:
                return

    def _next(self, task: OpenTask, definition: WorkflowDefinition) -> TransitionDefinition | None:
        period = TaskPeriod(task.period_key, task.quota, task.recorded)
        usual = definition is self._floor.catalog.workflow(task.workflow_version_id)
        way = (task.workflow_version_id, usual, task.state, period)
        if way not in self._ways:
            self._ways[way] = next_step(definition, task.state, lambda one: period.offers(one, definition))
        return self._ways[way]

    def _is_time(self, task: OpenTask, definition: WorkflowDefinition, step: TransitionDefinition, today: date) -> bool:
        """Tell whether the step is due. A late unit is late with its duties alone, and signs for them late too."""
        if "unit" not in step.by or definition.paper:
            return True
        late = task.is_duty and task.unit_key in self._late
        if is_signature(definition, step) and not late:
            return True
        day = acting_day(
            task.due_on, local_date(task.opened_at), self._floor.calendars.newest(), late=late, seed=self._seed,
            duty=f"{task.unit_key}|{task.measure_key}|{task.period_key}",
        )  # fmt: skip
        return today >= day

    def _take(
        self, task: OpenTask, definition: WorkflowDefinition, step: TransitionDefinition, today: date
    ) -> OpenTask | None:
        called = f"{definition.title}：{step.title}"
        who = self._who(task, step, today)
        if who is None:
            self._stuck[called, "没有人在这个岗位上，没有人能办。"] += 1
            return None
        try:
            return self._apply(task, definition, step, who, today)
        except CannotIssue as refused:
            if task.notice_ref is None or not self._discard(task, definition, who):
                self._stuck[called, refused.sentence] += 1
        except TrackerError as refused:
            self._stuck[called, refused.sentence] += 1
        return None

    def _apply(
        self, task: OpenTask, definition: WorkflowDefinition, step: TransitionDefinition, who: Viewer, today: date
    ) -> OpenTask:
        given = {}
        if step.form is not None:
            given = answers(definition.forms[step.form], definition.forms, today=today, lines=self._lines(task))
        recorded = task.recorded + step.until_quota
        if task.notice_ref is not None and task.notice_version is not None:
            paper = self._notices.apply_transition(
                who, notice_ref=task.notice_ref, transition=step.name, expected_version=task.notice_version,
                given=given, reason=WORDS,
            )  # fmt: skip
            return replace(task, state=paper.state, notice_version=paper.version, recorded=recorded)
        done = self._tasks.apply_transition(
            who, task_ref=task.ref, transition=step.name, expected_version=task.version, given=given, reason=WORDS
        )
        return replace(task, state=done.state, version=done.version, recorded=recorded)

    def _discard(self, task: OpenTask, definition: WorkflowDefinition, who: Viewer) -> bool:
        """Give up a draft in which nothing is left to be dealt with; tell whether it was."""
        if definition.transition("discard") is None or task.notice_ref is None or task.notice_version is None:
            return False
        for name in ("send_back", "discard") if task.state != definition.initial else ("discard",):
            version = task.notice_version
            try:
                task = replace(task, notice_version=self._notices.apply_transition(
                    who, notice_ref=task.notice_ref or "", transition=name, expected_version=version, reason=WORDS
                ).version)  # fmt: skip
            except TrackerError:
                return False
        return True

    def _lines(self, task: OpenTask) -> list[str]:
        if task.notice_id is None:
            return []
        with self._floor.uows() as uow:
            return find_lines(uow.session, task.notice_id)

    def _who(self, task: OpenTask, step: TransitionDefinition, today: date) -> Viewer | None:
        """Return somebody who may take a step: not whom separation rules out, as long as there is another."""
        roster = self._read_roster(today)
        places = {
            "unit": (task.unit_id, UNIT_ROLES), "lead": (task.upper_unit_id, UNIT_ROLES),
            "supervisor": (roster.office_unit_id, ("supervisor",)), "office": (roster.office_unit_id, ("office",)),
            "leader": (roster.office_unit_id, ("leader",)),
        }  # fmt: skip
        posts = [(places[party][0], role) for party in PARTIES if party in step.by for role in places[party][1]]
        posts += [(task.risen_unit_id, role) for role in ("supervisor", "leader", "head")]
        people = [person for unit, role in posts if unit is not None for person in roster.holders.get((unit, role), ())]
        barred = {person for name in step.unless_same_person_as for person in doers_of(task.last_doers, name)}
        free = [person for person in people if person not in barred] or people
        return self._viewer(free[0], roster, today) if free else None

    def _viewer(self, person_id: int, roster: _Roster, today: date) -> Viewer:
        if person_id not in roster.viewers:
            with self._floor.uows() as uow:
                posts = uow.accounts.posts_on(person_id, today)
                roster.viewers[person_id] = viewer_of(uow, person_id, posts)
        return roster.viewers[person_id]

    def _read_roster(self, today: date) -> _Roster:
        if self._roster is None or self._roster.month != (today.year, today.month):
            holders: dict[tuple[int, str], list[int]] = {}
            with self._floor.uows() as uow:
                campaign = uow.campaigns.get_by_ref(self._campaign_ref)
                settings = campaign.settings
                office = uow.tasks.office_of(campaign.id).unit_id
                units = [unit.id for unit in uow.units.units_by_key().values()]
                for post in uow.told.posts_at(units, today=today):
                    holders.setdefault((post.unit_id, post.role), []).append(post.person_id)
            self._roster = _Roster((today.year, today.month), office, holders, {}, settings)
        return self._roster
