"""An office replaces the Word template of a kind of paper: tried out, kept by its hash, one version in use."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.errors import AttachmentRefused, NotFound, TemplateRefused
from tracker.domain.media_types import WORD
from tracker.domain.paper_templates import bare_facts, sample_facts, starter, values_of
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action, Viewer
from tracker.domain.ports import FileChecker, PaperTemplates, PaperWriter
from tracker.persistence.models import PaperTemplate
from tracker.persistence.repositories.paper_templates import plain
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import NO_PAGE, Administration, administration_of
from tracker.services.attachments import read_whole
from tracker.services.context import Floor
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.printing import PrintedFile
from tracker.services.recording import event

MOST_VERSIONS = 50


@dataclass(frozen=True)
class TemplateVersion:
    """One version as the page lists it."""

    version: int
    file_name: str
    sha256: str
    size: int
    in_use: bool
    uploaded_by: str
    uploaded_at: datetime


class PaperTemplateService:
    """Takes templates in, and says which is in use."""

    def __init__(
        self, floor: Floor, *, checker: FileChecker, templates: PaperTemplates, writer: PaperWriter
    ) -> None:  # fmt: skip
        self._floor = floor
        self._checker = checker
        self._templates = templates
        self._writer = writer

    def find(self, viewer: Viewer) -> Mapping[str, Sequence[TemplateVersion]]:
        """Return the versions of the viewer's office by kind of paper, every kind named; raises NotFound."""
        found: dict[str, list[TemplateVersion]] = {kind: [] for kind in NOTICE_TITLES}
        with self._floor.uows() as uow:
            office_id, _ = _office(uow, viewer)
            for one, name in uow.paper_templates.of_office(office_id):
                shown = TemplateVersion(
                    one.version, one.file_name, one.sha256, one.size, one.in_use, name, one.uploaded_at
                )
                found.setdefault(one.kind, []).append(shown)
        return found

    def upload(self, viewer: Viewer, *, kind: str, file_name: str, content: bytes) -> int:
        """Try a template out, keep it and let it be used from now on; return its version.

        Raises NotFound, AttachmentRefused for a file that is no plain Word file, or TemplateRefused with every place.
        """
        _check_kind(kind)
        with self._floor.uows() as uow:
            _office(uow, viewer)
        checked = self._checker.check(file_name=file_name, content=content)
        if checked.media_type != WORD:
            raise AttachmentRefused("模板要是 Word 文件（.docx）。带宏的（.docm）和旧版的（.doc）请另存为 .docx 再传。")
        self._templates.check(checked.content, [values_of(sample_facts(kind)), values_of(bare_facts(kind))])
        sha256 = hashlib.sha256(checked.content).hexdigest()
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            office_id, administration = _office(uow, viewer)
            uow.paper_templates.lock(office_id)
            version = uow.paper_templates.next_version(office_id, kind)
            if version > MOST_VERSIONS:
                raise TemplateRefused([f"这种文书的模板已有{MOST_VERSIONS}个版本，不能再传。请改用已有的版本。"])
            uow.attachments.keep_content(sha256, checked.content, media_type=WORD, now=now)
            uow.paper_templates.use(office_id, kind, None)
            template = PaperTemplate(
                office_id=office_id, kind=kind, version=version, file_name=checked.file_name, sha256=sha256,
                size=len(checked.content), in_use=True, uploaded_by=viewer.person_id, uploaded_at=now,
            )  # fmt: skip
            uow.paper_templates.add(template)
            said = plain(template)
            uow.events.append([event(SETTINGS_STREAM, "paper_template.uploaded", said, at=now, by=administration.by)])
            uow.commit()
        return version

    def use(self, viewer: Viewer, *, kind: str, version: int | None) -> None:
        """Let papers of a kind be printed with an earlier version from now on, or (None) in our own layout again.

        What was issued keeps the template that it was issued with. Raises NotFound.
        """
        _check_kind(kind)
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            office_id, administration = _office(uow, viewer)
            uow.paper_templates.lock(office_id)
            said: Mapping[str, object] = {"office": office_id, "kind": kind, "version": None, "sha256": None}
            if version is not None:
                said = plain(_version(uow, office_id, kind, version))
            uow.paper_templates.use(office_id, kind, version)
            uow.events.append([event(SETTINGS_STREAM, "paper_template.chosen", said, at=now, by=administration.by)])
            uow.commit()

    def fetch(self, viewer: Viewer, *, kind: str, version: int) -> PrintedFile:
        """Return a version as it was uploaded; raises NotFound."""
        with self._floor.uows() as uow:
            office_id, _ = _office(uow, viewer)
            template = _version(uow, office_id, kind, version)
            return PrintedFile(template.file_name.removesuffix(".docx"), read_whole(uow, template.sha256))

    def trial(self, viewer: Viewer, *, kind: str, version: int) -> PrintedFile:
        """Return a made-up paper printed with a version; raises NotFound or TemplateRefused."""
        template = self.fetch(viewer, kind=kind, version=version)
        filled = self._templates.fill(template.content, values_of(sample_facts(kind)))
        return PrintedFile(f"试印-{NOTICE_TITLES[kind]}-第{version}版", filled)

    def begin(self, viewer: Viewer) -> PrintedFile:
        """Return a template in our own layout, to begin with."""
        with self._floor.uows() as uow:
            _office(uow, viewer)
        return PrintedFile("文书模板", self._writer.word(starter("{{ 发文机关标志 }}")))


def _office(uow: UnitOfWork, viewer: Viewer) -> tuple[int, Administration]:
    administration = administration_of(uow, viewer, Action.MANAGE_TEMPLATES)
    if administration.office is None:
        raise NotFound(NO_PAGE)
    return administration.office.id, administration


def _version(uow: UnitOfWork, office_id: int, kind: str, version: int) -> PaperTemplate:
    found = uow.paper_templates.find(office_id, kind, version)
    if found is None:
        raise NotFound("没有这个版本的模板，或者您无权查看。")
    return found


def _check_kind(kind: str) -> None:
    if kind not in NOTICE_TITLES:
        raise NotFound("没有这种文书。")
