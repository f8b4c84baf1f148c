"""Who took which data out: an export of a ledger is an event in the record of the person who made it."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.permissions import Viewer
from tracker.services.context import Floor
from tracker.services.recording import Doer, event


class ExportService:
    """Records exports, before the first row leaves."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def record(self, viewer: Viewer, *, ledger: str, filters: Mapping[str, str], rows: int) -> None:
        """Write that the viewer exports `rows` rows of a ledger, narrowed by `filters`."""
        now = self._floor.clock.now()
        payload = {"ledger": ledger, "filters": dict(filters), "rows": rows}
        by = Doer(viewer.person_id, None)
        with self._floor.uows() as uow:
            uow.events.append([event(("person", viewer.person_id), "ledger.exported", payload, at=now, by=by)])
            uow.commit()
