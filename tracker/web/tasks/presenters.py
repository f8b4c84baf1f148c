"""What the page of a task shows, worked out from its rows: the due moment in words, what was sent, what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.carrying import carried_values
from tracker.domain.clock_words import clock_words
from tracker.domain.definition import FieldType, FormDefinition, TransitionDefinition, WorkflowDefinition
from tracker.domain.errors import FieldProblem
from tracker.domain.fields import describe_values
from tracker.domain.objections import OBJECTION_PENDING
from tracker.domain.progress import Pace, pace_from_plain, show_share
from tracker.domain.values import DueClass, local_date
from tracker.persistence.queries.periods import EarlierReturn
from tracker.persistence.queries.task_page import TaskClock, TaskFile, TaskHead, TaskSubmission
from tracker.services.free_texts import FREE_TEXTS
from tracker.web.drafting import Drafting, DraftView
from tracker.web.forms import FormView, KeptFile, field_id, flat_values, holds_personal_number, present_form
from tracker.web.history import CLOCK_STATUS
from tracker.web.showing import left_or_late

DUE_CLASSES = {
    DueClass.FIXED.value: "规定日期，不因节假日变动",
    DueClass.TOLD.value: "已通知的期限，只会延后，变动会另行通知",
    DueClass.COMPUTED.value: "按规则推算",
}
#: Held clocks that go on when the task comes back to the unit; any other starts anew, so its old date says nothing.
SURVIVING = frozenset({"finish", "reply"})
#: What the unit does to carry its duty on comes open; what sends back or calls off is folded away.
FOLDED = ("withdraw", "return", "fail", "relapse", "retract")


@dataclass(frozen=True)
class Attempt:
    """What somebody tried and could not do: shown again with what was typed and what is wrong."""

    act: str
    given: Mapping[str, object] = field(default_factory=dict)
    problems: Sequence[FieldProblem] = ()
    sentence: str = ""

    def of(self, act: str) -> Attempt:
        """Return this attempt when it was at `act`, else an empty one."""
        return self if self.act == act else Attempt(act)

    def beside(self, given: Mapping[str, object]) -> Attempt:
        """Return this attempt, or where nothing was tried one that begins with a draft."""
        return self if self.given else Attempt(self.act, given)

    def typed(self, name: str) -> str:
        """Return what was typed into a plain field."""
        value = self.given.get(name, "")
        return value if isinstance(value, str) else ""

    def several(self, name: str) -> list[str]:
        """Return what was ticked of a field."""
        value = self.given.get(name, [])
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]

    def error(self, name: str) -> str:
        """Return what is wrong with a plain field."""
        return next((p.sentence for p in self.problems if p.field == name), "")

    def personal(self, name: str) -> bool:
        """Tell whether a plain field seems to hold a private person's number, which a tick may stand by."""
        return holds_personal_number(self.typed(name))

    def listed(self) -> tuple[tuple[str, str], ...]:
        """Return element id and sentence of each problem, for the summary on top of the form."""
        return tuple((field_id(p.field, self.act), p.sentence) for p in self.problems)


NOTHING_TRIED = Attempt("")


@dataclass(frozen=True)
class ActionView:
    """One transition that the viewer may take. `folded` = behind a disclosure until it is asked for."""

    name: str
    title: str
    reason: str
    form: FormView | None
    attempt: Attempt
    folded: bool
    prefilled: bool
    draft: DraftView
    summed: bool = False
    nil: bool = False

    @property
    def plain(self) -> bool:
        """Tell whether one button is all there is."""
        return self.form is None and self.reason == "none"


@dataclass(frozen=True)
class ClockView:
    """One clock in words."""

    title: str
    status: str
    due_on: date
    left: str
    late: bool
    rule: str
    due_class: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class SubmissionView:
    """One submission in words, with its files."""

    title: str
    who: str
    at: datetime
    values: tuple[tuple[str, str], ...]
    images: tuple[TaskFile, ...]
    papers: tuple[TaskFile, ...]


