"""Who took which data out: an export of a ledger is an event in the record of the person who made it."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.permissions import Viewer
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.recording import Doer, event


class ExportService:
    """Records exports, before the first row leaves."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def record(self, viewer: Viewer, *, ledger: str, filters: Mapping[str, str], rows: int) -> None:
        """Write that the viewer exports `rows` rows of a ledger, narrowed by `filters`."""
        with self._floor.uows() as uow:
            self.record_with(uow, viewer, ledger=ledger, filters=filters, rows=rows)
            uow.commit()

    def record_with(
        self, uow: UnitOfWork, viewer: Viewer, *, ledger: str, filters: Mapping[str, str], rows: int
    ) -> None:
        """The same in the transaction that lets the file be written."""
        payload = {"ledger": ledger, "filters": dict(filters), "rows": rows}
        now, by = self._floor.clock.now(), Doer(viewer.person_id, None)
        uow.events.append([event(("person", viewer.person_id), "ledger.exported", payload, at=now, by=by)])
