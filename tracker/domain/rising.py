"""Where a decision is taken when nobody at the office may take it: it rises, unit by unit (DESIGN.md §3.5).

Separation is by person: who reported does not approve, who drafted does not sign. When a post is vacant, or its
only holders did the earlier step themselves, the unit above decides: whoever holds such a post there, or its head.
Where no unit above has anybody either, one person at the office may act, with a reason that the record shows.
Pure: posts and doers in, a place out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.definition import TransitionDefinition, WorkflowDefinition
from tracker.domain.doers import Doers, doers_of
from tracker.domain.extending import ANSWERING_ROLES, Asked
from tracker.domain.values import Role

#: Parties whose moves are the office side's; only these decisions rise.
DECIDING_PARTIES = frozenset({"supervisor", "office", "leader"})


@dataclass(frozen=True, slots=True)
class Need:
    """One decision that waits.

    step      the transition's name, or what answers an extension (EXTENSION, EXTENSION_FINAL)
    parties   what takes it: supervisor, office, leader (roles of the same names), or what answers an extension
    excluded  persons who did the step that this one is separated from
    """

    step: str
    parties: frozenset[str]
    excluded: frozenset[int] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles at the office that may take it."""
        return frozenset().union(*(ANSWERING_ROLES.get(party, frozenset({party})) for party in self.parties))


@dataclass(frozen=True, slots=True)
class Level:
    """A unit on the way up from the office, and who holds which role there for this campaign today."""

    unit_id: int
    holders: Mapping[str, frozenset[int]]

    def takers(self, need: Need, *, above: bool) -> frozenset[int]:
        """Return who may take a decision here; `above` the office its unit's head may as well."""
        roles = need.roles | ({Role.HEAD.value} if above else frozenset())
        found = (self.holders.get(role, frozenset()) for role in roles)
        return frozenset().union(*found) - need.excluded


@dataclass(frozen=True, slots=True)
class Risen:
    """Decisions that a unit above the office takes, as the parties named."""

    unit_id: int
    parties: frozenset[str]

    @classmethod
    def of(cls, unit_id: int | None, parties: Iterable[str] | None) -> Risen | None:
        """Return the value of the two columns of a task, None where nothing rose."""
        return None if unit_id is None else cls(unit_id, frozenset(parties or ()))


def needs_of(
    definition: WorkflowDefinition, state: str, last_doers: Doers, *, separation: bool,
    extension: Asked | None = None,
) -> tuple[Need, ...]:  # fmt: skip
    """Return the office side's decisions that `state` waits for, with whom separation excludes from each.

    A step that another party merely may take (the office withdrawing what a supervisor reviews) is not waited for.
    """
    waited_for = definition.states[state].waits_for.value
    needs = [
        Need(step.name, step.by & DECIDING_PARTIES, _excluded(step, last_doers) if separation else frozenset())
        for step in definition.transitions
        if state in step.sources and waited_for in step.by & DECIDING_PARTIES
    ]
    if extension is not None:
        # No transition, but separated all the same.
        excluded = extension.excluded if separation else frozenset()
        needs.append(Need(extension.party, frozenset({extension.party}), excluded))
    return tuple(needs)


def where_risen(needs: Iterable[Need], chain: Sequence[Level]) -> Risen | None:
    """Return the lowest unit above the office that takes what nobody at the office may take; None = nothing rose.

    `chain` begins with the office. A state offers several steps (approve, send back); when one of a party's
    steps has nobody left, the unit above acts as that party in all of them, for a judge needs both answers.
    """
    stuck = [need for need in needs if not chain[0].takers(need, above=False)]
    for level in chain[1:]:
        taken = [need.parties for need in stuck if level.takers(need, above=True)]
        if taken:
            return Risen(level.unit_id, frozenset().union(*taken))
    return None


def left_to_one(needs: Iterable[Need], chain: Sequence[Level]) -> frozenset[str]:
    """Return the steps that nobody else may take, here or above: for these one person may act, with a reason."""
    return frozenset(
        need.step
        for need in needs
        if need.excluded and not any(level.takers(need, above=height > 0) for height, level in enumerate(chain))
    )


def _excluded(step: TransitionDefinition, last_doers: Doers) -> frozenset[int]:
    return frozenset().union(*(doers_of(last_doers, earlier) for earlier in step.unless_same_person_as))
