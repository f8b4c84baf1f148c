"""Which ladder a clock of a campaign climbs: the workflow's, unless the campaign has put another in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tracker.domain.errors import NotFound
from tracker.domain.ladder import OPTIONAL_LADDERS, Ladder, chosen_instead
from tracker.domain.ports import WorkflowCatalog

#: Keys of workflow and ladder → the id of the newest version and the ladder; None = the campaign has none of this kind.
NewestLadder = Callable[[str, str], tuple[int, Ladder] | None]


def ladders_of_campaign(catalog: WorkflowCatalog, settings: Mapping[str, Any]) -> NewestLadder:
    """Return the look-up for one campaign's new clocks. Each is looked up once."""
    chosen: Mapping[str, str] = settings.get("ladders", {})

    @cache
    def newest(workflow: str, key: str) -> tuple[int, Ladder] | None:
        wanted = chosen_instead(chosen, workflow, key)
        return None if wanted in OPTIONAL_LADDERS else catalog.newest_ladder(wanted)

    return newest


def ladder_lookup(catalog: WorkflowCatalog, settings: Mapping[str, Any]) -> Callable[[str, str], Ladder | None]:
    """Return the same look-up for checks: None also for a ladder that this installation does not have."""
    newest = ladders_of_campaign(catalog, settings)

    @cache
    def ladder(workflow: str, key: str) -> Ladder | None:
        try:
            found = newest(workflow, key)
        except NotFound:
            return None
        return found[1] if found is not None else None

    return ladder
