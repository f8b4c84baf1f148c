"""What a workflow file says, as a page of help: who acts when, until when, what happens when late, what is asked for.

Everything is read from the definition and its ladders, so that the help never says other than what happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.domain.addressing import HOLDER_NAMES
from tracker.domain.definition import (
    ClockDefinition,
    DayUnit,
    FieldDefinition,
    FieldType,
    FormDefinition,
    TransitionDefinition,
    WorkflowDefinition,
)
from tracker.domain.ladder import Ladder, Rung, RungAct
from tracker.domain.ladder_words import say_conditions
from tracker.domain.machine import PARTY_TITLES
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.rates import rates_of
from tracker.domain.values import WAITS_FOR_TITLES

TYPE_TITLES = {
    FieldType.TEXT: "文字", FieldType.LONG_TEXT: "文字", FieldType.COUNT: "整数", FieldType.DATE: "日期",
    FieldType.CHOICE: "单选", FieldType.CHOICES: "多选", FieldType.YES_NO: "是或否", FieldType.FILES: "文件",
    FieldType.ROWS: "多行",
}  # fmt: skip
ACT_TITLES = {RungAct.REMIND: "提醒", RungAct.URGE: "催办", RungAct.RAISE: "报督导组研究", RungAct.PASS_ON: "改请转办"}
PAUSES = {"extension_pending": "申请延期待批期间暂停计时。", "objection_pending": "有关事项申诉审理期间暂停计时。"}
OPENED = {
    "rectification_for_problems": "填报的每个问题各成为一个整改事项。",
    "rectification_for_items": "文书的每一条各成为一个整改事项。",
    "rectification_for_agreed": "商定的每一项各成为一个整改事项。",
}


@dataclass(frozen=True)
class MoveView:
    """One thing that can be done in a state. `form` is the title of the form to fill, or empty."""

    title: str
    by: str
    to: str
    form: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class StateView:
    """One state: whose move it is, which moves there are, which clocks run."""

    title: str
    waits: str
    moves: tuple[MoveView, ...]
    clocks: tuple[str, ...]
    final: bool


@dataclass(frozen=True)
class RungView:
    """One step of a ladder."""

    when: str
    what: str
    to: str


@dataclass(frozen=True)
class ClockView:
    """One deadline and what happens around it."""

    title: str
    limit: str
    where: str
    rungs: tuple[RungView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class FieldLine:
    """One field of a form."""

    title: str
    must: str
    kind: str
    help: str


@dataclass(frozen=True)
class FormLines:
    """One form, or the rows of one."""

    key: str
    title: str
    fields: tuple[FieldLine, ...]


@dataclass(frozen=True)
class HelpPage:
    """Everything that the help says of a kind of work."""

    key: str
    title: str
    text: str
    states: tuple[StateView, ...]
    clocks: tuple[ClockView, ...]
    forms: tuple[FormLines, ...]
    confidential: bool


def present_help(definition: WorkflowDefinition, ladder: Callable[[str], Ladder | None]) -> HelpPage:
    """Return the help of a kind of work."""
    return HelpPage(
        definition.key, definition.title, definition.help,
        tuple(_state(name, definition) for name in definition.states),
        tuple(
            _clock(clock, definition, climbed)
            for clock in definition.clocks.values()
            if (climbed := ladder(clock.ladder)) is not None
        ),
        tuple(_form(form, definition) for form in definition.forms.values()), definition.confidential,
    )  # fmt: skip


def _state(name: str, definition: WorkflowDefinition) -> StateView:
    state = definition.states[name]
    moves = tuple(_move(one, definition) for one in definition.transitions if name in one.sources)
    clocks = tuple(f"{one.title}期限" for one in definition.clocks.values() if name in one.runs_in and not one.at_once)
    return StateView(state.title, "" if state.final else WAITS_FOR_TITLES[state.waits_for], moves, clocks, state.final)


def _move(move: TransitionDefinition, definition: WorkflowDefinition) -> MoveView:
    notes = [OPENED.get(move.opens or "", "")]
    if move.reason == "required":
        notes.append("要写明理由。")
    others = [found.title for name in sorted(move.unless_same_person_as) if (found := definition.transition(name))]
    if others:
        notes.append(f"不能由办理“{'”“'.join(others)}”的同一个人来办。")
    return MoveView(
        move.title, "、".join(PARTY_TITLES[party] for party in PARTY_TITLES if party in move.by),
        definition.states[move.target].title,
        definition.forms[move.form].title if move.form else "", tuple(note for note in notes if note),
    )  # fmt: skip


def _clock(clock: ClockDefinition, definition: WorkflowDefinition, ladder: Ladder) -> ClockView:
    limit = "以任务上写明的日期为准"
    if clock.within is not None:
        unit = "个工作日" if clock.within.unit is DayUnit.WORKING_DAY else "天"
        begun = "提出申请" if clock.runs_while else "转入"
        limit = f"从{begun}之日的次日起{clock.within.amount}{unit}"
    elif clock.paced:
        limit = "按核对周期，在每期最后一天核对；措施写了序时进度的才有"
    elif clock.at_once:
        limit = "印发时当场核对，不另给期限"
    notes = [sentence for reason, sentence in PAUSES.items() if reason in clock.pauses_for]
    where = "、".join(definition.states[name].title for name in definition.states if name in clock.runs_in)
    return ClockView(
        f"{clock.title}期限", limit, where, tuple(_rung(one, ladder) for one in ladder.rungs), tuple(notes)
    )


def _rung(rung: Rung, ladder: Ladder) -> RungView:
    titles = {one.name: one.title or one.name for one in ladder.rungs}
    causes = say_conditions(rung, lambda kind: NOTICE_TITLES.get(kind, kind), lambda name: titles.get(name, name))
    if rung.unless_excused:
        causes[-1] += "，且没有正当理由"
    what = rung.title or ACT_TITLES[rung.act]
    return RungView("，或".join(causes), what, "、".join(HOLDER_NAMES.get(role, role) for role in rung.to))


def _form(form: FormDefinition, definition: WorkflowDefinition) -> FormLines:
    rates = rates_of(form)
    lines: list[FieldLine] = []
    for one in form.fields:
        lines.append(_field(one, definition))
        if rate := rates.get(one.name):
            lines.append(FieldLine(rate.title, "自动算出", "比率", f"{rate.part.title} ÷ {rate.whole.title}，不用填。"))
    return FormLines(form.key, form.title, tuple(lines))


def _field(field: FieldDefinition, definition: WorkflowDefinition) -> FieldLine:
    kind = TYPE_TITLES[field.type] + (f"（{field.unit}）" if field.unit else "")
    if field.options:
        kind += f"：{'、'.join(field.options.values())}"
    if field.of:
        kind += f"，每行填“{definition.forms[field.of].title}”"
    return FieldLine(field.title, "必填" if field.required else "选填", kind, field.help)
