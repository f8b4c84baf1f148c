"""Which matters the viewer's own person may not decide, because an earlier step was the same person's.

Lists answer this from one query for the whole page (who else holds a deciding post); the services decide it again
under their locks when somebody acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.domain.machine import allowed_transitions
from tracker.domain.permissions import Place, Viewer, parties
from tracker.domain.ports import WorkflowCatalog
from tracker.persistence.queries.workbench import Decider

OFFICE_PARTIES = frozenset({"supervisor", "office", "leader"})


class Matter(Protocol):
    """A task or paper in a list."""

    @property
    def campaign_id(self) -> int: ...
    @property
    def office_unit_id(self) -> int: ...
    @property
    def unit_id(self) -> int: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def state(self) -> str: ...
    @property
    def workflow_version_id(self) -> int: ...
    @property
    def last_doers(self) -> Mapping[str, int]: ...


@dataclass(frozen=True)
class Standing:
    """What the viewer may do about a matter: the titles of the steps, and of those that must be another's."""

    mine: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return what the list says in one breath."""
        if self.others:
            return f"{'、'.join(self.others)}须由他人审批"
        return "" if self.mine else "等他人办理"


def standing(viewer: Viewer, matter: Matter, catalog: WorkflowCatalog, deciders: Sequence[Decider]) -> Standing:
    """Return how the viewer stands to a matter that waits for the office side."""
    definition = catalog.workflow(matter.workflow_version_id)
    place = Place(matter.office_unit_id, matter.campaign_id, matter.unit_id, internal=True)
    held = parties(viewer, place) & OFFICE_PARTIES
    free, kept = (
        allowed_transitions(
            definition, matter.state, parties=held, person_id=viewer.person_id, last_doers=matter.last_doers,
            separation=separation,
        )
        for separation in (False, _binds(viewer, matter, catalog, deciders))
    )  # fmt: skip
    return Standing(
        mine=tuple(step.title for step in kept),
        others=tuple(step.title for step in free if step not in kept),
    )


def _binds(viewer: Viewer, matter: Matter, catalog: WorkflowCatalog, deciders: Sequence[Decider]) -> bool:
    """Tell whether separation binds: the campaign has it on, and somebody else holds a post for such a step."""
    if not matter.settings.get("separation", True):
        return False
    definition = catalog.workflow(matter.workflow_version_id)
    roles = {
        party
        for step in definition.transitions
        if step.unless_same_person_as and matter.state in step.sources
        for party in step.by & OFFICE_PARTIES
    }
    if not roles:
        return True
    return any(
        decider.role in roles
        and decider.unit_id == matter.office_unit_id
        and decider.campaign_id in (None, matter.campaign_id)
        and decider.person_id != viewer.person_id
        for decider in deciders
    )
