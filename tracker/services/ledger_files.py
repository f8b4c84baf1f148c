"""Ledgers as workbooks: short ones at once, long ones in the background, with how far they are.

What was asked for is a row; the job carries its id. A worker that is killed leaves a row that stands still, which the
next look at it, or the housekeeping, hands to another. The rows are those that the person may see when they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO, Any

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import NotFound
from tracker.domain.ledger_columns import KINDS, file_row, line_of, sheet_columns
from tracker.domain.lights import LIGHTS
from tracker.domain.permissions import Viewer
from tracker.domain.ports import SheetWriter
from tracker.domain.sheets import LedgerLayout
from tracker.domain.values import SEVERITY_TITLES, SHANGHAI, local_date
from tracker.persistence.models import LedgerExport
from tracker.persistence.queries.ledger_lists import Ledger, LedgerFilters, read_tally, stream_rows
from tracker.services.context import Floor
from tracker.services.exports import ExportService
from tracker.services.seeing import viewer_of

WRITE_JOB = "tracker.jobs.documents.write_ledger"
#: Up to here the page waits for its file.
AT_ONCE = 2_000
MOST_ROWS = 100_000
STEP = 1_000
PIECE = 1024 * 1024
STANDS_STILL = timedelta(seconds=90)
KEPT_FOR = timedelta(days=3)
MOST_TRIES = 3


@dataclass(frozen=True)
class Wanted:
    """A ledger to be written: filters as they stand in the address line, and in words for the sheet."""

    kind: str
    filters: Mapping[str, str]
    sort: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportStatus:
    """How far a background file is."""

    ref: str
    title: str
    state: str
    written: int
    total: int
    size: int
    file_name: str
    expires_at: datetime


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
    )  # fmt: skip


class LedgerFileService:
    """Writes ledgers as .xlsx."""

    def __init__(self, floor: Floor, exports: ExportService, *, writer: SheetWriter) -> None:
        self._floor = floor
        self._exports = exports
        self._writer = writer

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
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            filters = dict(wanted.filters)
            same = uow.ledger_exports.same(
                person_id=viewer.person_id, ledger=wanted.kind, filters=filters, sort=wanted.sort, now=real
            )
            if same is not None:
                return same.ref
            (ref,) = uow.tasks.new_refs("TZ", local_date(self._floor.clock.now()).year, 1)
            export = uow.ledger_exports.add(
                LedgerExport(
                    ref=ref, person_id=viewer.person_id, ledger=wanted.kind, filters=filters,
                    remarks=list(wanted.remarks), sort=wanted.sort, total=min(rows, MOST_ROWS), created_at=real,
                    touched_at=real, expires_at=real + KEPT_FOR, state="waiting", written=0, tries=0, size=0,
                )
            )  # fmt: skip
            export_id = export.id
            self._exports.record_with(uow, viewer, ledger=wanted.kind, filters=filters, rows=export.total)
            uow.on_commit(lambda: self._ring(export_id))
            uow.commit()
        return ref

    def look(self, viewer: Viewer, ref: str) -> ExportStatus:
        """Return how far the viewer's own file is; raises NotFound. One that stands still is handed out anew."""
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            export = self._own(uow.ledger_exports.find(ref, person_id=viewer.person_id, now=real))
            if export.state in ("waiting", "running") and export.touched_at < real - STANDS_STILL:
                self._ring(export.id)
        title = KINDS[export.ledger].title
        stamp = f"{export.created_at.astimezone(SHANGHAI):%Y%m%d}"
        return ExportStatus(
            export.ref, title, export.state, export.written, export.total, export.size,
            f"{title}-{stamp}.xlsx", export.expires_at,
        )  # fmt: skip

    def open(self, viewer: Viewer, ref: str) -> Iterator[bytes]:
        """Return the finished file in pieces, each read in its own transaction; raises NotFound."""
        with self._floor.uows() as uow:
            now = self._floor.clock.real_now()
            export = self._own(uow.ledger_exports.find(ref, person_id=viewer.person_id, now=now))
            if export.state != "done":
                raise NotFound("这个文件还没有写完。")
        return self._pieces(export.id)

    def write(self, export_id: int) -> None:
        """Write a file that was asked for; safe to run twice, and at once: only one has it in hand."""
        real = self._floor.clock.real_now
        with self._floor.uows() as uow:
            tries = uow.ledger_exports.claim(export_id, now=real(), stale=real() - STANDS_STILL)
            export = uow.ledger_exports.get(export_id)
            if tries is None or export is None:
                return
            if tries > MOST_TRIES:
                uow.ledger_exports.end(export_id, state="failed", now=real())
                uow.commit()
                return
            uow.ledger_exports.clear(export_id)
            # Rights that ended since it was asked for are not used any more.
            posts = uow.accounts.posts_on(export.person_id, local_date(self._floor.clock.now()))
            viewer = viewer_of(uow, export.person_id, posts)
            uow.commit()
        wanted = Wanted(export.ledger, export.filters, export.sort, tuple(export.remarks))
        with self._write(viewer, wanted, total=export.total, progress=self._progress(export_id)) as file:
            size = 0
            with self._floor.uows() as uow:
                for position, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                    uow.ledger_exports.add_chunk(export_id, position, piece)
                    size += len(piece)
                uow.ledger_exports.end(export_id, state="done", now=real(), written=export.total, size=size)
                uow.commit()

    def take_up_again(self) -> int:
        """Hand out anew what stands still, and forget what has expired; return how many were forgotten."""
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            for export_id in uow.ledger_exports.standing_still(stale=real - STANDS_STILL, now=real):
                self._ring(export_id)
            gone = uow.ledger_exports.forget_expired(real)
            uow.commit()
        return gone

    def _ring(self, export_id: int) -> None:
        self._floor.queue.enqueue("documents", WRITE_JOB, export_id)

    def _write(self, viewer: Viewer, wanted: Wanted, *, total: int, progress: Callable[[int], None]) -> IO[bytes]:
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

    def _progress(self, export_id: int) -> Callable[[int], None]:
        def say(written: int) -> None:
            with self._floor.uows() as uow:
                uow.ledger_exports.touch(export_id, written=written, now=self._floor.clock.real_now())
                uow.commit()

        return say

    def _pieces(self, export_id: int) -> Iterator[bytes]:
        position = 0
        while True:
            with self._floor.uows() as uow:
                piece = uow.ledger_exports.chunk(export_id, position)
            if piece is None:
                return
            yield piece
            position += 1

    def _name(self, viewer: Viewer) -> str:
        with self._floor.uows() as uow:
            return uow.accounts.person_name(viewer.person_id)

    def _own(self, export: LedgerExport | None) -> LedgerExport:
        if export is None:
            raise NotFound("没有这个导出文件，或者已经过期。请重新导出。")
        return export


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
