"""Word templates of an office: each upload is a version that stays; at most one of a kind is in use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tracker.persistence.models.base import Base, Id, link


class PaperTemplate(Base):
    """One version of an office's template of one kind of paper. The content lies in `blob` under its hash."""

    __tablename__ = "paper_template"
    __table_args__ = (
        UniqueConstraint("office_id", "kind", "version"),
        Index("ix_paper_template__in_use", "office_id", "kind", unique=True, postgresql_where="in_use"),
    )
    id: Mapped[Id]
    office_id: Mapped[int] = link("office.id")
    kind: Mapped[str]
    version: Mapped[int]
    file_name: Mapped[str]
    sha256: Mapped[str] = link("blob.sha256")
    size: Mapped[int]
    in_use: Mapped[bool]
    uploaded_by: Mapped[int] = link("person.id")
    uploaded_at: Mapped[datetime]
