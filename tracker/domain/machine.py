"""The one door to `transitions`: which moves a definition allows, and whether this person may take one.

Two ways through it, proved equal by a property test on every shipped file. The engine's batch decisions read
a frozen table, compiled once. A person's move goes through a fresh `transitions.Machine`, because a shared
one keeps every model alive and silently resets a model added without its state (STYLE.md §3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from transitions import Machine, MachineError

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.doers import Doers, doers_of
from tracker.domain.errors import TransitionNotAllowed

ENGINE = "engine"
PARTY_TITLES = {
    "unit": "承办单位", "lead": "牵头单位", "supervisor": "督导组", "office": "领导小组办公室", "leader": "领导小组领导",
    ENGINE: "系统",
}  # fmt: skip

#: Acts that are no transition but count for separation all the same.
ACT_TITLES = {"edit": "修改内容", "file": "提出申诉", "paper": "起草、审批或印发所申诉的文书"}

Edges = Mapping[tuple[str, str], TransitionDefinition]


def compile_edges(definition: WorkflowDefinition) -> Edges:
    """Return (state, transition name) → transition, for every move that some party may take.

    Built through `transitions` the first time a definition is seen, and frozen.
    """
    return _compiled(_Identity(definition))


def allowed_transitions(
    definition: WorkflowDefinition, state: str, *, parties: frozenset[str], person_id: int,
    last_doers: Doers, separation: bool = True, lifted: frozenset[str] = frozenset(),
) -> tuple[TransitionDefinition, ...]:  # fmt: skip
    """Return the moves this person may take now, in the file's order.

    parties     what the person is to this task: unit, supervisor, office, leader, engine
    last_doers  transition name → the person who took it last
    lifted      transitions for which separation does not bind, because nobody else may take them
    """
    edges = compile_edges(definition)
    asking = _Asking(parties, person_id, last_doers, separation, lifted)
    return tuple(
        transition
        for transition in definition.transitions
        if (state, transition.name) in edges and asking.may_take(transition)
    )


def plan_transition(
    definition: WorkflowDefinition, *, state: str, transition: str, parties: frozenset[str], person_id: int,
    last_doers: Doers, separation: bool = True, lifted: frozenset[str] = frozenset(),
) -> TransitionDefinition:  # fmt: skip
    """Return the transition that takes this person from `state`.

    Raises TransitionNotAllowed with what stands in the way: the state, the party, or the same person twice.
    """
    wanted = definition.transition(transition)
    if wanted is None or state not in definition.states:
        raise TransitionNotAllowed(f"“{definition.title}”流程没有这一步（{transition}），请刷新页面后再试。")
    asking = _Asking(parties, person_id, last_doers, separation, lifted)
    moving = _Moving()
    _machine(definition, moving, asking, initial=state)
    try:
        moved = moving.trigger(transition)
    except MachineError:
        raise TransitionNotAllowed(_wrong_state(definition, wanted, state)) from None
    if not moved:
        raise TransitionNotAllowed(_refused(definition, wanted, asking))
    return wanted


class _Moving:
    """The model of one Machine. It is bare, as `transitions` adds methods for every state and trigger."""

    trigger: Callable[[str], bool]


@dataclass(frozen=True)
class _Asking:
    """Who asks for a move."""

    parties: frozenset[str]
    person_id: int
    last_doers: Doers
    separation: bool
    lifted: frozenset[str]

    def may_take(self, transition: TransitionDefinition) -> bool:
        return not self.parties.isdisjoint(transition.by) and not self.did_before(transition)

    def did_before(self, transition: TransitionDefinition) -> bool:
        """Tell whether the same person took a step that must be another's (separation, DESIGN.md §3.5)."""
        return (
            self.separation
            and transition.name not in self.lifted
            and any(
                self.person_id in doers_of(self.last_doers, earlier) for earlier in transition.unless_same_person_as
            )
        )


def _machine(definition: WorkflowDefinition, model: _Moving | None, asking: _Asking | None, *, initial: str) -> Machine:
    machine = Machine(
        model=model, states=list(definition.states), initial=initial,
        auto_transitions=False, ignore_invalid_triggers=False,
    )  # fmt: skip
    for transition in definition.transitions:
        sources: list[Any] = sorted(transition.sources)
        guards: list[Any] = [_Guard(asking, transition)] if asking else []
        machine.add_transition(transition.name, sources, transition.target, conditions=guards)
    return machine


@dataclass(frozen=True)
class _Guard:
    asking: _Asking
    transition: TransitionDefinition

    def __call__(self) -> bool:
        return self.asking.may_take(self.transition)


@dataclass(frozen=True, eq=False)
class _Identity:
    """A definition as a cache key. It holds the definition, so an identity is not used twice while cached."""

    definition: WorkflowDefinition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.definition is self.definition


@lru_cache(maxsize=256)
def _compiled(identity: _Identity) -> Edges:
    definition = identity.definition
    machine = _machine(definition, None, None, initial=definition.initial)
    edges: dict[tuple[str, str], TransitionDefinition] = {}
    for name, event in machine.events.items():
        transition = definition.transition(name)
        for state, moves in event.transitions.items():
            if transition is not None and moves:
                edges[state, name] = transition
    return MappingProxyType(edges)


def _wrong_state(definition: WorkflowDefinition, wanted: TransitionDefinition, state: str) -> str:
    needed = "”或“".join(definition.states[name].title for name in definition.states if name in wanted.sources)
    return (
        f"现在是“{definition.states[state].title}”，不能{wanted.title}；只有在“{needed}”时才可以。"
        "可能已有人先处理了，请刷新页面查看最新状态。"
    )


def _refused(definition: WorkflowDefinition, wanted: TransitionDefinition, asking: _Asking) -> str:
    if asking.parties.isdisjoint(wanted.by):
        parties = "、".join(PARTY_TITLES[party] for party in PARTY_TITLES if party in wanted.by)
        return f"“{wanted.title}”要由{parties}来办，您在这项工作中不是这个身份。"
    mine = [
        earlier
        for earlier in sorted(wanted.unless_same_person_as)
        if asking.person_id in doers_of(asking.last_doers, earlier)
    ]
    titles = "”“".join(_title_of(definition, earlier) for earlier in mine)
    return f"“{titles}”是您本人办的，“{wanted.title}”要由另一个人来办，请转请其他同志办理。"


def _title_of(definition: WorkflowDefinition, act: str) -> str:
    transition = definition.transition(act)
    return transition.title if transition else ACT_TITLES.get(act, act)
