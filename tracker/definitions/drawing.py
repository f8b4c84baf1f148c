"""A workflow as a picture: Mermaid's stateDiagram-v2."""

from __future__ import annotations

from tracker.domain.definition import WorkflowDefinition
from tracker.domain.machine import PARTY_TITLES
from tracker.domain.periods import format_within


def draw_workflow(definition: WorkflowDefinition) -> str:
    """Return Mermaid text with the states, who may take each move, and the clocks as notes."""
    lines = ["stateDiagram-v2", f"    %% {definition.title}（{definition.key} 第{definition.version}版）"]
    lines += [f'    state "{_safe(state.title)}" as {name}' for name, state in definition.states.items()]
    lines.append(f"    [*] --> {definition.initial}")
    for move in definition.transitions:
        parties = "、".join(title for party, title in PARTY_TITLES.items() if party in move.by)
        for source in (name for name in definition.states if name in move.sources):
            lines.append(f"    {source} --> {move.target}: {_safe(move.title)}（{parties}）")
    lines += [f"    {name} --> [*]" for name, state in definition.states.items() if state.final]
    for state, notes in _clock_notes(definition).items():
        lines.append(f"    note right of {state}: {'；'.join(notes)}")
    return "\n".join(lines) + "\n"


def _clock_notes(definition: WorkflowDefinition) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for clock in definition.clocks.values():
        limit = format_within(clock.within) if clock.within else "按任务时限"
        for state in (name for name in definition.states if name in clock.runs_in):
            notes.setdefault(state, []).append(f"{_safe(clock.title)}：{limit}（{clock.ladder}）")
    return notes


def _safe(text: str) -> str:
    """Return `text` without the signs that Mermaid reads as syntax."""
    return text.translate(str.maketrans('":;#\n', "”：；＃ "))
