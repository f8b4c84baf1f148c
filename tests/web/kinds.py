"""How each kind of work is walked from its opening to its end, and what stands in its forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition, WorkflowDefinition

UNIT, SUPERVISOR, OTHER, LEADER, OFFICE = "clerk-east", "sup1", "sup2", "boss", "office1"

#: key → walks; a walk is the moves with who makes them. Together they make every move of the workflow.
_PLAIN = (
    ((UNIT, "accept"), (UNIT, "report"), (SUPERVISOR, "return"), (UNIT, "report"), (SUPERVISOR, "approve")),
    ((UNIT, "accept"), (OFFICE, "withdraw")),
)
WALKS: Mapping[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "crackdown": _PLAIN,
    "pledge_signing": _PLAIN,
    "summary": _PLAIN,
    "sub_plan": _PLAIN,
    "control": (
        *_PLAIN,
        (
            (UNIT, "accept"), (UNIT, "report"), (SUPERVISOR, "start_sampling"), (SUPERVISOR, "fail_sampling"),
            (UNIT, "report"), (SUPERVISOR, "start_sampling"), (SUPERVISOR, "pass_sampling"),
        ),
    ),
    "training": (*_PLAIN, ((UNIT, "accept"), (UNIT, "schedule"), (UNIT, "schedule"), (UNIT, "report"), (OTHER, "approve"))),
    "meeting": (
        (
            (UNIT, "accept"), (UNIT, "hold"), (UNIT, "report"), (SUPERVISOR, "return"), (UNIT, "report"),
            (SUPERVISOR, "approve"),
        ),
        ((OFFICE, "withdraw"),),
    ),
    "lead_check": (
        (
            (UNIT, "accept"), (UNIT, "refer"), (UNIT, "feed_back"), (SUPERVISOR, "return"), (UNIT, "feed_back"),
            (SUPERVISOR, "close"),
        ),
        ((OFFICE, "withdraw"),),
    ),
    "look_back_inquiry": (
        (
            (UNIT, "explain"), (SUPERVISOR, "return_explanation"), (UNIT, "explain"), (SUPERVISOR, "conclude"),
            (LEADER, "return_report"), (SUPERVISOR, "conclude"), (LEADER, "transfer"),
        ),
        ((SUPERVISOR, "start_without"), (OTHER, "conclude"), (LEADER, "find_no_fault")),
        ((OFFICE, "withdraw"),),
    ),
    "inspection": (
        ((SUPERVISOR, "record"), (UNIT, "confirm")),
        ((SUPERVISOR, "record"), (UNIT, "return_record"), (OTHER, "record"), (UNIT, "return_record"), (OTHER, "settle")),
        ((OFFICE, "withdraw"),),
    ),
}  # fmt: skip


def filled(form: FormDefinition, definition: WorkflowDefinition, *, today: str, prefix: str = "") -> dict[str, Any]:
    """Return a whole form as a browser would post it."""
    given: dict[str, Any] = {}
    for field in form.fields:
        if field.type is FieldType.ROWS:
            given |= filled(
                definition.forms[field.of or ""], definition, today=today, prefix=f"{prefix}{field.name}.0."
            )
        elif field.type is not FieldType.FILES:
            given[f"{prefix}{field.name}"] = _value(field, today)
    return given


def _value(field: FieldDefinition, today: str) -> Any:
    match field.type:
        case FieldType.COUNT:
            return "12"
        case FieldType.DATE:
            return today
        case FieldType.YES_NO:
            return "yes"
        case FieldType.CHOICE:
            return next(iter(field.options), "")
        case FieldType.CHOICES:
            return [next(iter(field.options))]
        case _:
            return f"{field.title}一"
