"""Ledgers as workbooks: short ones at once, long ones in the background (services/background_files.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.ledger_columns import KINDS, PROBLEM_ORIGINS, file_row, line_of, sheet_columns
from tracker.domain.lights import LIGHTS
from tracker.domain.media_types import WORKBOOK
from tracker.domain.permissions import Viewer
from tracker.domain.ports import SheetWriter
from tracker.domain.sheets import LedgerLayout
from tracker.domain.values import SEVERITY_TITLES, SHANGHAI
from tracker.persistence.models import LedgerExport
from tracker.persistence.queries.ledger_lists import Ledger, LedgerFilters, read_tally, stream_rows
from tracker.services.background_files import Asked, BackgroundFileService, Described, Progress
from tracker.services.context import Floor
from tracker.services.exports import ExportService

#: Up to here the page waits for its file.
AT_ONCE = 2_000
MOST_ROWS = 100_000
STEP = 1_000


@dataclass(frozen=True)
class Wanted:
    """A ledger to be written: filters as they stand in the address line, and in words for the sheet."""

    kind: str
    filters: Mapping[str, str]
    sort: str
    remarks: tuple[str, ...] = ()


def read_filters(kind: str, given: Mapping[str, str]) -> LedgerFilters:
    """Return the filters that the address line means; what cannot be read does not narrow."""
    shown = KINDS[kind]
    asked = {name: value for name, value in given.items() if value}

    def among(name: str, known: Mapping[str, Any]) -> str | None:
        return asked[name] if asked.get(name) in known else None

    severity = asked.get("severity", "")
    known = shown.has_severity and severity in {str(one) for one in SEVERITY_TITLES}
    return LedgerFilters(
        campaign=asked.get("campaign"), unit=asked.get("unit"), unit_kind=among("unit_kind", UNIT_KINDS),
        workflow=asked.get("workflow"), light=among("light", LIGHTS), stage=among("stage", shown.stages),
        due_from=_day(asked.get("due_from")), due_to=_day(asked.get("due_to")),
        severity=int(severity) if known else None, words=asked.get("words"),
        origin=among("origin", PROBLEM_ORIGINS) if shown.has_origin else None,
    )  # fmt: skip


class LedgerFileService:
    """Writes ledgers as .xlsx."""

    def __init__(
        self, floor: Floor, exports: ExportService, files: BackgroundFileService, *, writer: SheetWriter
    ) -> None:
        self._floor = floor
        self._exports = exports
        self._files = files
        self._writer = writer
        files.serve(KINDS, self)

    def count(self, viewer: Viewer, wanted: Wanted) -> int:
        """Return how many rows the file would have."""
        with self._floor.uows() as uow:
            return sum(read_tally(uow.session, self._ledger(viewer, wanted)).values())

    def write_now(self, viewer: Viewer, wanted: Wanted, *, rows: int) -> IO[bytes]:
        """Return a short ledger as an open file; the export stands in the record before the first row leaves."""
        self._exports.record(viewer, ledger=wanted.kind, filters=dict(wanted.filters), rows=min(rows, MOST_ROWS))
        return self._write(viewer, wanted, total=rows, progress=lambda _written: None)

    def ask(self, viewer: Viewer, wanted: Wanted, *, rows: int) -> str:
        """Let a long ledger be written in the background; return its ref. Asking twice makes one file."""
        asked = Asked(wanted.kind, wanted.filters, min(rows, MOST_ROWS), wanted.sort, wanted.remarks)
        return self._files.ask(
            viewer, asked,
            record=lambda uow: self._exports.record_with(
                uow, viewer, ledger=wanted.kind, filters=wanted.filters, rows=asked.total
            ),
        )  # fmt: skip

    def describe(self, export: LedgerExport) -> Described:
        """Return how a ledger's file is called."""
        title = KINDS[export.ledger].title
        name = f"{title}-{export.created_at.astimezone(SHANGHAI):%Y%m%d}.xlsx"
        return Described(title, name, WORKBOOK, "行", "请按单位或时限缩小范围后重新导出")

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Write a ledger that was asked for."""
        wanted = Wanted(export.ledger, export.filters, export.sort, tuple(export.remarks))
        return self._write(viewer, wanted, total=export.total, progress=progress)

    def _write(self, viewer: Viewer, wanted: Wanted, *, total: int, progress: Progress) -> IO[bytes]:
        ledger = self._ledger(viewer, wanted)
        taken_by = f"导出人：{self._name(viewer)}　{ledger.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}　仅供工作使用"
        remarks = (f"截至{ledger.now.astimezone(SHANGHAI):%Y年%-m月%-d日 %H:%M}，共{total}项。", *wanted.remarks)
        if total > MOST_ROWS:
            remarks = (*remarks, f"一次最多导出{MOST_ROWS}行，以下未导出。请按单位或时限分次导出。")
        layout = LedgerLayout(KINDS[wanted.kind].title, sheet_columns(wanted.kind), (*remarks, taken_by), taken_by)

        def rows() -> Iterator[tuple[str, ...]]:
            with self._floor.uows() as uow:
                found = stream_rows(uow.session, ledger, sort=wanted.sort, most=MOST_ROWS)
                for number, row in enumerate(found, start=1):
                    line = line_of(wanted.kind, row, self._floor.catalog)
                    yield file_row(wanted.kind, row, line)
                    if number % STEP == 0:
                        progress(number)

        return self._writer.ledger(layout, rows())

    def _ledger(self, viewer: Viewer, wanted: Wanted) -> Ledger:
        filters = read_filters(wanted.kind, wanted.filters)
        return Ledger(wanted.kind, viewer, filters, self._floor.clock.now(), self._floor.calendars.newest())

    def _name(self, viewer: Viewer) -> str:
        with self._floor.uows() as uow:
            return uow.accounts.person_name(viewer.person_id)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
