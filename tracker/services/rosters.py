"""Units and people from files: check, preview, import. Everything or nothing, and exactly what the preview showed."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.errors import FieldProblem, InvalidInput, NotFound, StaleVersion
from tracker.domain.permissions import Action, Viewer
from tracker.domain.ports import Cipher, SheetReader, SheetWriter
from tracker.domain.roster.changes import ChangeList
from tracker.domain.roster.comparing import Comparison, compare
from tracker.domain.roster.layouts import export_sheets, template_sheets
from tracker.domain.roster.present import County, Importer, PresentPerson
from tracker.domain.roster.problems import RowProblem
from tracker.domain.roster.reading import read_roster
from tracker.domain.sheets import Sheet
from tracker.domain.values import local_date
from tracker.persistence.models import RosterImport
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import Administration, administration_of
from tracker.services.context import Floor
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.recording import event
from tracker.services.roster_writing import RosterWriting

KEPT_FOR = timedelta(hours=2)
MOST_FILES = 3
GONE = "这份待导入的文件已经过期或已导入。请重新选择文件。"
STALE = "预览之后有人改动了单位或人员，这次没有导入任何内容。请看下面重新比对的结果，确认后再导入。"


@dataclass(frozen=True)
class GivenFile:
    """A file as it was handed in."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Preview:
    """What an import would do. `ref` None = there are errors, and the file was not kept."""

    ref: str | None
    file_names: tuple[str, ...]
    whole: bool
    comparison: Comparison


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    changes: ChangeList
    without_phone: int


