"""Which ladder a clock of a campaign climbs: the workflow's, unless the campaign has put another in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tracker.domain.errors import NotFound
from tracker.domain.ladder import OPTIONAL_LADDERS, Ladder
from tracker.domain.ports import WorkflowCatalog

#: Key of a ladder → the id of its newest version and the ladder; None = the campaign has none of this kind.
NewestLadder = Callable[[str], tuple[int, Ladder] | None]


def ladders_of_campaign(catalog: WorkflowCatalog, settings: Mapping[str, Any]) -> NewestLadder:
    """Return the look-up for one campaign's new clocks. Each key is looked up once."""
    chosen: Mapping[str, str] = settings.get("ladders", {})

    @cache
    def newest(key: str) -> tuple[int, Ladder] | None:
        wanted = chosen.get(key, key)
        return None if wanted in OPTIONAL_LADDERS else catalog.newest_ladder(wanted)

    return newest


def ladder_lookup(catalog: WorkflowCatalog, settings: Mapping[str, Any]) -> Callable[[str], Ladder | None]:
    """Return the same look-up for checks: None also for a ladder that this installation does not have."""
    newest = ladders_of_campaign(catalog, settings)

    @cache
    def ladder(key: str) -> Ladder | None:
        try:
            found = newest(key)
        except NotFound:
            return None
        return found[1] if found is not None else None

    return ladder
