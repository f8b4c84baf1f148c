"""Standing in for people in a rehearsal: the next step towards an end, and what is written into its form. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tracker.domain.definition import (
    FieldDefinition,
    FieldType,
    FormDefinition,
    TransitionDefinition,
    WorkflowDefinition,
)

#: What stands wherever words are asked for, reasons too.
WORDS = "试运行"
#: What is promised is promised for so many days ahead.
AHEAD = timedelta(days=15)
#: The order in which parties are looked for where several may take a step.
PARTIES = ("unit", "lead", "supervisor", "office", "leader")


def next_step(
    definition: WorkflowDefinition, state: str, offers: Callable[[TransitionDefinition], bool]
) -> TransitionDefinition | None:
    """Return the first step of the shortest way on which the duty is done; None where there is none.

    It is the way on which all goes well: nothing is sent back, nobody reports that there was nothing, and nothing is
    taken back, voided or drawn. One return of several (`until_quota`) leaves the state as it is and is a step of its own.
    """
    ways: deque[tuple[str, tuple[TransitionDefinition, ...]]] = deque([(state, ())])
    seen = {state}
    while ways:
        here, steps = ways.popleft()
        for step in definition.transitions:
            if here not in step.sources or not _goes_well(step) or not offers(step):
                continue
            if step.until_quota and here == state:
                return step
            if definition.states[step.target].done:
                return (*steps, step)[0]
            if step.target not in seen and not definition.states[step.target].final:
                seen.add(step.target)
                ways.append((step.target, (*steps, step)))
    return None


def _goes_well(step: TransitionDefinition) -> bool:
    return not (
        step.nil or step.next_occurrence or step.counts_as is not None or step.reason == "required"
        or step.by <= {"engine"}
    )  # fmt: skip


def is_signature(definition: WorkflowDefinition, step: TransitionDefinition) -> bool:
    """Tell whether a unit only signs for what it has, and goes on having it."""
    return step.form is None and definition.states[step.target].waits_for.value == "unit"


def answers(
    form: FormDefinition, forms: Mapping[str, FormDefinition], *, today: date, lines: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the least with which a form is whole. `lines` are those of the paper that is answered, a row each."""
    return dict(_answers(form, forms, today, lines, ""))


def _answers(
    form: FormDefinition, forms: Mapping[str, FormDefinition], today: date, lines: Sequence[str], prefix: str
) -> list[tuple[str, Any]]:
    given: list[tuple[str, Any]] = []
    for field in form.fields:
        if not field.required or field.type is FieldType.FILES:
            continue
        if field.type is FieldType.ROWS:
            for number, line in enumerate(lines or [WORDS]):
                row = f"{prefix}{field.name}.{number}."
                given += _answers(forms[field.of or ""], forms, today, (), row)
                given += (
                    [(f"{row}item", line[:200])]
                    if any(one.name == "item" for one in forms[field.of or ""].fields)
                    else []
                )
        else:
            given.append((f"{prefix}{field.name}", _answer(field, today)))
    return given


def _answer(field: FieldDefinition, today: date) -> Any:
    match field.type:
        case FieldType.COUNT:
            return "1"
        case FieldType.DATE:
            return (today + AHEAD if field.not_past else today).isoformat()
        case FieldType.YES_NO:
            return "yes"
        case FieldType.CHOICE:
            return next(iter(field.options))
        case FieldType.CHOICES:
            return [next(iter(field.options))]
        case _:
            return WORDS
