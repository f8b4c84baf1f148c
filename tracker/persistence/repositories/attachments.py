"""Attachments: content-addressed blobs in chunks, and who put which to what."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.persistence.models import Attachment


class AttachmentRepository:
    """Content is stored once for each SHA-256."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_by_ref(self, ref: str) -> Attachment | None:
        """Return an attachment, or None."""
        return self._session.scalars(select(Attachment).where(Attachment.ref == ref)).one_or_none()
