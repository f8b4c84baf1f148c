"""Many papers at once as Word files in one .zip: a few while the page waits, hundreds in the background with a bar.

Each is printed as it is printed alone. One that cannot be (what is stored is not what was approved) holds up none of the
others: it is named in a file of its own. So is one that the office's template refuses: it comes in our own layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from tracker.domain.errors import CannotIssue, NotFound, PaperAltered
from tracker.domain.media_types import ZIP
from tracker.domain.permissions import Viewer
from tracker.domain.ports import BundlePart, BundleWriter
from tracker.domain.values import SHANGHAI
from tracker.persistence.models import LedgerExport
from tracker.persistence.queries.notice_page import find_notices
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.background_files import Asked, BackgroundFileService, Described, Progress
from tracker.services.context import Floor
from tracker.services.exports import ExportService
from tracker.services.printing import PrintingService

KIND = "papers"
#: Up to here the page waits for its file.
AT_ONCE = 30
MOST = 2_000
PAGE = 500
NARROWS = ("kind", "state", "unit", "campaign")


@dataclass(frozen=True)
class TakenPapers:
    """A .zip that is written already, open, and how it is called."""

    file: IO[bytes]
    name: str


class PaperFileService:
    """Prints many papers."""

    def __init__(
        self, floor: Floor, exports: ExportService, files: BackgroundFileService, printing: PrintingService, *,
        writer: BundleWriter,
    ) -> None:  # fmt: skip
        self._floor = floor
        self._exports = exports
        self._files = files
        self._printing = printing
        self._writer = writer
        files.serve([KIND], self)

    def take(self, viewer: Viewer, narrowed: Mapping[str, str]) -> TakenPapers | str:
        """Return the issued papers that the list shows, or the ref under which a worker writes them.

        Raises NotFound where there is none, CannotIssue where there are too many for one file.
        """
        filters = {name: narrowed[name] for name in NARROWS if narrowed.get(name)}
        refs = self._refs(viewer, filters)
        if not refs:
            raise NotFound("这个范围里没有已印发的文书。")
        if len(refs) > MOST:
            raise CannotIssue(f"共{len(refs)}份，一次最多下载{MOST}份。", ["请按单位、种类或行动缩小范围，分次下载。"])

        def record(uow: UnitOfWork) -> None:
            self._exports.record_with(uow, viewer, ledger=KIND, filters=filters, rows=len(refs))

        if len(refs) > AT_ONCE:
            return self._files.ask(viewer, Asked(KIND, filters, len(refs)), record=record)
        with self._floor.uows() as uow:
            record(uow)
            uow.commit()
        file = self._writer.package(self._parts(viewer, refs, lambda _written: None))
        return TakenPapers(file, f"文书-{len(refs)}份.zip")

    def describe(self, export: LedgerExport) -> Described:
        """Return how such a file is called."""
        day = f"{export.created_at.astimezone(SHANGHAI):%Y%m%d}"
        return Described("文书", f"文书-{day}-{export.total}份.zip", ZIP, "份", "请缩小范围后重新下载")

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Print what was asked for."""
        return self._writer.package(self._parts(viewer, self._refs(viewer, export.filters), progress))

    def _refs(self, viewer: Viewer, filters: Mapping[str, str]) -> list[str]:
        now, calendar = self._floor.clock.now(), self._floor.calendars.newest()
        refs: list[str] = []
        with self._floor.uows() as uow:
            page, more = 1, True
            while more and len(refs) <= MOST:
                found = find_notices(
                    uow.session, viewer, kind=filters.get("kind"), state=filters.get("state"),
                    unit=filters.get("unit"), campaign=filters.get("campaign"), now=now, calendar=calendar, page=page,
                    size=PAGE,
                )  # fmt: skip
                refs += [row.ref for row in found.rows if row.issued_at is not None]
                # A page past the end is answered with the first: rows went away while we read.
                page, more = page + 1, found.has_next and found.number == page
        return list(dict.fromkeys(refs))

    def _parts(self, viewer: Viewer, refs: list[str], progress: Progress) -> Iterator[BundlePart]:
        refused, otherwise = [], []
        for number, ref in enumerate(refs, start=1):
            try:
                printed = self._printing.print_in_any_case(self._printing.find(viewer, ref))
            except (PaperAltered, NotFound) as problem:
                refused.append(f"{ref}：{problem.sentence}")
            else:
                if printed.note:
                    otherwise.append(f"{ref}：{printed.note}")
                yield BundlePart(f"{ref}-{printed.name}.docx", [printed.content], True)
            progress(number)
        for name, lines in (("没有打印的文书", refused), ("改按系统版式打印的文书", otherwise)):
            if lines:
                yield BundlePart(f"{name}.txt", ["\n".join([*lines, ""]).encode()])
