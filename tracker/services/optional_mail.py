"""A person does without mails that are optional (domain.messages.is_optional), or wants them again."""

from __future__ import annotations

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Viewer
from tracker.domain.unsubscribing import person_of
from tracker.services.context import Floor
from tracker.services.person_events import person_event


class OptionalMailService:
    """Reads and changes one person's wish. A token stands in place of a log-in; it is good for this alone."""

    def __init__(self, floor: Floor, *, secret: str) -> None:
        self._floor, self._secret = floor, secret

    def is_refused(self, who: Viewer | str) -> bool:
        """Tell whether the person does without; raises NotFound for a token that is none."""
        with self._floor.uows() as uow:
            return uow.told.mail_refused_at(self._person(who)) is not None

    def refuse(self, who: Viewer | str, *, refused: bool) -> bool:
        """Write the wish down, with an event; False when it was so already. Raises NotFound as `is_refused`."""
        person_id, now = self._person(who), self._floor.clock.now()
        with self._floor.uows() as uow:
            if (uow.told.mail_refused_at(person_id, lock=True) is not None) == refused:
                return False
            uow.told.refuse_mail(person_id, now if refused else None)
            kind = "mail.optional_refused" if refused else "mail.optional_wanted"
            by = None if isinstance(who, str) else who.person_id
            uow.events.append([person_event(person_id, kind, at=now, by=by, how="token" if by is None else "page")])
            uow.commit()
        return True

    def _person(self, who: Viewer | str) -> int:
        if not isinstance(who, str):
            return who.person_id
        person_id = person_of(who, self._secret) if self._secret else None
        if person_id is None:
            raise NotFound("没有这个页面，或者链接不完整。")
        return person_id
