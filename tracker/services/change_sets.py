"""A running campaign is changed by a listed change set: seen first, then applied all or nothing (issue 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import count

from tracker.domain.cadence import Cadence, why_never
from tracker.domain.campaign_file import CampaignFile, Labels, duties_of
from tracker.domain.changing import (
    NEED_REASON,
    Change,
    ChangeKind,
    Edit,
    Impact,
    MeasureState,
    TaskState,
    diff,
    judge,
    wanted_after,
)
from tracker.domain.deadlines import DueMoment, Phase, local_moment, told
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import CannotChange, FieldProblem, InvalidInput, NotAllowed, NotFound, StaleVersion
from tracker.domain.inputs import cleaned
from tracker.domain.measure_dues import resolve
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.reachability import SUPPORT, reachable_workflows
from tracker.domain.standing import Standing, standing_from_plain
from tracker.domain.timings import timing_of
from tracker.domain.values import local_date
from tracker.persistence.models import Campaign, Measure, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.announcing import liaisons_of
from tracker.services.catching_up import fire_all_due
from tracker.services.change_files import against_file
from tracker.services.change_writing import ChangeWriting, Decided, Planned
from tracker.services.context import Floor
from tracker.services.ladder_choice import ladder_lookup
from tracker.services.recording import ENGINE, Doer, doer_at

Wish = CampaignFile | Sequence[Edit]


@dataclass(frozen=True)
class RunningPlan:
    """A running campaign as it stands. `units` = key → name of every unit; `withdrawn` = keys of measures gone."""

    ref: str
    title: str
    version: int
    measures: tuple[MeasureState, ...]
    units: Mapping[str, str]
    withdrawn: tuple[str, ...] = ()

    def new_keys(self) -> Iterator[str]:
        """Yield keys that no measure of the campaign has had, without end."""
        taken = {one.key for one in self.measures} | set(self.withdrawn)
        return (key for number in count(1) if (key := f"added-{number:02d}") not in taken)


@dataclass(frozen=True)
class Preview:
    """What a change set will do. `against` = what stands in its way, beside what each impact says."""

    plan: RunningPlan
    impacts: tuple[Impact, ...]
    people: int
    against: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return everything that stands in the way, each sentence with its measure."""
        return (*self.against, *(f"{i.change.measure.name}：{s}" for i in self.impacts for s in i.against))

    @property
    def needs_reason(self) -> bool:
        """Tell whether the changes must be given a reason."""
        return any(impact.change.kind in NEED_REASON for impact in self.impacts)


@dataclass(frozen=True)
class ChangeReport:
    """What was done."""

    changes: int
    tasks: int
    opened: int
    people: int


