"""Files put to tasks: stored once, read back in pieces, and nobody else's."""

from __future__ import annotations

import os
import threading

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.documents.files import ContentFileChecker
from tracker.domain.errors import AttachmentRefused, NotFound
from tracker.services.attachments import AttachmentService, AttachmentView

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
TEXT = "村,户数\n东一村,12\n".encode()


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]))


@pytest.fixture
def attachments(world: World) -> AttachmentService:
    return AttachmentService(
        uows=world.container.uows, checker=ContentFileChecker(pixel_limit=40_000_000), clock=world.clock,
        limit_bytes=5 * 1024**2,
    )  # fmt: skip


def store(
    world: World, attachments: AttachmentService, content: bytes = TEXT, *, name: str = "名单.csv", unit: str = "east"
) -> AttachmentView:
    task_id = world.task("s1", unit)["id"]
    return attachments.store(world.viewer(f"clerk-{unit}"), task_id=task_id, file_name=name, content=content)


def test_a_file_comes_back_as_it_was_stored(world: World, attachments: AttachmentService) -> None:
    view = store(world, attachments)
    opened = attachments.open(view.ref, task_id=world.task("s1", "east")["id"])
    assert b"".join(opened.chunks) == TEXT
    assert (opened.view.file_name, opened.view.media_type, opened.view.size) == ("名单.csv", "text/csv", len(TEXT))
    assert attachments.find_for_task(task_id=world.task("s1", "east")["id"]) == [view]


def test_a_large_file_is_kept_and_read_in_pieces_of_a_megabyte(world: World, attachments: AttachmentService) -> None:
    content = b"%PDF-1.4\n" + os.urandom(2_500_000)
    view = store(world, attachments, content, name="方案.pdf")
    pieces = list(attachments.open(view.ref, task_id=world.task("s1", "east")["id"]).chunks)
    assert [len(piece) for piece in pieces] == [1024**2, 1024**2, len(content) - 2 * 1024**2]
    assert b"".join(pieces) == content


def test_another_tasks_file_does_not_exist(world: World, attachments: AttachmentService) -> None:
    view = store(world, attachments)
    with pytest.raises(NotFound):
        attachments.open(view.ref, task_id=world.task("s1", "west")["id"])
    with pytest.raises(NotFound):
        attachments.open("FJ-2026-9999", task_id=world.task("s1", "east")["id"])


def test_the_same_content_is_stored_once_however_many_send_it_at_once(
    world: World, attachments: AttachmentService
) -> None:
    content = b"%PDF-1.4\n" + os.urandom(1_500_000)
    start, stored = threading.Barrier(6), []
    viewer, task_id = world.viewer("clerk-east"), world.task("s1", "east")["id"]

    def send(number: int) -> None:
        start.wait()
        stored.append(attachments.store(viewer, task_id=task_id, file_name=f"{number}.pdf", content=content))

    sending = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for each in sending:
        each.start()
    for each in sending:
        each.join()
    assert len({view.ref for view in stored}) == 6
    assert world.value("SELECT count(*) FROM blob") == 1
    assert world.value("SELECT count(*) FROM blob_chunk") == 2
    assert b"".join(attachments.open(stored[0].ref, task_id=task_id).chunks) == content


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", b"", "文件是空的"),
        ("大.csv", b"x" * (6 * 1024**2), "文件有 6 MB，上限是 5 MB"),
        ("图.svg", b"<svg/>", "不收网页和 SVG"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(
    world: World, attachments: AttachmentService, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        store(world, attachments, content, name=name)
    assert said in refused.value.sentence
    assert world.value("SELECT count(*) FROM blob") == 0
    assert world.value("SELECT count(*) FROM attachment") == 0


def test_storing_is_in_the_tasks_record_without_the_name(world: World, attachments: AttachmentService) -> None:
    view = store(world, attachments, name="李明家.csv")
    (event,) = world.rows("SELECT e.payload::text AS payload FROM event e WHERE e.kind = 'attachment.stored'")
    assert view.ref in event["payload"]
    assert "李明" not in event["payload"]


def test_files_stay_with_the_submission_that_named_them_first(world: World, attachments: AttachmentService) -> None:
    mine, other = store(world, attachments), store(world, attachments, unit="west")
    task_id = world.task("s1", "east")["id"]
    with world.container.uows() as uow:
        assert uow.attachments.bind([mine.ref, other.ref, "FJ-none"], task_id=task_id, submission_id=None) == [mine.ref]  # type: ignore[arg-type]
