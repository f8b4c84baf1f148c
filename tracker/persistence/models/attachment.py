"""Files: content-addressed blobs in chunks, so that any number of machines see them, and who attached them to what."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from tracker.persistence.models.base import Base, Id, link


class Blob(Base):
    """Content known by its SHA-256 (hex)."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    created_at: Mapped[datetime]


class BlobChunk(Base):
    """A piece of at most 1 MiB."""

    __tablename__ = "blob_chunk"
    sha256: Mapped[str] = link("blob.sha256", primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Attachment(Base):
    """A file that a person put to a task; bound to a submission when the form was accepted."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment__task", "task_id"),)
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[str] = link("blob.sha256")
    task_id: Mapped[int] = link("task.id")
    submission_id: Mapped[int | None] = link("submission.id", default=None)
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    uploaded_by: Mapped[int] = link("person.id")
    uploaded_at: Mapped[datetime]