class ChangeService:
    """Shows and applies change sets. `viewer` None = the operator at the command line."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def plan(self, viewer: Viewer | None, campaign_ref: str) -> RunningPlan:
        """Return a running campaign's measures; raises NotFound, NotAllowed, CannotChange for one not running."""
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            check_may_change(uow, viewer, campaign)
            return _Reading(uow, self._floor, campaign, self._floor.clock.now()).plan()

    def preview(self, viewer: Viewer | None, *, campaign_ref: str, wish: Wish, earlier: bool = False) -> Preview:
        """Return what a change set would do; changes nothing."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            check_may_change(uow, viewer, campaign)
            return _Reading(uow, self._floor, campaign, now).preview(wish, earlier=earlier)

    def apply(
        self, viewer: Viewer | None, *, campaign_ref: str, expected_version: int, wish: Wish, reason: str = "",
        earlier: bool = False,
    ) -> ChangeReport:  # fmt: skip
        """Apply a change set in one transaction.

        Raises NotFound, NotAllowed, StaleVersion, InvalidInput for a missing reason, or CannotChange with everything
        that stands in the way; then nothing is changed.
        """
        reason = _reason(reason)
        with self._floor.uows() as uow:
            check_may_change(uow, viewer, uow.campaigns.get_by_ref(campaign_ref))
        fire_all_due(self._floor)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign, by = lock_to_change(uow, viewer, campaign_ref=campaign_ref, expected_version=expected_version)
            reading = _Reading(uow, self._floor, campaign, now, lock=True)
            preview = reading.preview(wish, earlier=earlier)
            if preview.reasons:
                raise CannotChange("这次调整还不能生效，什么都没有改动。", preview.reasons)
            if preview.needs_reason and not reason:
                raise InvalidInput([FieldProblem("reason", "调整期限、撤出单位和撤回措施要写明理由，单位会看到。")])
            writing = ChangeWriting(
                uow, self._floor, campaign, Decided(reason, by, now), reading.measures, reading.tasks
            )
            people = writing.write([
                Planned(impact, reading.dues_of(impact.change), reading.changed_duty(impact.change))
                for impact in preview.impacts
            ])  # fmt: skip
            campaign.version += 1
            self._floor.ring_deliveries(uow)
            uow.commit()
            touched = {task for impact in preview.impacts for task in impact.tasks}
            return ChangeReport(len(preview.impacts), len(touched), sum(i.opens for i in preview.impacts), people)


def check_may_change(uow: UnitOfWork, viewer: Viewer | None, campaign: Campaign) -> Doer:
    """Return who changes a running campaign; raises NotFound, NotAllowed, or CannotChange for one not running."""
    by = ENGINE
    if viewer is not None:
        place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
        if not may(viewer, Action.SEE_CAMPAIGN, place):
            raise NotFound("没有这个专项行动，或者您无权查看。")
        if not may(viewer, Action.CHANGE_CAMPAIGN, place):
            raise NotAllowed("进行中的行动由领导小组办公室调整。")
        by = doer_at(viewer, place, Action.CHANGE_CAMPAIGN)
    if campaign.status != "issued":
        raise CannotChange("只有进行中的行动才用调整单；未下达的请修改文件后重新载入。", ())
    return by


def lock_to_change(
    uow: UnitOfWork, viewer: Viewer | None, *, campaign_ref: str, expected_version: int
) -> tuple[Campaign, Doer]:  # fmt: skip
    """Lock a running campaign for who may change it, and return both; raises as `check_may_change`, or StaleVersion."""
    check_may_change(uow, viewer, uow.campaigns.get_by_ref(campaign_ref))
    campaign = uow.campaigns.lock_running(campaign_ref)
    by = check_may_change(uow, viewer, campaign)
    if campaign.version != expected_version:
        raise StaleVersion("这次行动已有人先作了调整。页面已更新，请核对后重新提交。")
    return campaign, by


def _reason(typed: str) -> str:
    reason = cleaned(typed)
    if len(reason) > 1000:
        raise InvalidInput([FieldProblem("reason", f"理由最多1000字，现在是{len(reason)}字。")])
    return reason


class _Reading:
    """One reading of a campaign, its measures and tasks; with `lock` the tasks stay as read until the end."""

    def __init__(self, uow: UnitOfWork, floor: Floor, campaign: Campaign, now: datetime, *, lock: bool = False) -> None:
        self._uow, self._floor, self._campaign, self._now, self._lock = uow, floor, campaign, now, lock
        self._present = uow.units.units_by_key()
        self._key_of = {unit.id: key for key, unit in self._present.items()}
        self.measures: dict[str, Measure] = {m.key: m for m in uow.campaigns.measures(campaign.id)}
        self.tasks: dict[int, Task] = {}
        self._phases = {p.key: Phase(p.key, p.title, p.starts_on, p.ends_on) for p in uow.campaigns.phases(campaign.id)}

    def plan(self) -> RunningPlan:
        """Return the measures that were not withdrawn, in the order of the plan."""
        duties: dict[int, dict[str, str]] = {}
        for duty in self._uow.campaigns.standing_duties(self._campaign.id):
            duties.setdefault(duty.measure_id, {})[self._key_of[duty.unit_id]] = duty.role
        states = tuple(
            MeasureState(
                m.key, m.ordinal, m.title, m.text, m.workflow_key, timing_of(m.due, m.cadence), duties.get(m.id, {}),
                tuple(m.units), m.lead, tuple(m.support),
            )
            for m in self.measures.values()
            if m.withdrawn_at is None
        )  # fmt: skip
        names = {key: unit.name for key, unit in sorted(self._present.items(), key=lambda pair: pair[1].position)}
        gone = tuple(m.key for m in self.measures.values() if m.withdrawn_at is not None)
        return RunningPlan(self._campaign.ref, self._campaign.title, self._campaign.version, states, names, gone)

    def preview(self, wish: Wish, *, earlier: bool) -> Preview:
        """Return what a wish comes to."""
        plan = self.plan()
        wanted, against = self._wanted(plan, wish)
        changes, refused = diff(plan.measures, wanted)
        against = [
            *against,
            *refused,
            *self._withdrawn_before(changes),
            *self._unanswered(changes),
            *self._unready(changes),
            *self._never_due(changes),
        ]
        if not changes and not against:
            against = ["没有要改的：和现在的方案一样。"]
        states = self._read_tasks(changes)
        impacts = tuple(
            judge(
                change, states.get(change.measure.key, ()), self.dues_of(change), now=self._now, earlier=earlier,
                names=plan.units, begins=self._begins(change),
            )
            for change in changes
        )  # fmt: skip
        units = {self._present[key].id for impact in impacts for key in impact.units}
        people = liaisons_of(self._uow, self._campaign, units, now=self._now)
        return Preview(plan, impacts, len(people), tuple(dict.fromkeys(against)))

    def dues_of(self, change: Change) -> dict[int, DueMoment]:
        """Return the due moments that a change gives: by task id, and under 0 that of a task opened now."""
        if change.wanted is None or change.kind in (ChangeKind.REWORDED, ChangeKind.UNITS_REMOVED):
            return {}
        calendar = self._floor.calendars.newest()
        rule = change.wanted.due
        if isinstance(rule, Cadence):
            return self._dues_of_periods(change, rule)

        def due(opened_at: datetime) -> DueMoment:
            return told(resolve(rule, opened_at=opened_at, phases=self._phases, calendar=calendar))

        if change.kind is not ChangeKind.REDATED:
            return {0: due(self._now)}
        measure = self.measures[change.wanted.key]
        # A period task has the date of its period; only what runs once follows the measure's own date.
        return {
            task.id: due(task.opened_at)
            for task in self.tasks.values()
            if task.measure_id == measure.id and task.period_key == "once" and task.tie is None
            and task.assignment_id is not None
        }  # fmt: skip

    def changed_duty(self, change: Change) -> Standing | None:
        """Return the standing duty as a change of its cadence leaves it; None where no cadence changes."""
        if change.kind is not ChangeKind.REDATED or change.wanted is None or not isinstance(change.wanted.due, Cadence):
            return None
        return self._duty(change).changed(change.wanted.due, begins=self._next_begins(change))

    def _begins(self, change: Change) -> date | None:
        return self._next_begins(change) if self.changed_duty(change) is not None else None

    def _next_begins(self, change: Change) -> date:
        return self._duty(change).next_begins(self._floor.calendars.newest(), today=local_date(self._now))

    def _duty(self, change: Change) -> Standing:
        measure, campaign = self.measures[change.measure.key], self._campaign
        return standing_from_plain(
            measure.cadence or {}, measure.former_cadences, campaign.starts_on, campaign.ends_on, campaign.settings
        )

    def _dues_of_periods(self, change: Change, cadence: Cadence) -> dict[int, DueMoment]:
        """Return when the new cadence would have each open task due whose period it knows by the same key."""
        if change.kind is not ChangeKind.REDATED:
            return {}
        whole = replace(self._duty(change), cadence=cadence, former=())
        began = local_moment(whole.first, time(0))
        dues = {one.period_key: one.due for one in whole.openings(self._floor.calendars.newest(), since=began)}
        measure = self.measures[change.measure.key]
        return {
            task.id: due
            for task in self.tasks.values()
            if task.measure_id == measure.id and task.tie is None and task.assignment_id is not None
            and (due := dues.get(task.period_key)) is not None
        }  # fmt: skip

    def _wanted(self, plan: RunningPlan, wish: Wish) -> tuple[list[MeasureState], list[str]]:
        if not isinstance(wish, CampaignFile):
            try:
                return wanted_after(plan.measures, wish, plan.units), []
            except KeyError as gone:
                raise StaleVersion(f"措施“{gone.args[0]}”已经不在方案里，可能已有人先撤回。请刷新后再试。") from None
        against = against_file(self._uow, self._campaign, wish, list(self._phases.values()))
        sets = {
            name: [self._key_of[unit_id] for unit_id in members]
            for name, members in self._uow.units.set_members(self._campaign.office_id).items()
        }
        labels = Labels(((u.key, u.name, u.short_name) for u in self._present.values()), sets)
        wanted = []
        for entry in wish.measures:
            try:
                duties = dict(duties_of(entry, labels))
            except KeyError as strange:
                against.append(f"{entry.ordinal}{entry.title}：单位“{strange.args[0]}”在系统里没有，请先登记单位。")
                continue
            wanted.append(MeasureState(
                entry.key, entry.ordinal, entry.title, entry.text, entry.workflow, entry.timing, duties, entry.units,
                entry.lead, entry.support,
            ))  # fmt: skip
        return wanted, against

    def _withdrawn_before(self, changes: Sequence[Change]) -> list[str]:
        return [
            f"措施 key“{c.measure.key}”以前用过，已经撤回，请换一个。"
            for c in changes
            if c.kind is ChangeKind.ADDED and c.measure.key in self.measures
        ]

    def _unanswered(self, changes: Sequence[Change]) -> list[str]:
        joining = sorted({
            key for c in changes if c.kind in (ChangeKind.ADDED, ChangeKind.UNITS_ADDED) for key, _ in c.duties
        })  # fmt: skip
        ids = {self._present[key].id: self._present[key].name for key in joining}
        answered = self._uow.told.answering_units(list(ids), self._campaign.id, now=self._now)
        return [
            f"{name}没有联络员，也没有负责人，任务无人签收和办理，请先登记岗位。"
            for unit_id, name in ids.items()
            if unit_id not in answered
        ]

    def _unready(self, changes: Sequence[Change]) -> list[str]:
        """Look at new measures' workflows as issuing does: they exist, and their papers have a 机关代字."""
        words = self._campaign.settings.get("number_words", {})
        ladder = ladder_lookup(self._floor.catalog, self._campaign.settings)
        found = []
        for change in changes:
            if change.kind is not ChangeKind.ADDED:
                continue
            keys = [change.measure.workflow]
            keys += [SUPPORT] if "support" in change.measure.duties.values() else []
            reached = reachable_workflows(keys, workflow=self._workflow, ladder=ladder)
            if change.measure.workflow not in reached:
                found.append(f"“{change.measure.name}”要用的流程“{change.measure.workflow}”没有装入。")
            lacking = sorted({one.title for one in reached.values() if one.paper and one.key not in words})
            if lacking:
                found.append(f"“{change.measure.name}”可能形成{'、'.join(lacking)}，但本次行动没有写它的机关代字。")
        return found

    def _never_due(self, changes: Sequence[Change]) -> list[str]:
        campaign, calendar = self._campaign, self._floor.calendars.newest()
        found = []
        for change in changes:
            timing = change.wanted.due if change.wanted else None
            if change.kind in (ChangeKind.ADDED, ChangeKind.REDATED) and isinstance(timing, Cadence):
                first = max(campaign.starts_on, local_date(self._now))
                why = why_never(timing, first, campaign.ends_on, calendar)
                found += [f"“{change.measure.name}”：{why}"] if why else []
        return found

    def _workflow(self, key: str) -> WorkflowDefinition | None:
        try:
            return self._floor.catalog.newest_workflow(key)[1]
        except NotFound:
            return None

    def _read_tasks(self, changes: Sequence[Change]) -> dict[str, list[TaskState]]:
        keys = {self.measures[c.measure.key].id: c.measure.key for c in changes if c.measure.key in self.measures}
        ids = self._uow.tasks.of_measures(list(keys))
        read: Callable[[Sequence[int]], list[Task]] = (
            self._uow.tasks.lock_many if self._lock else self._uow.tasks.find_many
        )
        self.tasks = {task.id: task for task in read(ids)}
        found: dict[str, list[TaskState]] = {}
        for task in self.tasks.values():
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            steps = frozenset(step.name for step in definition.transitions if task.state in step.sources)
            found.setdefault(keys[task.measure_id or 0], []).append(TaskState(
                task.id, keys[task.measure_id or 0], self._key_of[task.unit_id], task.tie,
                not task.final and not task.done, task.due_on, task.due_at, steps,
            ))  # fmt: skip
        return found
