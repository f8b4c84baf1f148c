"""What a person was told, on the screen: listed, opened, marked as read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.errors import NotFound
from tracker.domain.messages import MessageUnreadable
from tracker.domain.permissions import Viewer
from tracker.domain.ports import MessagePart, MessageRenderer
from tracker.persistence.queries.inbox import InboxRow, Leads, count_unread, find_inbox, get_leads
from tracker.persistence.queries.paging import Page
from tracker.services.context import Floor


@dataclass(frozen=True)
class InboxLine:
    """One told thing with its sentence, as a mail would have it."""

    row: InboxRow
    text: str


class InboxService:
    """A person's own inbox and nobody else's."""

    def __init__(self, floor: Floor, *, renderer: MessageRenderer) -> None:
        self._floor, self._renderer = floor, renderer

    def count_unread(self, viewer: Viewer) -> int:
        """Return how many unread things still wait for the viewer."""
        with self._floor.uows() as uow:
            return count_unread(uow.session, viewer.person_id)

    def read(self, viewer: Viewer, *, unread: bool, page: int, size: int) -> Page[InboxLine]:
        """Return what the viewer was told, newest first."""
        with self._floor.uows() as uow:
            found = find_inbox(uow.session, viewer.person_id, unread=unread, page=page, size=size)
        lines = tuple(InboxLine(row, self._sentence(row)) for row in found.rows)
        return Page(lines, found.total, found.number, found.size)

    def open(self, viewer: Viewer, told_id: int) -> Leads:
        """Mark one as read and return where it leads; raises NotFound for somebody else's."""
        with self._floor.uows() as uow:
            leads = get_leads(uow.session, viewer.person_id, told_id)
            if leads is None:
                raise NotFound("没有这条消息。")
            if uow.told.mark_read(viewer.person_id, [told_id], now=self._floor.clock.now()):
                uow.commit()
        return leads

    def mark_read(self, viewer: Viewer, told_ids: Sequence[int] | None) -> int:
        """Mark some of the viewer's own as read, None = all; return how many were not yet."""
        with self._floor.uows() as uow:
            marked = uow.told.mark_read(viewer.person_id, told_ids, now=self._floor.clock.now())
            uow.commit()
        return marked

    def _sentence(self, row: InboxRow) -> str:
        try:
            return self._renderer.line(MessagePart(row.message, row.facts))
        except MessageUnreadable:
            # A row from before a fact was asked for still says which matter it is about.
            return str(row.facts.get("title", row.title))
