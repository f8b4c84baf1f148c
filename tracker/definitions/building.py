"""Loaded content into domain values."""

from __future__ import annotations

from typing import Any

from tracker.definitions.problems import Problem
from tracker.definitions.schema import SAME_PERSON
from tracker.domain.definition import (
    ClockDefinition,
    CountsAs,
    FieldDefinition,
    FieldType,
    FormDefinition,
    StateDefinition,
    TransitionDefinition,
    WorkflowDefinition,
)
from tracker.domain.values import WaitsFor

#: What the usual clocks are called unless the file says otherwise.
_CLOCK_TITLES = {
    "accept": "签收", "finish": "办结", "reply": "回复", "review": "审核", "recheck": "复查",
    "decide": "审定", "look_back": "回头看", "pace": "序时进度", "extension": "延期审批", "extension_final": "延期批准", "history": "累计核对", "unopened": "拆阅",
}  # fmt: skip
_LENGTHS = {FieldType.LONG_TEXT: 2_000}
_ROWS = {FieldType.FILES: 9}


def build_workflow(loaded: dict[str, Any]) -> tuple[WorkflowDefinition, list[Problem]]:
    """Return the definition, and what is wrong with the clocks that two places define."""
    clocks, problems = _clocks(loaded)
    states = {
        name: StateDefinition(
            name, state["title"], WaitsFor(state["waits_for"]), final=state["final"], done=state["done"]
        )
        for name, state in loaded["states"].items()
    }
    transitions = tuple(_transition(one) for one in loaded["transitions"])
    titles = {one.form: one.title for one in transitions}
    definition = WorkflowDefinition(
        key=loaded["key"],
        version=loaded["version"],
        title=loaded["title"],
        initial=loaded.get("initial", next(iter(states), "")),
        states=states,
        clocks=clocks,
        transitions=transitions,
        forms={key: _form(key, form, titles.get(key, key)) for key, form in loaded["forms"].items()},
        help=loaded["help"],
        paper=loaded["paper"],
        confidential=loaded["confidential"],
        card=loaded.get("card"),
    )
    return definition, problems


def _clocks(loaded: dict[str, Any]) -> tuple[dict[str, ClockDefinition], list[Problem]]:
    clocks: dict[str, ClockDefinition] = {}
    problems = []
    for state, content in loaded["states"].items():
        short = content.get("clock")
        if short is None:
            continue
        name = short["name"]
        if name in clocks:
            reason = f"计时“{name}”在两个状态里都写了，请改写到 clocks 下，用 runs_in 列出状态。"
            problems.append(Problem(f"states.{state}.clock", reason))
        clocks[name] = _clock(name, {**short, "runs_in": [state], "restarts": True})
    for name, content in loaded["clocks"].items():
        if name in clocks:
            problems.append(Problem(f"clocks.{name}", f"计时“{name}”在状态里已写过，请留一处。"))
        clocks[name] = _clock(name, content)
    return clocks, problems


def _clock(name: str, content: dict[str, Any]) -> ClockDefinition:
    return ClockDefinition(
        name=name,
        title=content.get("title", _CLOCK_TITLES.get(name, name)),
        runs_in=frozenset(content["runs_in"]),
        ladder=content["ladder"],
        within=content.get("within"),
        restarts=content["restarts"],
        pauses_for=frozenset(content["pauses_for"]),
        at_once=content.get("due") == "at_once",
        paced=content.get("due") == "from_schedule",
        runs_while=content.get("runs_while"),
    )


def _transition(content: dict[str, Any]) -> TransitionDefinition:
    counts_as = content.get("counts_as")
    return TransitionDefinition(
        name=content["name"],
        title=content["title"],
        sources=frozenset(content["sources"]),
        target=content["target"],
        by=frozenset(content["by"]),
        form=content.get("form"),
        reason=content["reason"],
        counts_as=CountsAs(counts_as) if counts_as else None,
        unless_same_person_as=frozenset(guard.removeprefix(SAME_PERSON) for guard in content["unless"]),
        opens=content.get("opens"),
        next_occurrence=content["next_occurrence"],
        nil=content["nil"],
        until_quota=content["until_quota"],
        progress=content.get("progress"),
        standing=content.get("standing"),
    )


def _form(key: str, content: dict[str, Any], title: str) -> FormDefinition:
    return FormDefinition(key, content["title"] or title, tuple(map(_field, content["fields_"])))


def _field(content: dict[str, Any]) -> FieldDefinition:
    kind = FieldType(content["type"])
    return FieldDefinition(
        name=content["name"],
        title=content["title"],
        type=kind,
        required=content["required"],
        help=content["help"],
        unit=content["unit"],
        options=content.get("options", {}),
        at_most=content.get("at_most"),
        rate=content["rate"],
        rate_of=content.get("rate_of"),
        of=content.get("of"),
        not_future=content["not_future"],
        not_past=content["not_past"],
        max_length=content.get("max_length", _LENGTHS.get(kind, 200)),
        max_rows=content.get("max_rows", _ROWS.get(kind, 200)),
        asks_as_of="as_of" in content,
        prefilled=content["prefilled"],
        carried=content["carried"],
        offers_duties=content.get("offers") == "duties",
    )
