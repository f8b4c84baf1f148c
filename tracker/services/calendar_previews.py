"""What a holiday notice would change, shown before anybody imports it: at once, or in the background for many clocks."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from tracker.domain.errors import NotFound, TrackerError
from tracker.domain.permissions import Viewer
from tracker.domain.redating import CalendarTable, ChangedDay
from tracker.persistence.models import LedgerExport
from tracker.services.background_files import Asked, BackgroundFileService, Described, ExportStatus, Progress
from tracker.services.calendars import CalendarService, MovingDate, say_nothing

KIND = "calendar_preview"
TITLE = "放假安排预览"


@dataclass(frozen=True)
class Moves:
    """Dates of one campaign that move alike: from which day to which, whether told before, how many."""

    campaign_id: int
    office_unit_id: int
    campaign: str
    old: date
    new: date
    was_told: bool
    many: int


@dataclass(frozen=True)
class CalendarPreview:
    """What a table changes, counted: few numbers, however many clocks there are."""

    base_version: int
    days: tuple[ChangedDay, ...]
    new_years: tuple[int, ...]
    moves: tuple[Moves, ...]
    people: int

    @property
    def moving(self) -> int:
        """Return how many dates move."""
        return sum(one.many for one in self.moves)

    @property
    def told(self) -> int:
        """Return how many of them were told."""
        return sum(one.many for one in self.moves if one.was_told)

    def to_plain(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "base": self.base_version, "days": [[one.day.isoformat(), one.works] for one in self.days],
            "years": list(self.new_years), "people": self.people,
            "moves": [
                [m.campaign_id, m.office_unit_id, m.campaign, m.old.isoformat(), m.new.isoformat(), m.was_told, m.many]
                for m in self.moves
            ],
        }  # fmt: skip

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> CalendarPreview:
        """Return what was kept."""
        moves = tuple(
            Moves(campaign_id, office, title, date.fromisoformat(old), date.fromisoformat(new), told, many)
            for campaign_id, office, title, old, new, told, many in plain["moves"]
        )
        days = tuple(ChangedDay(date.fromisoformat(day), works) for day, works in plain["days"])
        return cls(plain["base"], days, tuple(plain["years"]), moves, plain["people"])


@dataclass(frozen=True)
class AskedPreview:
    """A preview in the background: of what, how far it is, and what came of it or why nothing did."""

    status: ExportStatus
    table: CalendarTable
    source: str
    found: CalendarPreview | None = None
    refused: str = ""


class CalendarPreviewService:
    """What came of a preview is for who asked for it alone, and forgotten after some days."""

    def __init__(self, calendars: CalendarService, files: BackgroundFileService) -> None:
        self._calendars, self._files = calendars, files
        files.serve([KIND], self)

    def at_once(self, viewer: Viewer, table: CalendarTable, *, progress: Progress = say_nothing) -> CalendarPreview:
        """Return what a table would change; change nothing. Raises NotFound for those who do not keep the calendar."""
        base = self._calendars.newest_version()
        moves: Counter[tuple[int, int, str, date, date, bool]] = Counter()
        people: set[int] = set()
        for some, told in self._calendars.moving(table, viewer, progress=progress):
            moves.update(map(_alike, some))
            people |= told
        return CalendarPreview(base, *self._calendars.changes(table), tuple(_counted(moves)), len(people))

    def ask(self, viewer: Viewer, table: CalendarTable, source: str) -> str:
        """Let a preview be made in the background; return its ref. Asking twice makes one. Raises NotFound."""
        self._calendars.keeper(viewer)
        filters = {
            "days": {day.isoformat(): works for day, works in sorted(table.days.items())},
            "years": sorted(table.years), "source": source,
        }  # fmt: skip
        return self._files.ask(viewer, Asked(KIND, filters, self._calendars.count_open()), record=lambda uow: None)

    def look(self, viewer: Viewer, ref: str) -> AskedPreview:
        """Return how far the viewer's own preview is; raises NotFound."""
        self._calendars.keeper(viewer)
        status = self._files.look(viewer, ref)
        if status.described.title != TITLE:
            raise NotFound("没有这次预览，或者已经过期。请重新预览。")
        asked = AskedPreview(status, _table_of(status.filters), str(status.filters["source"]))
        if status.state != "done":
            return asked
        plain: dict[str, Any] = json.loads(b"".join(self._files.open(viewer, status.ref)))
        if "refused" in plain:
            return AskedPreview(status, asked.table, asked.source, refused=plain["refused"])
        return AskedPreview(status, asked.table, asked.source, CalendarPreview.from_plain(plain))

    def cancel(self, viewer: Viewer, ref: str) -> None:
        """Stop a preview, or forget it; raises NotFound."""
        self._files.take_back(viewer, self.look(viewer, ref).status.ref)

    def describe(self, export: LedgerExport) -> Described:
        """Return how the outcome is called."""
        return Described(TITLE, "calendar-preview.json", "application/json", "个期限", "请过几分钟重新预览")

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Return what the table would change as JSON, or the sentence that refuses it."""
        try:
            plain = self.at_once(viewer, _table_of(export.filters), progress=progress).to_plain()
        except TrackerError as refused:
            plain = {"refused": refused.sentence}
        return io.BytesIO(json.dumps(plain, ensure_ascii=False).encode())


def _alike(one: MovingDate) -> tuple[int, int, str, date, date, bool]:
    return (one.campaign_id, one.office_unit_id, one.campaign, one.old, one.new, one.was_told)


def _counted(moves: Mapping[tuple[int, int, str, date, date, bool], int]) -> Iterable[Moves]:
    return (Moves(*alike, many) for alike, many in sorted(moves.items()))


def _table_of(filters: Mapping[str, Any]) -> CalendarTable:
    days = {date.fromisoformat(day): bool(works) for day, works in filters["days"].items()}
    return CalendarTable(days, frozenset(filters["years"]))
