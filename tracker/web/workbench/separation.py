"""Which matters the viewer's own person may not decide, because an earlier step was the same person's.

Lists answer this from one query for the whole page (the chains of the offices); the services decide it again under
their locks when somebody acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tracker.domain.approving import as_approved
from tracker.domain.doers import Doers
from tracker.domain.machine import allowed_transitions
from tracker.domain.permissions import Place, Viewer, parties
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.rising import DECIDING_PARTIES, left_to_one, needs_of
from tracker.persistence.queries.chains import Chain


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
    def last_doers(self) -> Doers: ...
    @property
    def risen(self) -> bool: ...


@dataclass(frozen=True)
class Standing:
    """What the viewer may do about a matter: the titles of the steps, and of those that must be another's."""

    mine: tuple[str, ...]
    others: tuple[str, ...]
    risen: bool = False

    @property
    def sentence(self) -> str:
        """Return what the list says in one breath."""
        if self.risen:
            return "已转请上一级单位决定"
        if self.others:
            return f"{'、'.join(self.others)}须由他人审批"
        return "" if self.mine else "等他人办理"


def standing(
    viewer: Viewer, matter: Matter, catalog: WorkflowCatalog, chains: Mapping[int, Chain], *, severity: int = 0
) -> Standing:
    """Return how the viewer stands to a matter that waits for the office side; a draft has a `severity`."""
    usual = catalog.workflow(matter.workflow_version_id)
    definition = as_approved(usual, severity=severity, settings=matter.settings)
    place = Place(matter.office_unit_id, matter.campaign_id, matter.unit_id, internal=True)
    held = parties(viewer, place) & DECIDING_PARTIES
    separation = bool(matter.settings.get("separation", True))
    needs = needs_of(definition, matter.state, matter.last_doers, separation=separation)
    chain = chains.get(matter.office_unit_id)
    lifted = left_to_one(needs, chain.levels(matter.campaign_id)) if chain is not None else frozenset()
    free, kept = (
        allowed_transitions(
            definition, matter.state, parties=held, person_id=viewer.person_id, last_doers=matter.last_doers,
            separation=binds, lifted=lifted,
        )
        for binds in (False, separation)
    )  # fmt: skip
    return Standing(
        mine=tuple(step.title for step in kept),
        others=tuple(step.title for step in free if step not in kept),
        risen=matter.risen,
    )
