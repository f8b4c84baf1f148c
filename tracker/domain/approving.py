"""Who approves rises with severity: from a campaign's line on only a leader approves, whatever the kind of paper allows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tracker.domain.definition import WorkflowDefinition

#: The setting: from this severity on. Without it the kind of paper alone decides (workflows/<key>.yaml).
SETTING = "leader_approves_from"
APPROVE, LEADER = "approve", "leader"
LEADERS_ALONE = "这份文书的轻重已到本行动须由领导批准的级别，请领导小组领导批准。"


def as_approved(definition: WorkflowDefinition, *, severity: int, settings: Mapping[str, Any]) -> WorkflowDefinition:
    """Return a workflow as it binds a paper of this severity: itself, or one in which leaders alone approve."""
    least = settings.get(SETTING)
    if not isinstance(least, int) or severity < least or not definition.paper:
        return definition
    return _by_leaders(_Same(definition))


@dataclass(frozen=True, eq=False)
class _Same:
    """A definition as a cache key: the same object, and not one that is equal to it."""

    definition: WorkflowDefinition

    def __hash__(self) -> int:
        return id(self.definition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.definition is self.definition


@lru_cache(maxsize=256)
def _by_leaders(same: _Same) -> WorkflowDefinition:
    definition = same.definition
    transitions = tuple(
        replace(one, by=frozenset({LEADER})) if one.name == APPROVE else one for one in definition.transitions
    )
    return replace(definition, transitions=transitions)
