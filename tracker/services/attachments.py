"""Files that people put to tasks: checked by content, stored once, streamed back in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.chain import EventFacts
from tracker.domain.errors import AttachmentRefused, NotFound
from tracker.domain.permissions import Viewer
from tracker.domain.ports import Clock, FileChecker
from tracker.domain.values import local_date
from tracker.persistence.models import Attachment
from tracker.persistence.repositories.attachments import NewAttachment
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file as lists show it."""

    ref: str
    file_name: str
    media_type: str
    size: int
    uploaded_at: datetime
    submission_id: int | None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class OnlyKinds:
    """Which kinds of file are taken in one place, and the sentence for all others."""

    media_types: frozenset[str]
    sentence: str


@dataclass(frozen=True, slots=True)
class OpenedAttachment:
    """A file to be sent: what it is, and its content in pieces of 1 MiB at most, read one by one."""

    view: AttachmentView
    sha256: str
    chunks: Iterator[bytes]


class AttachmentService:
    """Stores and opens files.

    Whether the viewer may see the task, and add to it, has been decided by the caller through the task
    service; a `task_id` given here is taken as allowed.
    """

    def __init__(self, *, uows: Callable[[], UnitOfWork], checker: FileChecker, clock: Clock, limit_bytes: int) -> None:
        self._uows = uows
        self._checker = checker
        self._clock = clock
        self._limit_bytes = limit_bytes

    def store(
        self, viewer: Viewer, *, task_id: int, file_name: str, content: bytes, only: OnlyKinds | None = None
    ) -> AttachmentView:
        """Check a file, keep its content and commit; a form may name the returned `ref` afterwards.

        What is stored may differ from what was sent: pictures are written anew, without place and camera.
        Raises AttachmentRefused with a sentence that says what to do.
        """
        self._check_size(content)
        checked = self._checker.check(file_name=file_name, content=content)
        if only is not None and checked.media_type not in only.media_types:
            raise AttachmentRefused(only.sentence)
        sha256 = hashlib.sha256(checked.content).hexdigest()
        now = self._clock.now()
        new = NewAttachment(
            sha256, task_id, checked.file_name, checked.media_type, len(checked.content), viewer.person_id
        )
        with self._uows() as uow:
            uow.attachments.keep_content(sha256, checked.content, media_type=checked.media_type, now=now)
            ref = uow.attachments.add(new, year=local_date(now).year, now=now)
            uow.events.append([_stored(new, ref, at=now)])
            uow.commit()
        return AttachmentView(ref, new.file_name, new.media_type, new.size, now, None, sha256)

    def find_for_task(self, *, task_id: int) -> list[AttachmentView]:
        """Return a task's files in the order in which they came."""
        with self._uows() as uow:
            return [_view(each) for each in uow.attachments.find_for_task(task_id)]

    def open(self, ref: str, *, task_id: int) -> OpenedAttachment:
        """Return a task's file for sending; raises NotFound, also when it belongs to another task."""
        with self._uows() as uow:
            found = uow.attachments.get_by_ref(ref)
        if found is None or found.task_id != task_id:
            raise NotFound("没有这个附件，或者您无权查看。")
        return OpenedAttachment(_view(found), found.sha256, self._chunks(found.sha256))

    def _check_size(self, content: bytes) -> None:
        if not content:
            raise AttachmentRefused("文件是空的。请重新选择文件再上传。")
        if len(content) > self._limit_bytes:
            limit, size = _megabytes(self._limit_bytes), _megabytes(len(content))
            raise AttachmentRefused(f"文件有 {size} MB，上限是 {limit} MB。请压缩或拆成几个文件后再上传。")

    def _chunks(self, sha256: str) -> Iterator[bytes]:
        """Yield the content, each piece in its own transaction, so that a slow reader holds none open."""
        position = 0
        while True:
            with self._uows() as uow:
                chunk = uow.attachments.read_chunk(sha256, position)
            if chunk is None:
                return
            yield chunk
            position += 1


def read_whole(uow: UnitOfWork, sha256: str) -> bytes:
    """Return stored content whole, for what is small."""
    pieces: list[bytes] = []
    while (piece := uow.attachments.read_chunk(sha256, len(pieces))) is not None:
        pieces.append(piece)
    return b"".join(pieces)


def _stored(new: NewAttachment, ref: str, *, at: datetime) -> NewEvent:
    payload = {"attachment": ref, "sha256": new.sha256, "size": new.size, "media_type": new.media_type}
    facts = EventFacts("attachment.stored", payload, person_id=new.uploaded_by)
    return NewEvent(("task", new.task_id), at, facts, personal={"file_name": new.file_name})


def _view(attachment: Attachment) -> AttachmentView:
    return AttachmentView(
        attachment.ref, attachment.file_name, attachment.media_type, attachment.size, attachment.uploaded_at,
        attachment.submission_id, attachment.sha256,
    )  # fmt: skip


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f}".removesuffix(".0")