def present_actions(
    allowed: Iterable[TransitionDefinition], definition: WorkflowDefinition, head: TaskHead,
    submissions: Sequence[TaskSubmission], files: Sequence[TaskFile], attempt: Attempt, *, drafting: Drafting,
    offered: Mapping[str, object] | None = None, earlier: Sequence[EarlierReturn] = (),
) -> tuple[ActionView, ...]:  # fmt: skip
    """Return the actions in the file's order; a form comes with its draft, else one sent back with what was sent last.

    A fresh one begins with what seldom changes of the last return of the duty (`earlier` = in other periods), and with
    `offered`, what lower units returned, added up.
    """
    kept = [KeptFile(f.ref, f.file_name, f.media_type.startswith("image/")) for f in files]
    actions = []
    for transition in allowed:
        tried = attempt.of(transition.name)
        before = _sent_before(transition, head, submissions)
        draft = drafting.of(transition.name, sent_before=bool(before))
        form = definition.forms.get(transition.form or "")
        begun = bool(tried.given or draft.given)
        fresh = form is not None and not before and not begun and "unit" in transition.by
        summed = dict(offered or {}) if fresh else {}
        carried, since = _carried(form, submissions, earlier) if fresh and form else ({}, "")
        carried = {name: value for name, value in carried.items() if name not in summed}
        given = dict(tried.given or draft.given) or before or {**carried, **summed}
        view = form and present_form(
            form, definition.forms, given=given, problems=tried.problems, files=kept, scope=transition.name,
            confidential=definition.confidential, carried=dict.fromkeys(carried, since),
        )  # fmt: skip
        actions.append(
            ActionView(
                transition.name, transition.title, transition.reason, view or None, tried.beside(draft.given),
                folded=transition.name.startswith(FOLDED) and not tried.problems and not begun,
                prefilled=bool(before) and not begun, draft=draft, summed=bool(summed),
                nil=transition.nil,
            )
        )  # fmt: skip
    return tuple(actions)


def _carried(
    form: FormDefinition, submissions: Sequence[TaskSubmission], earlier: Sequence[EarlierReturn]
) -> tuple[dict[str, object], str]:
    """Return what the form begins with from the last return of the same duty, flat, and which return that was."""
    own = next((one for one in submissions if one.form_key == form.key), None)
    if own is not None:
        return flat_values(carried_values(form, own.values)), "上次报送"
    last = next((one for one in earlier if one.form_key == form.key), None)
    if last is None:
        return {}, ""
    return flat_values(
        carried_values(form, last.values)
    ), f"上期（{last.period_title}）" if last.period_title else "上期"


def present_clocks(
    clocks: Iterable[TaskClock], definition: WorkflowDefinition, *, now: datetime, calendar: WorkingCalendar
) -> tuple[ClockView, ...]:
    """Return the clocks that still count, the one that runs first."""
    looking_back = {name for name, one in definition.clocks.items() if one.at_once}
    counting = [
        one for one in clocks
        if one.name not in looking_back
        and (one.status in ("running", "paused") or (one.status == "held" and one.name in SURVIVING))
    ]  # fmt: skip
    views = [_clock(one, definition, now=now, calendar=calendar) for one in counting]
    return tuple(sorted(views, key=lambda view: view.status != CLOCK_STATUS["running"]))


def present_submissions(
    submissions: Iterable[TaskSubmission], files: Sequence[TaskFile], workflow: Callable[[int], WorkflowDefinition]
) -> tuple[SubmissionView, ...]:
    """Return what was sent, newest first, in the words of the workflow's version that it was sent under."""
    by_ref = {one.ref: one for one in files}
    views = []
    for one in submissions:
        definition = workflow(one.workflow_version_id)
        form = definition.forms.get(one.form_key)
        if form is None:
            continue
        transition = definition.transition(one.transition)
        mine = [by_ref[ref] for ref in file_refs(form, one.values) if ref in by_ref]
        views.append(
            SubmissionView(
                transition.title if transition else form.title, one.person_name, one.submitted_at,
                tuple(_described(form, one, definition)),
                tuple(f for f in mine if f.media_type.startswith("image/")),
                tuple(f for f in mine if not f.media_type.startswith("image/")),
            )
        )  # fmt: skip
    return tuple(views)


