"""The shape of workflow and ladder files, as marshmallow schemas. What lies between files is in `checks`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema

from tracker.definitions.problems import Problem, unknown
from tracker.definitions.schema_fields import (
    Flag,
    MapOf,
    Name,
    Number,
    OneOf,
    Options,
    Period,
    Several,
    Text,
)
from tracker.domain.definition import CountsAs, FieldType
from tracker.domain.values import WaitsFor

PARTIES = ("unit", "lead", "supervisor", "office", "leader", "engine")
OPENS = ("rectification_for_problems", "rectification_for_items", "rectification_for_agreed")
#: Where a clock's due moment comes from, unless it has a period of its own.
DUES = ("from_measure", "from_schedule", "at_once")
STANDING_STEPS = ("give", "step_down", "release")
CARDS = ("yellow", "red", "listed")
PAUSES = ("extension_pending", "objection_pending")
#: Questions that a clock of their own may run for.
QUESTIONS = ("extension_pending", "extension_examined")
SAME_PERSON = "same_person_as."

#: marshmallow's own words, as the editor of a county's file reads them.
_SENTENCES = {
    "Missing data for required field.": "缺少这一项。",
    "Field may not be null.": "这一项是空的。",
    "Not a valid string.": "这里要写文字（数字和真假值请加引号）。",
    "Not a valid integer.": "这里要写整数。",
    "Not a valid boolean.": "这里要写 true 或 false。",
    "Not a valid list.": "这里要写列表。",
    "Invalid input type.": "这里要写成“名称: 值”的对象。",
}


class StrictSchema(Schema):
    """A schema that refuses keys it does not know, and names the nearest that it does."""

    class Meta:
        # Let through here and refused below, because marshmallow's own refusal cannot suggest a word.
        unknown = INCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refuse_unknown_keys(self, data: Any, original: Any, **_: Any) -> None:
        known = [field.data_key or name for name, field in self.fields.items()]
        strange = [key for key in original if key not in known] if isinstance(original, Mapping) else []
        if strange:
            raise ValidationError({key: [unknown("键", key, known)] for key in strange})


class StateClockSchema(StrictSchema):
    """The short form of a clock, written at the one state in which it runs."""

    name = Name(required=True)
    title = Text()
    within = Period(required=True)
    ladder = Name(required=True)
    pauses_for = Several(OneOf("暂停原因", PAUSES), load_default=list)


class StateSchema(StrictSchema):
    title = Text(required=True)
    waits_for = OneOf("等待方", [party.value for party in WaitsFor], load_default=WaitsFor.NOBODY.value)
    final = Flag(load_default=False)
    done = Flag(load_default=False)
    clock = fields.Nested(StateClockSchema)


class ClockSchema(StrictSchema):
    title = Text()
    runs_in = Several(Name(), required=True)
    within = Period()
    due = OneOf("时限来源", DUES)
    ladder = Name(required=True)
    restarts = Flag(load_default=False)
    pauses_for = Several(OneOf("暂停原因", PAUSES), load_default=list)
    runs_while = OneOf("等待的答复", QUESTIONS)

    @validates_schema(skip_on_field_errors=True)
    def has_one_source_of_time(self, data: Any, **_: Any) -> None:
        if ("within" in data) == ("due" in data):
            raise ValidationError("within（期限）和 due（由任务来源给出等）要写一个，且只写一个。")


class TransitionSchema(StrictSchema):
    name = Name(required=True)
    title = Text(required=True)
    sources = Several(Name(), required=True, data_key="from")
    target = Name(required=True, data_key="to")
    by = Several(OneOf("办理方", PARTIES), required=True)
    form = Name()
    reason = OneOf("理由要求", ["required", "optional", "none"], load_default="none")
    counts_as = OneOf("计入项", [kind.value for kind in CountsAs])
    unless = Several(fields.String(), load_default=list)
    opens = OneOf("连带事项", OPENS)
    next_occurrence = Flag(load_default=False)
    nil = Flag(load_default=False)
    until_quota = Flag(load_default=False)
    progress = Name()
    standing = OneOf("亮牌变化", STANDING_STEPS)

    @validates_schema(skip_on_field_errors=True)
    def has_known_guards(self, data: Any, **_: Any) -> None:
        if any(not guard.startswith(SAME_PERSON) for guard in data["unless"]):
            raise ValidationError({"unless": [f"只能写“{SAME_PERSON}<步骤名>”。"]})


class FieldSchema(StrictSchema):
    name = Name(required=True)
    title = Text(required=True)
    type = OneOf("字段类型", [kind.value for kind in FieldType], required=True)
    required = Flag(load_default=True)
    help = Text(load_default="")
    unit = Text(load_default="")
    options = Options()
    offers = OneOf("选项来源", ["duties"])
    at_most = Name()
    rate = Text(load_default="")
    rate_of = Name()
    of = Name()
    as_of = OneOf("截至方式", ["date"])
    not_future = Flag(load_default=False)
    not_past = Flag(load_default=False)
    max_length = Number(1, 20_000)
    max_rows = Number(1, 1_000)
    prefilled = Flag(load_default=False)
    carried = Flag(load_default=False)


class FormSchema(StrictSchema):
    title = Text(load_default="")
    fields_ = fields.List(fields.Nested(FieldSchema), required=True, data_key="fields")


class WorkflowSchema(StrictSchema):
    key = Name(required=True)
    version = Number(1, 9_999, required=True)
    title = Text(required=True)
    help = Text(load_default="")
    paper = Flag(load_default=False)
    confidential = Flag(load_default=False)
    card = OneOf("牌", CARDS)
    initial = Name()
    states = MapOf(StateSchema, required=True)
    clocks = MapOf(ClockSchema, load_default=dict)
    transitions = fields.List(fields.Nested(TransitionSchema), required=True)
    forms = MapOf(FormSchema, listed="fields", load_default=dict)


def load(schema: Schema, content: object) -> tuple[dict[str, Any], list[Problem]]:
    """Return the loaded content, or an empty one and every problem of shape with its path."""
    try:
        return dict(schema.load(content)), []  # type: ignore[arg-type]  # a wrong type is one of the problems
    except ValidationError as refused:
        return {}, _flatten(refused.messages, "", content)


def load_parts(schema: Schema, content: object) -> tuple[dict[str, Any], list[Problem]]:
    """Return what could be loaded, holes and all, and every problem of shape with its path."""
    try:
        return dict(schema.load(content)), []  # type: ignore[arg-type]  # a wrong type is one of the problems
    except ValidationError as refused:
        parts = refused.valid_data if isinstance(refused.valid_data, dict) else {}
        return dict(parts), _flatten(refused.messages, "", content)


def _flatten(messages: Any, path: str, content: object) -> list[Problem]:
    if isinstance(messages, Mapping):
        found = []
        for key, inner in messages.items():
            step, below = _step(key, content)
            found += _flatten(inner, f"{path}.{step}".strip("."), below)
        return found
    return [Problem(path, _SENTENCES.get(str(message), str(message))) for message in messages]


def _step(key: str | int, content: object) -> tuple[str, object]:
    """Return how a step of a path is said, and what lies there; an item of a list goes by its name."""
    if key == "_schema":
        return "", content
    if isinstance(key, int):
        below = content[key] if isinstance(content, list) and key < len(content) else None
        name = below.get("name") if isinstance(below, Mapping) else None
        return (name if isinstance(name, str) else f"第{key + 1}项"), below
    if key == "fields" and isinstance(content, list):
        return "", content  # The short form of a form is its fields alone.
    return key, content.get(key) if isinstance(content, Mapping) else None
