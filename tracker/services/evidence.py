"""Evidence of a paper as one file: the paper, its chains, its attachments, who was told, why it is as it is.

Who may take it: the issuing office, and the unit that was served, each with what it may read. A small bundle is written
while the page waits, a large one in the background; that it was taken stands in the record before the first byte leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from tracker.domain.errors import NotAllowed, TransitionNotAllowed
from tracker.domain.evidence import Cover, as_json, read_me
from tracker.domain.media_types import ZIP
from tracker.domain.papers import is_internal
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.ports import BundlePart, BundleWriter
from tracker.domain.values import Actor, Post, Role
from tracker.persistence.models import LedgerExport, Task
from tracker.persistence.queries.notice_page import NoticePage
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.access_log import AccessLogService
from tracker.services.attachments import AttachmentService
from tracker.services.background_files import Asked, BackgroundFileService, Described, Progress
from tracker.services.context import Floor, settings_of
from tracker.services.evidence_contents import filled_plain, record_files
from tracker.services.explanations import ExplanationService
from tracker.services.installations import SETTINGS_STREAM
from tracker.services.printing import PAPER, PrintingService, documents_of
from tracker.services.recording import Doer, event
from tracker.services.striking import tasks_about

KIND = "evidence"
TAKEN = "evidence.taken"
#: Up to here, in bytes of attachments, the page waits for its file.
AT_ONCE = 8 * 1024 * 1024
OPERATOR = "系统管理员（命令行）"
TITLES = {
    "paper/content.json": "批准和印发的内容，供核验", "paper/layout.txt": "文书为什么没有按印发时的模板打印", "replies.json": "单位和督导组为这份文书填报的内容",
    "deliveries.json": "印发以后告知了谁、经何途径、结果和回执", "explanation.txt": "依据说明：为什么拟出，时限怎样计算",
    "explanation.json": "同上，数据格式", "attachments.json": "附件目录", "seal.json": "最近一次覆盖本文书的封存",
    "verify.py": "核验程序", "manifest.json": "清单：每个文件的校验值",
}  # fmt: skip


@dataclass(frozen=True)
class _File:
    """An attachment that goes in."""

    path: str
    ref: str
    task_id: int
    task: str
    name: str
    size: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True)
class _Scope:
    """What of a paper the viewer may take, as it stands now."""

    found: NoticePage
    tasks: tuple[Task, ...]
    files: tuple[_File, ...]

    @property
    def size(self) -> int:
        """Return how many bytes of attachments there are."""
        return sum(one.size for one in self.files)

    @property
    def parts(self) -> int:
        """Return how many parts are counted while it is written: every attachment, and all the rest as one."""
        return len(self.files) + 1


class EvidenceService:
    """Takes evidence."""

    def __init__(
        self, floor: Floor, files: BackgroundFileService, printing: PrintingService, explanations: ExplanationService,
        attachments: AttachmentService, access_log: AccessLogService, *, writer: BundleWriter,
    ) -> None:  # fmt: skip
        self._floor = floor
        self._files = files
        self._printing = printing
        self._explanations = explanations
        self._attachments = attachments
        self._access_log = access_log
        self._writer = writer
        files.serve([KIND], self)

    def may_take(self, viewer: Viewer, place: Place) -> bool:
        """Tell whether the viewer may take evidence of a paper at `place`."""
        return may(viewer, Action.TAKE_EVIDENCE, place)

    def take(self, viewer: Viewer, *, notice_ref: str) -> IO[bytes] | str:
        """Return the bundle, open; or, where it is large, the ref under which a worker writes it.

        Raises NotFound, NotAllowed, TransitionNotAllowed before the issue, PaperAltered.
        """
        scope = self._scope(viewer, notice_ref)
        # What cannot be printed is no evidence: that is found before anything is recorded or asked for.
        self._printing.compose_found(scope.found)
        self._note_openings(viewer, scope)
        if scope.size > AT_ONCE:
            asked = Asked(KIND, {"notice": notice_ref}, scope.parts)
            return self._files.ask(viewer, asked, record=lambda uow: self._record(uow, viewer, scope))
        with self._floor.uows() as uow:
            self._record(uow, viewer, scope)
            uow.commit()
        return self._write(viewer, scope, lambda _written: None)

    def take_for_operator(self, *, notice_ref: str) -> IO[bytes]:
        """Return the bundle as the issuing office gets it, for whoever has the server; raises as `take` does.

        Confidential tasks are left out: whoever opens those stands in their record by name, and here there is none.
        """
        with self._floor.uows() as uow:
            notice = uow.notices.get_by_ref(notice_ref)
            office = uow.tasks.office_of(notice.campaign_id)
        viewer = Viewer(Actor(0, None, (Post(0, 0, office.unit_id, Role.OFFICE, notice.campaign_id),)))
        scope = self._scope(viewer, notice_ref)
        self._printing.compose_found(scope.found)
        with self._floor.uows() as uow:
            uow.events.append([event(SETTINGS_STREAM, TAKEN, _payload(scope), at=self._floor.clock.now())])
            uow.commit()
        return self._write(viewer, scope, lambda _written: None)

    def describe(self, export: LedgerExport) -> Described:
        """Return how a bundle is called."""
        ref = export.filters["notice"]
        return Described(f"证据包 {ref}", file_name(ref), ZIP, "份材料", "请稍后重新取证")

    def make(self, viewer: Viewer, export: LedgerExport, progress: Progress) -> IO[bytes]:
        """Write a bundle that was asked for."""
        return self._write(viewer, self._scope(viewer, export.filters["notice"]), progress)

    # -- what goes in

    def _scope(self, viewer: Viewer, notice_ref: str) -> _Scope:
        found = self._printing.find(viewer, notice_ref)
        head = found.head
        if not self.may_take(viewer, Place(head.office_unit_id, head.campaign_id, head.unit_id)):
            raise NotAllowed("证据包由发文单位或受文单位提取。")
        if head.issued_at is None:
            raise TransitionNotAllowed("这份文书还没有印发，没有可以提取的证据。印发后再取。")
        with self._floor.uows() as uow:
            tasks = self._tasks(uow, viewer, found)
            files = (*self._own_files(uow, found), *self._source_files(uow, tasks))
        return _Scope(found, tasks, files)

    def _tasks(self, uow: UnitOfWork, viewer: Viewer, found: NoticePage) -> tuple[Task, ...]:
        """Return the tasks that the paper's lines came from, as far as the viewer sees lines and tasks."""
        shown = {item.id for item in found.items}
        about = tasks_about(uow, [item for item in uow.notices.items(found.head.id) if item.id in shown])
        tasks = uow.tasks.find_many(sorted(about))
        settings = settings_of(uow, tasks) if tasks else {}
        return tuple(
            task for task in tasks
            if may(
                viewer, Action.SEE_TASK,
                settings[task.id].place(task, internal=is_internal(task.workflow_key, task.state)),
            )
            and (viewer.person_id or not self._is_confidential(task))
        )  # fmt: skip

    def _is_confidential(self, task: Task) -> bool:
        return self._floor.catalog.workflow(task.workflow_version_id).confidential

    def _own_files(self, uow: UnitOfWork, found: NoticePage) -> Iterator[_File]:
        signed = {one.ref: number for number, one in enumerate(found.signed, start=1)}
        filled = {ref for row in found.filled for ref in row.files}
        for one in uow.attachments.find_for_task(found.head.task_id):
            if one.ref in signed or one.ref in filled:
                stem = f"paper/signed-{signed[one.ref]}" if one.ref in signed else f"attachments/{one.ref}"
                yield _File(f"{stem}{_extension(one.file_name)}", one.ref, one.task_id, found.head.task_ref,
                            one.file_name, one.size, one.sha256, one.uploaded_at)  # fmt: skip

    def _source_files(self, uow: UnitOfWork, tasks: Iterable[Task]) -> Iterator[_File]:
        """Yield what was handed in with the tasks behind the lines; a confidential task's files stay where they are."""
        for task in tasks:
            if self._is_confidential(task):
                continue
            for one in uow.attachments.find_for_task(task.id):
                if one.submission_id is not None:
                    yield _File(f"attachments/{one.ref}{_extension(one.file_name)}", one.ref, task.id, task.ref,
                                one.file_name, one.size, one.sha256, one.uploaded_at)  # fmt: skip

    def _note_openings(self, viewer: Viewer, scope: _Scope) -> None:
        """Let the record say that confidential tasks were opened, before their chains are read."""
        for task in scope.tasks:
            self._access_log.record_opening(viewer, task_ref=task.ref)

    def _record(self, uow: UnitOfWork, viewer: Viewer, scope: _Scope) -> None:
        by = Doer(viewer.person_id, None)
        stream = ("person", viewer.person_id)
        uow.events.append([event(stream, TAKEN, _payload(scope), at=self._floor.clock.now(), by=by)])

    # -- writing

    def _write(self, viewer: Viewer, scope: _Scope, progress: Progress) -> IO[bytes]:
        head = scope.found.head
        printed = {
            document: self._printing.print_in_any_case(scope.found, document=document)
            for document in self._documents(scope.found)
        }
        words = [BundlePart(f"paper/{document}.docx", [file.content], True) for document, file in printed.items()]
        by_name = bool(viewer.person_id)
        why = self._explanations.explain_notice(viewer if by_name else None, head.ref, confidential=by_name)
        texts = {
            "explanation.txt": "\n".join([why.title, *why.lines]) + "\n",
            "explanation.json": as_json({"title": why.title, "lines": list(why.lines), **why.data}),
            "replies.json": as_json([filled_plain(self._floor.catalog, row) for row in scope.found.filled]),
            "attachments.json": as_json([_listed(one) for one in scope.files]),
        }
        if notes := [file.note for file in printed.values() if file.note]:
            texts["paper/layout.txt"] = "\n".join([*notes, ""])
        with self._floor.uows() as uow:
            manifest, rest = record_files(uow, scope.found, scope.tasks)
            texts |= rest
            cover = Cover(
                head.printed_number or "", head.title, head.printed_unit_name or head.unit_name, head.office_name,
                uow.accounts.person_name(viewer.person_id) if viewer.person_id else OPERATOR, self._floor.clock.now(),
                head.inside,
            )  # fmt: skip
        titles = {**_chain_titles(manifest), **TITLES}
        listed = [*(part.path for part in words), *sorted(texts), *(one.path for one in scope.files)]
        texts["README.txt"] = read_me(
            cover, [(path, titles.get(path, _paper_title(path))) for path in [*listed, "verify.py", "manifest.json"]]
        )
        manifest |= {
            "attachments": [{"path": one.path, "ref": one.ref} for one in scope.files],
            "taken": {"by": cover.taken_by, "at": cover.taken_at.isoformat(timespec="minutes")},
        }
        return self._writer.bundle(self._parts(texts, words, scope, progress), manifest)

    def _parts(
        self, texts: Mapping[str, str], words: Iterable[BundlePart], scope: _Scope, progress: Progress
    ) -> Iterator[BundlePart]:
        yield from (BundlePart(path, [text.encode()]) for path, text in sorted(texts.items()))
        yield from words
        progress(1)
        for number, one in enumerate(scope.files, start=2):
            yield BundlePart(one.path, self._attachments.open(one.ref, task_id=one.task_id).chunks, True)
            progress(number)

    def _documents(self, found: NoticePage) -> list[str]:
        definition = self._floor.catalog.workflow(found.head.workflow_version_id)
        return sorted(documents_of(definition, issued=True), key=lambda name: name != PAPER)


def file_name(notice_ref: str) -> str:
    """Return the name of a bundle's file."""
    return f"证据包-{notice_ref}.zip"


def _payload(scope: _Scope) -> dict[str, Any]:
    head = scope.found.head
    return {"notice": head.ref, "number": head.printed_number, "inside": head.inside, "attachments": len(scope.files)}


def _listed(one: _File) -> dict[str, Any]:
    return {
        "path": one.path, "ref": one.ref, "task": one.task, "file_name": one.name, "size": one.size,
        "sha256": one.sha256, "uploaded_at": one.uploaded_at,
    }  # fmt: skip


def _chain_titles(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {one["file"]: f"记录：{one['about']}" for one in manifest["chains"].values()}


def _paper_title(path: str) -> str:
    if path.startswith("paper/signed-"):
        return "盖章件，或手写签收的送达回执"
    return {"paper/paper.docx": "文书，Word 格式", "paper/record.docx": "约谈记录，Word 格式"}.get(path, "附件")


def _extension(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending}" if dot and stem and ending.isascii() and ending.isalnum() else ""
