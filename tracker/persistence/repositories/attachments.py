"""Attachments: content-addressed blobs in chunks, and who put which to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.persistence.models import Attachment

CHUNK_BYTES = 1024 * 1024

# Two uploads of the same content at once: the second waits here for the first to end, and finds its row.
INSERT_BLOB = text("""
    INSERT INTO blob (sha256, size, media_type, created_at) VALUES (:sha256, :size, :media_type, :now)
    ON CONFLICT (sha256) DO NOTHING RETURNING sha256""")
INSERT_CHUNK = text("INSERT INTO blob_chunk (sha256, position, content) VALUES (:sha256, :position, :content)")
READ_CHUNK = text("SELECT content FROM blob_chunk WHERE sha256 = :sha256 AND position = :position")

TAKE_ID = text("SELECT nextval(pg_get_serial_sequence('attachment', 'id'))")

# A file sent once may be named again when the form is redone; it stays with its first submission.
BIND = text("""
    UPDATE attachment SET submission_id = coalesce(submission_id, :submission_id)
    WHERE task_id = :task_id AND ref = ANY(CAST(:refs AS text[])) RETURNING ref""")


@dataclass(frozen=True, slots=True)
class NewAttachment:
    """A checked file to be put to a task."""

    sha256: str
    task_id: int
    file_name: str
    media_type: str
    size: int
    uploaded_by: int


class AttachmentRepository:
    """Content is stored once for each SHA-256."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_by_ref(self, ref: str) -> Attachment | None:
        """Return an attachment, or None."""
        return self._session.scalars(select(Attachment).where(Attachment.ref == ref)).one_or_none()

    def find_for_task(self, task_id: int) -> list[Attachment]:
        """Return a task's attachments in the order in which they came."""
        return list(
            self._session.scalars(select(Attachment).where(Attachment.task_id == task_id).order_by(Attachment.id))
        )

    def keep_content(self, sha256: str, content: bytes, *, media_type: str, now: datetime) -> bool:
        """Store content in chunks; False when it is already there."""
        values = {"sha256": sha256, "size": len(content), "media_type": media_type, "now": now}
        if self._session.execute(INSERT_BLOB, values).one_or_none() is None:
            return False
        for position, start in enumerate(range(0, len(content), CHUNK_BYTES)):
            chunk = content[start : start + CHUNK_BYTES]
            self._session.execute(INSERT_CHUNK, {"sha256": sha256, "position": position, "content": chunk})
        return True

    def read_chunk(self, sha256: str, position: int) -> bytes | None:
        """Return one chunk, None past the last."""
        found = self._session.execute(READ_CHUNK, {"sha256": sha256, "position": position})
        content = found.scalar_one_or_none()
        return None if content is None else bytes(content)

    def add(self, new: NewAttachment, *, year: int, now: datetime) -> str:
        """Put a file to a task and return its reference."""
        row_id: int = self._session.execute(TAKE_ID).scalar_one()
        attachment = Attachment(
            id=row_id, ref=f"FJ-{year}-{row_id:04d}", sha256=new.sha256, task_id=new.task_id,
            file_name=new.file_name, media_type=new.media_type, size=new.size, uploaded_by=new.uploaded_by,
            uploaded_at=now,
        )  # fmt: skip
        self._session.add(attachment)
        self._session.flush()
        return attachment.ref

    def bind(self, refs: Sequence[str], *, task_id: int, submission_id: int) -> list[str]:
        """Bind a task's files to a submission; return those of `refs` that are this task's."""
        values = {"refs": list(refs), "task_id": task_id, "submission_id": submission_id}
        return list(self._session.execute(BIND, values).scalars())
