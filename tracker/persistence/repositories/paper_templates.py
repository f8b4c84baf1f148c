"""Word templates of offices, by office and kind of paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tracker.persistence.models import PaperTemplate, Person

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('paper_template:' || :office, 0))")


class PaperTemplateRepository:
    """Finds, adds and chooses versions. Whoever changes an office's templates holds the lock of `lock`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, office_id: int) -> None:
        """Let one change of an office's templates wait for the other."""
        self._session.execute(LOCK, {"office": str(office_id)})

    def of_office(self, office_id: int) -> Sequence[tuple[PaperTemplate, str]]:
        """Return every version with the name of who brought it, by kind, the newest first."""
        query = (
            select(PaperTemplate, Person.name).join(Person, Person.id == PaperTemplate.uploaded_by)
            .where(PaperTemplate.office_id == office_id).order_by(PaperTemplate.kind, PaperTemplate.version.desc())
        )  # fmt: skip
        return [(row[0], row[1]) for row in self._session.execute(query)]

    def find(self, office_id: int, kind: str, version: int) -> PaperTemplate | None:
        """Return one version."""
        one = PaperTemplate
        query = select(one).where(one.office_id == office_id, one.kind == kind, one.version == version)
        return self._session.scalars(query).one_or_none()

    def in_use(self, office_id: int, kind: str) -> str | None:
        """Return the hash of the template that papers of a kind are printed with; None = our own layout."""
        one = PaperTemplate
        query = select(one.sha256).where(one.office_id == office_id, one.kind == kind, one.in_use)
        return self._session.scalars(query).one_or_none()

    def next_version(self, office_id: int, kind: str) -> int:
        """Return the number of the next version, under the office's lock."""
        one = PaperTemplate
        query = select(func.max(one.version)).where(one.office_id == office_id, one.kind == kind)
        return (self._session.scalars(query).one() or 0) + 1

    def add(self, template: PaperTemplate) -> None:
        """Add a version."""
        self._session.add(template)
        self._session.flush()

    def use(self, office_id: int, kind: str, version: int | None) -> None:
        """Let papers of a kind be printed with one version, or with none."""
        mine = (PaperTemplate.office_id == office_id, PaperTemplate.kind == kind)
        self._session.execute(update(PaperTemplate).where(*mine, PaperTemplate.in_use).values(in_use=False))
        if version is not None:
            self._session.execute(
                update(PaperTemplate).where(*mine, PaperTemplate.version == version).values(in_use=True)
            )


def plain(template: PaperTemplate) -> Mapping[str, object]:
    """Return what an event says of a version."""
    return {
        "office": template.office_id, "kind": template.kind, "version": template.version, "sha256": template.sha256,
    }  # fmt: skip
