"""What must hold within a workflow or ladder, and between files, once each file has the right shape."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tracker.definitions.problems import Problem, unknown
from tracker.domain.carrying import CARRIABLE
from tracker.domain.definition import (
    FieldDefinition,
    FieldType,
    FormDefinition,
    TransitionDefinition,
    WorkflowDefinition,
)
from tracker.domain.ladder import OPTIONAL_LADDERS
from tracker.domain.machine import ACT_TITLES

#: The moves that the services of papers call by name, whatever else a paper's workflow has.
PAPER_TRANSITIONS = ("seal", "send_back", "approve", "issue", "accept", "discard", "void")
#: What a paper has besides that is answered; one that only lets know (延期批复, 摘牌通知) ends when it is signed for.
ANSWER_TRANSITIONS = ("reply", "return_reply", "close")

#: What `rectification_for_agreed` reads from the rows of its form.
AGREED, AGREED_COLUMNS = "agreed", {"item", "measure", "leader", "limit_on"}

#: `transitions` gives its models attributes of these names.
_RESERVED = frozenset({"state", "trigger", "may_trigger"})
_RESERVED_BEGINNINGS = ("is_", "may_", "to_")


def check_workflow(definition: WorkflowDefinition, *, ladders: Collection[str]) -> list[Problem]:
    """Return what is wrong within `definition`, and with the ladders it names."""
    return [
        *_check_transitions(definition),
        *_check_states(definition),
        *_check_clocks(definition, ladders),
        *_check_forms(definition),
        *_check_paper(definition),
        *_check_standing(definition),
    ]


def twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]


def _check_transitions(definition: WorkflowDefinition) -> Iterator[Problem]:
    names = [transition.name for transition in definition.transitions]
    for name in twice(names):
        yield Problem(f"transitions.{name}", f"步骤“{name}”写了两次，请用 from: [..] 合并或换个名称。")
    for transition in definition.transitions:
        path = f"transitions.{transition.name}"
        if transition.name in _RESERVED or transition.name.startswith(_RESERVED_BEGINNINGS):
            yield Problem(f"{path}.name", f"“{transition.name}”是系统保留的名称，请换一个。")
        for source in sorted(transition.sources - definition.states.keys()):
            yield Problem(f"{path}.from", unknown("状态", source, definition.states))
        for source in sorted(transition.sources & definition.states.keys()):
            if definition.states[source].final:
                yield Problem(f"{path}.from", f"状态“{source}”是终结状态（final），不能再往下走。")
        if transition.target not in definition.states:
            yield Problem(f"{path}.to", unknown("状态", transition.target, definition.states))
        for earlier in sorted(transition.unless_same_person_as - {*names, *ACT_TITLES}):
            yield Problem(f"{path}.unless", unknown("步骤", earlier, [*names, *ACT_TITLES]))
        yield from _check_form_of(definition, path, transition.form, transition.opens)
        yield from _check_progress(definition, path, transition)


def _check_form_of(definition: WorkflowDefinition, path: str, form: str | None, opens: str | None) -> Iterator[Problem]:
    if form is not None and form not in definition.forms:
        yield Problem(f"{path}.form", unknown("表单", form, definition.forms))
    elif opens == "rectification_for_problems":
        fields = definition.forms[form].fields if form else ()
        if all(one.type is not FieldType.ROWS for one in fields):
            yield Problem(f"{path}.opens", "按问题立项整改，要有带问题行（type: rows）的表单。")
    elif opens == "rectification_for_agreed":
        fields = definition.forms[form].fields if form else ()
        rows = next((definition.forms.get(one.of or "") for one in fields if one.name == AGREED), None)
        if rows is None or not {one.name for one in rows.fields} >= AGREED_COLUMNS:
            names = "、".join(sorted(AGREED_COLUMNS))
            yield Problem(
                f"{path}.opens", f"按商定事项立项整改，表单要有名为 {AGREED} 的多行（type: rows），每行有 {names}。"
            )


def _check_progress(definition: WorkflowDefinition, path: str, transition: TransitionDefinition) -> Iterator[Problem]:
    if transition.progress is None:
        return
    form = definition.forms.get(transition.form or "")
    shares = [one.name for one in form.fields if one.at_most or one.rate_of] if form else []
    if transition.progress not in shares:
        yield Problem(
            f"{path}.progress", unknown("有基数（at_most 或 rate_of）的数量字段", transition.progress, shares)
        )
    if not any(clock.paced for clock in definition.clocks.values()):
        yield Problem(f"{path}.progress", "写了 progress（报进度），流程里还要有 due: from_schedule 的计时。")


def _check_states(definition: WorkflowDefinition) -> Iterator[Problem]:
    if definition.initial not in definition.states:
        yield Problem("initial", unknown("状态", definition.initial, definition.states))
        return
    steps = [(source, one.target) for one in definition.transitions for source in one.sources]
    reached = _spread({definition.initial}, steps)
    finals = {name for name, state in definition.states.items() if state.final}
    ending = _spread(finals, [(target, source) for source, target in steps])
    for name, state in definition.states.items():
        path = f"states.{name}"
        if name not in reached:
            yield Problem(path, f"没有任何步骤能走到状态“{name}”（{state.title}）。")
        if not state.final and all(source != name for source, _ in steps):
            yield Problem(path, f"状态“{name}”（{state.title}）没有出路：请加一个步骤，或标 final: true。")
        elif name not in ending:
            yield Problem(path, f"从状态“{name}”（{state.title}）出发，永远走不到终结状态。")


def _spread(start: set[str], steps: list[tuple[str, str]]) -> set[str]:
    """Return all that is reached from `start` along `steps`."""
    reached = set(start)
    while more := {target for source, target in steps if source in reached} - reached:
        reached |= more
    return reached


def _check_clocks(definition: WorkflowDefinition, ladders: Collection[str]) -> Iterator[Problem]:
    for name, clock in definition.clocks.items():
        path = f"clocks.{name}"
        if clock.ladder not in ladders and clock.ladder not in OPTIONAL_LADDERS:
            yield Problem(f"{path}.ladder", unknown("升级规则", clock.ladder, ladders))
        for state in sorted(clock.runs_in):
            if state not in definition.states:
                yield Problem(f"{path}.runs_in", unknown("状态", state, definition.states))
            elif definition.states[state].final:
                yield Problem(f"{path}.runs_in", f"状态“{state}”是终结状态，不能再计时。")


def _check_forms(definition: WorkflowDefinition) -> Iterator[Problem]:
    used = {one.form for one in definition.transitions}
    used |= {one.of for form in definition.forms.values() for one in form.fields}
    for key, form in definition.forms.items():
        path = f"forms.{key}"
        if key not in used:
            yield Problem(path, f"表单“{key}”没有用到，请检查步骤的 form 或行的 of 是否写对。")
        for name in twice(field.name for field in form.fields):
            yield Problem(f"{path}.{name}", f"字段“{name}”写了两次。")
        for field in form.fields:
            yield from _check_field(definition, form, field, f"{path}.{field.name}")


def _check_field(
    definition: WorkflowDefinition, form: FormDefinition, field: FieldDefinition, path: str
) -> Iterator[Problem]:
    counts = [one.name for one in form.fields if one.type is FieldType.COUNT and one is not field]
    if field.at_most is not None:
        if field.type is not FieldType.COUNT:
            yield Problem(f"{path}.at_most", "只有数量（type: count）才能写 at_most。")
        elif field.at_most not in counts:
            yield Problem(f"{path}.at_most", unknown("数量字段", field.at_most, counts))
    if field.rate_of is not None and field.rate_of not in counts:
        yield Problem(f"{path}.rate_of", unknown("数量字段", field.rate_of, counts))
    if field.rate and (field.type is not FieldType.COUNT or (field.at_most or field.rate_of) is None):
        yield Problem(f"{path}.rate", "比率（rate）只能写在数量上，并用 at_most 或 rate_of 写明基数。")
    if field.rate_of is not None and not field.rate:
        yield Problem(f"{path}.rate_of", "写了 rate_of（基数），还要写 rate（比率的名称）。")
    if field.carried and field.type not in CARRIABLE:
        yield Problem(
            f"{path}.carried", "沿用上期（carried）只能写在单行文字、数量、选择和是否上：情况、日期、附件每期都要重填。"
        )
    if field.offers_duties and (field.type is not FieldType.CHOICE or field.options or field.required):
        yield Problem(
            f"{path}.offers", "从方案措施里选（offers: duties）只能写在选填的单选（choice）上，不再写 options。"
        )
    elif (field.type in (FieldType.CHOICE, FieldType.CHOICES)) != bool(field.options or field.offers_duties):
        yield Problem(f"{path}.options", "选择（choice、choices）要写 options，其他类型不写。")
    if (field.type is FieldType.ROWS) != (field.of is not None):
        yield Problem(f"{path}.of", "多行（rows）要写 of（每行的表单），其他类型不写。")
    elif field.of is not None and field.of not in definition.forms:
        yield Problem(f"{path}.of", unknown("表单", field.of, definition.forms))
    elif field.of is not None and any(one.of for one in definition.forms[field.of].fields):
        yield Problem(f"{path}.of", f"每行的表单“{field.of}”里不能再有多行（rows）。")
    if "__" in field.name:
        yield Problem(path, "字段名里不能有连续两个下划线。")


def _check_paper(definition: WorkflowDefinition) -> Iterator[Problem]:
    if definition.paper:
        for name in PAPER_TRANSITIONS:
            if definition.transition(name) is None:
                yield Problem("transitions", f"文书流程（paper: true）要有步骤“{name}”。")
        answered = [name for name in ANSWER_TRANSITIONS if definition.transition(name) is not None]
        if answered and len(answered) < len(ANSWER_TRANSITIONS):
            missing = "、".join(name for name in ANSWER_TRANSITIONS if name not in answered)
            yield Problem("transitions", f"要回复的文书，{'、'.join(ANSWER_TRANSITIONS)} 三步要齐全，还缺 {missing}。")


def _check_standing(definition: WorkflowDefinition) -> Iterator[Problem]:
    steps = [one.standing for one in definition.transitions if one.standing]
    if definition.card is None:
        if steps:
            yield Problem("transitions", "只有亮牌文书（写了 card）的步骤才能写 standing。")
        return
    if not definition.paper:
        yield Problem("card", "亮牌要用文书（paper: true），由人审定印发。")
    if "give" not in steps or not {"step_down", "release"} & set(steps):
        yield Problem("transitions", "亮牌文书要有亮牌（standing: give）和销牌（step_down 或 release）的步骤。")
