"""What people have typed and not sent: kept, found again, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from tracker.persistence.models import FormDraft, Person

#: Whoever saves says which edition the page was made from; another one in its place is left as it is.
KEEP = text("""
    INSERT INTO form_draft AS d (task_id, person_id, act, edition, task_version, content_cipher, saved_at, expires_at)
    VALUES (:task, :person, :act, :edition, :task_version, :content, :saved_at, :expires_at)
    ON CONFLICT (task_id, person_id, act) DO UPDATE SET edition = excluded.edition,
        task_version = excluded.task_version, content_cipher = excluded.content_cipher, saved_at = excluded.saved_at,
        expires_at = excluded.expires_at
    WHERE d.edition = :expected OR d.expires_at <= :now
    RETURNING id""")


FORGET = text("DELETE FROM form_draft WHERE task_id = :task AND person_id = :person AND act = :act")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft, with the name of whose it is."""

    person_id: int
    person_name: str
    act: str
    edition: str
    task_version: int
    content_cipher: bytes
    saved_at: datetime


class FormDraftRepository:
    """Keeps and forgets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, draft: FormDraft, *, expected: str, now: datetime) -> bool:
        """Keep a draft in place of its edition `expected`; False when another edition stands there.

        Where none stands any more (it was sent or thrown away elsewhere), it is kept all the same.
        """
        given = {
            "task": draft.task_id, "person": draft.person_id, "act": draft.act, "edition": draft.edition,
            "task_version": draft.task_version, "content": draft.content_cipher, "saved_at": draft.saved_at,
            "expires_at": draft.expires_at, "expected": expected, "now": now,
        }  # fmt: skip
        return self._session.execute(KEEP, given).first() is not None

    def of_task(self, task_id: int, *, now: datetime) -> list[DraftRow]:
        """Return everybody's drafts of a task that have not expired, the latest first."""
        columns = (
            FormDraft.person_id, Person.name, FormDraft.act, FormDraft.edition, FormDraft.task_version,
            FormDraft.content_cipher, FormDraft.saved_at,
        )  # fmt: skip
        query = select(*columns).join(Person, Person.id == FormDraft.person_id)
        query = query.where(FormDraft.task_id == task_id, FormDraft.expires_at > now)
        return [DraftRow(*row) for row in self._session.execute(query.order_by(FormDraft.saved_at.desc()))]

    def forget(self, task_id: int, *, person_id: int, act: str) -> None:
        """Forget a person's draft of one form."""
        self._session.execute(FORGET, {"task": task_id, "person": person_id, "act": act})

    def forget_expired(self, now: datetime) -> int:
        """Forget what has expired and return how many drafts that were."""
        gone = self._session.execute(delete(FormDraft).where(FormDraft.expires_at <= now).returning(FormDraft.id))
        return len(gone.all())
