"""盖章件: kept by its hash, bound to the issued paper in the record, never in its place."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from tests.support.kept import standing_world
from tests.support.late_village import bring_late, draft, sign
from tests.support.world import World
from tracker.domain.errors import AttachmentRefused, CannotIssue, NotAllowed, NotFound
from tracker.services.attachments import AttachmentView

PDF = b"%PDF-1.7\nsealed paper\n%%EOF"


@standing_world()
def world(world: World) -> None:
    bring_late(world)


def issued(world: World) -> str:
    ref = draft(world)
    sign(world, ref)
    return ref


def add(world: World, ref: str, content: bytes = PDF, name: str = "7号盖章.pdf", who: str = "sup1") -> AttachmentView:
    return world.container.signed_copies.add(world.viewer(who), notice_ref=ref, file_name=name, content=content)


def ofd() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("OFD.xml", "<ofd/>")
    return out.getvalue()


def word(*, macros: bool = False) -> bytes:
    kind = (
        "ms-word.document.macroEnabled.main"
        if macros
        else "openxmlformats-officedocument.wordprocessingml.document.main"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", f'<Override ContentType="application/vnd.{kind}+xml"/>')
    return out.getvalue()


def test_a_copy_is_bound_by_its_hash_to_number_and_approved_content(world: World) -> None:
    ref = issued(world)
    paper = world.container.printing.compose(world.viewer("sup1"), notice_ref=ref)
    copy = add(world, ref)
    (payload,) = [row["payload"] for row in world.rows("SELECT payload FROM event WHERE kind = 'notice.signed_copy'")]
    (notice,) = world.rows("SELECT printed_number, approved_hash FROM notice WHERE ref = :ref", ref=ref)
    assert payload == {
        "attachment": copy.ref, "sha256": copy.sha256, "media_type": "application/pdf",
        "number": notice["printed_number"], "approved_hash": notice["approved_hash"],
    }  # fmt: skip
    assert world.container.printing.compose(world.viewer("sup1"), notice_ref=ref) == paper, "it replaces nothing"
    assert world.container.ledger.verify().faults == ()


def test_scan_and_ofd_are_taken_besides_each_other(world: World) -> None:
    ref = issued(world)
    scan = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(scan, "JPEG")
    for content, name in ((PDF, "a.pdf"), (ofd(), "b.ofd"), (scan.getvalue(), "c.jpg")):
        add(world, ref, content, name, who="office1")
    assert world.value("SELECT count(*) FROM event WHERE kind = 'notice.signed_copy'") == 3


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (word(), "盖章.docx", "不能作为盖章件"),
        (word(macros=True), "盖章.docx", "宏"),
        (word(macros=True), "盖章.pdf", "宏"),
        (PDF, "盖章.ofd", "内容与名称不符"),
        (b"", "a.pdf", "空的"),
        (PDF, "机密文件.pdf", "涉密"),
        ("村,户数\n".encode(), "a.csv", "不能作为盖章件"),
    ],
)
def test_what_can_still_be_changed_or_is_not_what_it_says_is_refused(
    world: World, content: bytes, name: str, sentence: str
) -> None:
    ref = issued(world)
    with pytest.raises(AttachmentRefused, match=sentence):
        add(world, ref, content, name)
    assert world.value("SELECT count(*) FROM attachment") == 0


def test_the_same_copy_twice_is_said_and_kept_once(world: World) -> None:
    ref = issued(world)
    add(world, ref)
    with pytest.raises(AttachmentRefused, match="已经上传过"):
        add(world, ref, name="又一份.pdf")
    assert world.value("SELECT count(*) FROM attachment") == 1


def test_a_draft_has_none_and_a_unit_adds_none(world: World) -> None:
    with pytest.raises(CannotIssue):
        add(world, draft(world))
    with pytest.raises(NotFound):
        add(world, draft(world), who="clerk-west")
    ref = issued(world)
    with pytest.raises(NotAllowed):
        add(world, ref, who="clerk-west")


def test_an_objection_that_names_a_sealed_copy_does_not_take_it_away(world: World) -> None:
    ref = issued(world)
    copy = add(world, ref)
    paper = world.value("SELECT task_id FROM notice WHERE ref = :ref", ref=ref)
    other = world.task("s1", "west")["id"]
    with world.container.uows() as uow:
        assert uow.objections.move_files([copy.ref], task_id=paper, to=other) == []