def lost_fields(attempt: Attempt, definition: WorkflowDefinition, shown: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return what was typed for an act that the page no longer offers, so that it can be copied."""
    if not attempt.given or attempt.act in set(shown):
        return ()
    return _typed_lines(attempt.act, attempt.given, definition)


def unsent_drafts(
    drafting: Drafting, definition: WorkflowDefinition, shown: Iterable[str]
) -> tuple[tuple[DraftView, tuple[tuple[str, str], ...]], ...]:
    """Return the drafts of forms that the page no longer offers, each with its lines, so that they can be copied."""
    gone = sorted(set(drafting.drafts.own) - set(shown))
    return tuple((drafting.of(act), _typed_lines(act, drafting.drafts.own[act].given, definition)) for act in gone)


def _typed_lines(
    act: str, given: Mapping[str, object], definition: WorkflowDefinition
) -> tuple[tuple[str, str], ...]:  # fmt: skip
    transition = definition.transition(act)
    form = definition.forms.get((transition.form or "") if transition else "")
    lines = []
    for name, value in given.items():
        if isinstance(value, str) and value.strip() and "__" not in name:
            title, options = _title_of(name, form, definition)
            lines.append((title, options.get(value, value)))
    return tuple(lines)


def _title_of(
    name: str, form: FormDefinition | None, definition: WorkflowDefinition
) -> tuple[str, Mapping[str, str]]:  # fmt: skip
    """Return how the page calls a posted name (problems.0.place = 发现问题第1行·地点或单位), and its choices."""
    first, _, rest = name.partition(".")
    field = next((one for one in form.fields if one.name == first), None) if form else None
    if field is None:
        return FREE_TEXTS.get(name, "希望延到" if name == "wanted_on" else name), {}
    index, _, inner = rest.partition(".")
    row = definition.forms.get(field.of or "")
    if not index.isdigit() or row is None:
        return field.title, field.options
    title, options = _title_of(inner, row, definition)
    return f"{field.title}第{int(index) + 1}行·{title}", options


def _sent_before(
    transition: TransitionDefinition, head: TaskHead, submissions: Sequence[TaskSubmission]
) -> dict[str, object]:
    if not head.sent_back or transition.form is None:
        return {}
    last = next((one for one in submissions if one.transition == transition.name), None)
    return flat_values(last.values) if last else {}


def _clock(one: TaskClock, definition: WorkflowDefinition, *, now: datetime, calendar: WorkingCalendar) -> ClockView:
    late = one.status == "running" and now >= one.due_at
    notes = []
    if one.provisional:
        notes.append("其中有年份的放假安排尚未公布，期限为暂定，公布后只会延后、不会提前。")
    if one.occurrence > 1:
        notes.append(f"这是第{one.occurrence}次给定的期限，以前的期限见办理记录。")
    if one.status == "paused":
        contested = one.pause_reason == OBJECTION_PENDING
        notes.append(f"{'申诉审理' if contested else '延期申请审批'}期间暂停计时，不催办、不升级。")
    if one.ladder_from_on > one.due_on:
        own = max(0, calendar.working_days_between(one.ladder_from_on, local_date(now)))
        notes.append(f"等待审核、申诉审理的日子不算单位逾期，已扣除；属于单位的逾期为{own}个工作日。")
    if one.quality_failures:
        notes.append(f"本期限内已被退回{one.quality_failures}次。")
    if one.failed_rechecks:
        notes.append(f"本期限内复查不合格{one.failed_rechecks}次。")
    if one.excused:
        notes.append("已认定有正当理由：以“无正当理由”为条件的措施不启动，期限不变。")
    if one.pace:
        notes.append(_pace_note(pace_from_plain(one.pace), now=now))
        late = False
    left = left_or_late(one.due_on, one.due_at, now=now, calendar=calendar) if one.status == "running" else ""
    return ClockView(
        clock_words(one.name, definition), CLOCK_STATUS.get(one.status, one.status), one.due_on, left, late,
        one.due_rule, DUE_CLASSES.get(one.due_class, ""), tuple(notes),
    )  # fmt: skip


def _pace_note(pace: Pace, *, now: datetime) -> str:
    today = local_date(now)
    return (
        f"按序时进度，到今天应完成{show_share(pace.schedule.share_on(today))}，已报完成{show_share(pace.share_at(now))}。"
        "核对日之前更新进度即可。"
    )


def _described(form: FormDefinition, one: TaskSubmission, definition: WorkflowDefinition) -> list[tuple[str, str]]:
    without_files = {f.name for f in form.fields if f.type is FieldType.FILES}
    shown = {name: value for name, value in one.values.items() if name not in without_files}
    return describe_values(form, shown, definition.forms)


def file_refs(form: FormDefinition, values: Mapping[str, object]) -> list[str]:
    """Return the refs of the files that a return holds."""
    refs: list[str] = []
    for one in form.fields:
        listed = values.get(one.name)
        if one.type is FieldType.FILES and isinstance(listed, list):
            refs += [str(ref) for ref in listed]
    return refs