class RosterService:
    """Imports units and people. `viewer` None is the operator at the command line."""

    def __init__(self, floor: Floor, *, reader: SheetReader, writer: SheetWriter, cipher: Cipher) -> None:
        self._floor = floor
        self._reader = reader
        self._writer = writer
        self._cipher = cipher

    def check(self, viewer: Viewer | None, files: Sequence[GivenFile], *, whole: bool) -> Comparison:
        """Return what importing the files would change and what stands against it; keeps nothing."""
        sheets = self._read(files)
        with self._floor.uows() as uow:
            administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
            return self._compare(uow, administration, viewer, sheets, whole=whole)

    def preview(self, viewer: Viewer, files: Sequence[GivenFile], *, whole: bool) -> Preview:
        """Check the files and, when nothing stands against them, keep them for two hours for this person alone."""
        names = tuple(file.name for file in files)
        now = self._floor.clock.real_now()
        with self._floor.uows() as uow:
            administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
            comparison = self._compare(uow, administration, viewer, self._read(files), whole=whole)
            if comparison.errors or not comparison.changes:
                return Preview(None, names, whole, comparison)
            staged = RosterImport(
                ref=secrets.token_urlsafe(18), person_id=viewer.person_id, file_names=list(names), whole=whole,
                content_cipher=self._sealed(files), digest=comparison.changes.digest(), created_at=now,
                expires_at=now + KEPT_FOR,
            )  # fmt: skip
            uow.roster_imports.keep(staged)
            uow.commit()
            return Preview(staged.ref, names, whole, comparison)

    def show(self, viewer: Viewer, ref: str) -> Preview:
        """Return the preview of a kept file, compared anew; raises NotFound when it is another's or has expired."""
        with self._floor.uows() as uow:
            administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
            staged = self._staged(uow, viewer, ref)
            comparison = self._compare(uow, administration, viewer, self._kept(staged), whole=staged.whole)
            digest = comparison.changes.digest()
            if staged.digest != digest:
                staged.digest = digest
                uow.commit()
            return Preview(ref, tuple(staged.file_names), staged.whole, comparison)

    def apply(self, viewer: Viewer, ref: str) -> Imported:
        """Import a kept file as its preview showed it, and forget the file.

        Raises NotFound when it is another's or has expired, and StaleVersion when the changes are no longer those
        of the preview, because somebody changed units or people meanwhile.
        """
        with self._floor.uows() as uow:
            administration = administration_of(uow, viewer, Action.MANAGE_UNITS)
            uow.roster.lock()
            staged = self._staged(uow, viewer, ref, lock=True)
            comparison = self._compare(uow, administration, viewer, self._kept(staged), whole=staged.whole)
            if comparison.errors or staged.digest != comparison.changes.digest():
                raise StaleVersion(STALE)
            imported = self._write(uow, administration, comparison)
            uow.roster_imports.forget(staged)
            uow.commit()
            return imported

    def import_now(self, files: Sequence[GivenFile], *, whole: bool, digest: str | None = None) -> Imported:
        """Check and import in one go, for the operator; with `digest`, only the changes that were shown.

        Raises InvalidInput with every problem, or StaleVersion.
        """
        sheets = self._read(files)
        with self._floor.uows() as uow:
            administration = administration_of(uow, None, Action.MANAGE_UNITS)
            uow.roster.lock()
            comparison = self._compare(uow, administration, None, sheets, whole=whole)
            if comparison.errors:
                problems = [FieldProblem(problem.place, problem.sentence) for problem in comparison.errors]
                lines = "\n".join(f"{problem.field}：{problem.sentence}" for problem in problems)
                raise InvalidInput(problems, f"没有导入任何内容。请按下列各条修改文件：\n{lines}")
            if digest is not None and digest != comparison.changes.digest():
                raise StaleVersion(STALE)
            imported = self._write(uow, administration, comparison)
            uow.commit()
            return imported

    def forget(self, viewer: Viewer, ref: str) -> None:
        """Give up a kept file."""
        with self._floor.uows() as uow:
            administration_of(uow, viewer, Action.MANAGE_UNITS)
            uow.roster_imports.forget(self._staged(uow, viewer, ref, lock=True))
            uow.commit()

    def forget_expired(self) -> int:
        """Purge files whose preview nobody acted on."""
        with self._floor.uows() as uow:
            gone = uow.roster_imports.forget_expired(self._floor.clock.real_now())
            uow.commit()
            return gone

    # -- files that go out

    def template(self) -> bytes:
        """Return the workbook to fill in."""
        return self._writer.workbook(template_sheets())

    def export(self, viewer: Viewer | None, *, contacts: bool) -> bytes:
        """Return units and people as a workbook that an import of it would leave unchanged.

        With `contacts` phones and mail addresses stand in clear, and the record says who took them along; raises
        NotFound for those who may not.
        """
        now = self._floor.clock.now()
        action = Action.SEE_CONTACTS if contacts else Action.MANAGE_UNITS
        with self._floor.uows() as uow:
            administration = administration_of(uow, viewer, action)
            county = self._county(uow, administration, viewer)
            content = self._writer.workbook(export_sheets(county, contacts=contacts))
            if contacts:
                payload = {"people": len(county.people), "office": administration.office and administration.office.id}
                stream = SETTINGS_STREAM
                uow.events.append([event(stream, "contacts.exported", payload, at=now, by=administration.by)])
                uow.commit()
        return content

    # -- parts

    def _read(self, files: Sequence[GivenFile]) -> list[Sheet]:
        if not files:
            raise InvalidInput([FieldProblem("files", "请选择要导入的文件。")])
        if len(files) > MOST_FILES:
            raise InvalidInput([FieldProblem("files", f"一次最多{MOST_FILES}个文件。")])
        return [sheet for file in files for sheet in self._reader.read(file.name, file.content)]

    def _compare(
        self,
        uow: UnitOfWork,
        administration: Administration,
        viewer: Viewer | None,
        sheets: list[Sheet],
        *,
        whole: bool,
    ) -> Comparison:
        file, problems = read_roster(sheets)
        if file.sets and administration.office is None:
            sentence = "还不知道集合归哪个办公室：请先载入专项行动，由该办公室在网页上导入单位集合。"
            problems.append(RowProblem("单位集合", 0, "", sentence))
        county = self._county(uow, administration, viewer)
        return compare(county, file, problems, whole=whole)

    def _county(self, uow: UnitOfWork, administration: Administration, viewer: Viewer | None) -> County:
        today = local_date(self._floor.clock.now())
        units = uow.roster.units()
        scope = None
        if administration.unit_ids is not None:
            scope = frozenset(unit.key for unit in units.values() if unit.id in administration.unit_ids)
        people = {
            one.id: PresentPerson(
                one.id, one.name, self._opened(one.phone_cipher), self._opened(one.email_cipher), tuple(one.logins)
            )
            for one in uow.roster.people(today)
        }
        sets = uow.roster.sets(administration.office.id) if administration.office else {}
        importer = Importer(scope, viewer.person_id if viewer else None)
        return County(
            today, units, sets, people, uow.roster.posts(today), uow.roster.campaigns(), importer, uow.roster.left(today)
        )  # fmt: skip

    def _write(self, uow: UnitOfWork, administration: Administration, comparison: Comparison) -> Imported:
        now = self._floor.clock.now()
        ids = {key: unit.id for key, unit in uow.roster.units().items()}
        RosterWriting(uow, comparison.changes, self._cipher, now, administration.by, administration.office, ids).write()
        payload = {
            "digest": comparison.changes.digest(), "units": len(comparison.changes.units),
            "people": len(comparison.changes.people), "posts": len(comparison.changes.posts),
        }  # fmt: skip
        if comparison.changes:
            uow.events.append([event(SETTINGS_STREAM, "roster.imported", payload, at=now, by=administration.by)])
        self._note_missing_phones(uow, now)
        return Imported(comparison.changes, comparison.without_phone)

    def _note_missing_phones(self, uow: UnitOfWork, now: datetime) -> None:
        """Keep one data-quality item with its count, not one for each of thousands of people."""
        many = uow.roster.count_without_phone(local_date(now))
        if many:
            sentence = f"有{many}名在岗人员没有手机号，短信发不到。名单在“单位和人员”的“数据质量”页，请补上。"
            uow.incidents.raise_(kind="no_phone", subject="roster:people", sentence=sentence, now=now)
        else:
            uow.incidents.resolve(kind="no_phone", subject="roster:people", now=now)

    def _staged(self, uow: UnitOfWork, viewer: Viewer, ref: str, *, lock: bool = False) -> RosterImport:
        now = self._floor.clock.real_now()
        staged = uow.roster_imports.find(ref, person_id=viewer.person_id, now=now, lock=lock)
        if staged is None:
            raise NotFound(GONE)
        return staged

    def _sealed(self, files: Sequence[GivenFile]) -> bytes:
        plain = [[file.name, base64.b64encode(file.content).decode()] for file in files]
        return self._cipher.encrypt(json.dumps(plain))

    def _kept(self, staged: RosterImport) -> list[Sheet]:
        plain = json.loads(self._cipher.decrypt(staged.content_cipher))
        return self._read([GivenFile(name, base64.b64decode(content)) for name, content in plain])

    def _opened(self, cipher: bytes | None) -> str | None:
        return self._cipher.decrypt(bytes(cipher)) if cipher else None
