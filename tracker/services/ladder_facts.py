"""What the ladders of a claimed batch look at beyond its clocks, loaded in a few set queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.escalation import Facts
from tracker.domain.ports import WorkflowCatalog
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.judging import JUDGING_ERRORS


def facts_of(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]], catalog: WorkflowCatalog) -> dict[int, Facts]:
    """Return the facts of the clocks, by id, whose ladders need any."""
    looking_back = {one for one in {row["ladder_version_id"] for row in rows} if _looks_back(catalog, one)}
    papers = [row for row in rows if row["ladder_version_id"] in looking_back]
    paced = {row["clock_id"]: row["occurrence"] for row in rows if row["pace"]}
    found: dict[int, Facts] = {}
    if papers:
        placed = uow.history.places_of_tasks([row["task_id"] for row in papers])
        issued = uow.history.papers([of for of, _ in placed.values()])
        for row in papers:
            if row["task_id"] in placed:
                of, place = placed[row["task_id"]]
                found[row["clock_id"]] = Facts(issued[of], place)
    if paced:
        before = uow.history.fired_before(paced)
        found |= {clock_id: Facts(fired_before=fired) for clock_id, fired in before.items()}
    return found


def _looks_back(catalog: WorkflowCatalog, ladder_version_id: int) -> bool:
    """Tell whether a ladder counts papers; one that cannot be read is somebody else's to report, clock by clock."""
    try:
        return catalog.ladder(ladder_version_id).looks_back
    except JUDGING_ERRORS:
        return False
