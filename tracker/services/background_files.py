"""Files that take a while: asked for once, written piece by piece by a worker, fetched by who asked, forgotten.

What was asked for is a row; the job carries its id. A worker that is killed leaves a row that stands still, which the
next look at it, or the housekeeping, hands to another. A file holds what the person may see when it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, Protocol

from tracker.domain.errors import NotFound, TransitionNotAllowed
from tracker.domain.permissions import Viewer
from tracker.domain.values import local_date
from tracker.persistence.models import LedgerExport
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor
from tracker.services.seeing import viewer_of

WRITE_JOB = "tracker.jobs.documents.write_file"
PIECE = 1024 * 1024
STANDS_STILL = timedelta(seconds=90)
KEPT_FOR = timedelta(days=3)
MOST_TRIES = 3

Progress = Callable[[int], None]


class NobodyWaits(Exception):
    """Whoever asked for a file took it back while it was written."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: which kind of file, of what; `total` = how much the bar counts up to."""

    kind: str
    filters: Mapping[str, Any]
    total: int
    sort: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Described:
    """How a file is called. `counted` = what its bar counts; `smaller` = what to do where it never gets written."""

    title: str
    file_name: str
    media_type: str
    counted: str
    smaller: str


class FileMaker(Protocol):
    """Writes the files of some kinds."""

    def describe(self, export: LedgerExport) -> Described:
        """Return how a file that was asked for is called."""

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Return the file, open; to be closed by the caller.

        `progress` is told how far it is, and raises NobodyWaits, which is let through, once the file was taken back.
        """


@dataclass(frozen=True)
class ExportStatus:
    """How far a background file is."""

    ref: str
    state: str
    written: int
    total: int
    size: int
    expires_at: datetime
    described: Described = field(repr=False)
    filters: Mapping[str, Any] = field(default_factory=dict, repr=False)


class BackgroundFileService:
    """Keeps what was asked for, and lets it be written."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._makers: dict[str, FileMaker] = {}

    def serve(self, kinds: Iterable[str], maker: FileMaker) -> None:
        """Let `maker` write the files of these kinds."""
        self._makers |= dict.fromkeys(kinds, maker)

    def ask(
        self, viewer: Viewer, asked: Asked, *, record: Callable[[UnitOfWork], None], one_at_a_time: bool = False
    ) -> str:
        """Let a file be written in the background; return its ref. Asking twice makes one file.

        `record` writes that it leaves the house, in the transaction that lets it be written. With `one_at_a_time`
        raises TransitionNotAllowed while another of the kind is written, one's own or anybody's.
        """
        real, filters = self._floor.clock.real_now(), dict(asked.filters)
        with self._floor.uows() as uow:
            if one_at_a_time:
                uow.ledger_exports.take_turns()
            same = uow.ledger_exports.same(
                person_id=viewer.person_id, ledger=asked.kind, filters=filters, sort=asked.sort, now=real
            )
            if same is not None:
                return same.ref
            if one_at_a_time:
                self._refuse_second(uow, asked.kind, viewer.person_id, real)
            (ref,) = uow.tasks.new_refs("TZ", local_date(self._floor.clock.now()).year, 1)
            export = uow.ledger_exports.add(
                LedgerExport(
                    ref=ref, person_id=viewer.person_id, ledger=asked.kind, filters=filters,
                    remarks=list(asked.remarks), sort=asked.sort, total=asked.total, created_at=real,
                    touched_at=real, expires_at=real + KEPT_FOR, state="waiting", written=0, tries=0, size=0,
                )
            )  # fmt: skip
            export_id = export.id
            record(uow)
            uow.on_commit(lambda: self._ring(export_id))
            uow.commit()
        return ref

    def look(self, viewer: Viewer, ref: str) -> ExportStatus:
        """Return how far the viewer's own file is; raises NotFound. One that stands still is handed out anew."""
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            return self._status(self._own(uow.ledger_exports.find(ref, person_id=viewer.person_id, now=real)), real)

    def latest(self, viewer: Viewer, kind: str, about: Mapping[str, Any]) -> ExportStatus | None:
        """Return how far the viewer's newest file of a kind is whose filters hold `about`; None where there is none."""
        real = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            export = uow.ledger_exports.latest(person_id=viewer.person_id, ledger=kind, about=about, now=real)
        return None if export is None else self._status(export, real)

    def take_back(self, viewer: Viewer, ref: str) -> None:
        """Want a file no more: it is forgotten, and whoever writes it stops at the next step. Raises NotFound."""
        with self._floor.uows() as uow:
            now = self._floor.clock.real_now()
            export = self._own(uow.ledger_exports.find(ref, person_id=viewer.person_id, now=now))
            uow.ledger_exports.forget(export.id)
            uow.commit()

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
        try:
            file = self._makers[export.ledger].make(viewer, export, self._progress(export_id))
        except NobodyWaits:
            return
        self._keep(export, file)

    def _keep(self, export: LedgerExport, file: IO[bytes]) -> None:
        real, export_id, size = self._floor.clock.real_now, export.id, 0
        with file, self._floor.uows() as uow:
            if uow.ledger_exports.touch(export_id, written=export.total, now=real()):
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

    def _status(self, export: LedgerExport, real: datetime) -> ExportStatus:
        if export.state in ("waiting", "running") and export.touched_at < real - STANDS_STILL:
            self._ring(export.id)
        return ExportStatus(
            export.ref, export.state, export.written, export.total, export.size, export.expires_at,
            self._makers[export.ledger].describe(export), export.filters,
        )  # fmt: skip

    def _refuse_second(self, uow: UnitOfWork, kind: str, person_id: int, real: datetime) -> None:
        whose = uow.ledger_exports.whose_is_made(kind, person_id=person_id, stale=real - STANDS_STILL, now=real)
        if whose == person_id:
            raise TransitionNotAllowed("您还有一次没有做完。请等它做完，或者先取消它。")
        if whose is not None:
            raise TransitionNotAllowed("同事正在做同样的事，一次只能做一份，以免影响巡查和送达。请过几分钟再试。")

    def _ring(self, export_id: int) -> None:
        self._floor.queue.enqueue("documents", WRITE_JOB, export_id)

    def _progress(self, export_id: int) -> Progress:
        def say(written: int) -> None:
            with self._floor.uows() as uow:
                if not uow.ledger_exports.touch(export_id, written=written, now=self._floor.clock.real_now()):
                    raise NobodyWaits
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

    def _own(self, export: LedgerExport | None) -> LedgerExport:
        if export is None:
            raise NotFound("没有这个导出文件，或者已经过期。请重新导出。")
        return export
