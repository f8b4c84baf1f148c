"""Forms that are being filled: what a person has typed and not sent yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class FormDraft(Base):
    """One person's draft of one form of one task, encrypted; the person's alone, and no part of the record.

    `edition` changes with each saving, so that a page made from an older one is found out. `task_version` is the task's
    when the form was typed into.
    """

    __tablename__ = "form_draft"
    __table_args__ = (
        UniqueConstraint("task_id", "person_id", "act"),
        Index("ix_form_draft__expires", "expires_at"),
    )
    id: Mapped[Id]
    task_id: Mapped[int] = link("task.id")
    person_id: Mapped[int] = link("person.id")
    act: Mapped[str]
    edition: Mapped[str]
    task_version: Mapped[int]
    content_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
    expires_at: Mapped[datetime]
