"""Evidence of a paper: whole for who may read it, checked by one file, and each part that is tampered with is named."""

from __future__ import annotations

import ast
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.bundles import Files, check, data, files_of, relisted, rewritten, run_program, take
from tests.support.kept import standing_world
from tests.support.late_village import bring_late, draft, late_village, sign
from tests.support.world import World
from tracker.documents import evidence_verifier
from tracker.domain.errors import NotFound, PaperAltered, TransitionNotAllowed
from tracker.domain.permissions import Viewer
from tracker.domain.values import Actor, Post, Role

SEALED = b"%PDF-1.7\nsealed paper\n%%EOF"
SECRET = "内部商量先不动他们"
HANDED_IN = "村,户数\n西村,120\n".encode()


def whole_story(world: World) -> str:
    """Let a paper be sent back once, issued, sealed, accepted and answered with a file; return its ref."""
    ref = draft(world)
    world.act_on_notice("sup1", ref, "seal")
    world.act_on_notice("boss", ref, "send_back", reason=SECRET)
    sign(world, ref)
    world.container.signed_copies.add(world.viewer("sup1"), notice_ref=ref, file_name="盖章.pdf", content=SEALED)
    world.container.deliver()
    world.act_on_notice("clerk-west", ref, "accept")
    file = attach(world, ref, "逐户清单.csv", HANDED_IN)
    world.act_on_notice("clerk-west", ref, "reply", {
        "situation": "人手不足", "files": [file], "items.0.item": "摸排", "items.0.measure": "本周补查",
        "items.0.leader": "村主任", "items.0.limit_on": "2026-04-09",
    })  # fmt: skip
    world.container.ledger.seal()
    return ref


def attach(world: World, ref: str, name: str, content: bytes) -> str:
    task_id = world.value("SELECT task_id FROM notice WHERE ref = :ref", ref=ref)
    stored = world.container.attachments.store(
        world.viewer("clerk-west"), task_id=task_id, file_name=name, content=content
    )
    return stored.ref


@pytest.fixture(scope="module")
def story(module_database_url: str) -> Iterator[tuple[World, str]]:
    with late_village(module_database_url) as world:
        yield world, whole_story(world)


@pytest.fixture(scope="module")
def bundle(story: tuple[World, str]) -> Files:
    return take(*story)


@standing_world()
def world(world: World) -> None:
    bring_late(world)


def test_the_offices_bundle_holds_everything_and_its_own_program_finds_it_whole(bundle: Files, tmp_path: Path) -> None:
    code, said = check(bundle, tmp_path)
    assert (code, "全部一致" in said) == (0, True), said
    assert "全部给出内容" in said
    assert "1次封存" in said
    assert "2个附件已与上传时的记录核对" in said
    assert bundle["paper/signed-1.pdf"] == SEALED
    assert HANDED_IN in bundle.values()
    assert {name.split("-")[0] for name in bundle if name.startswith("events/")} == {"events/notice", "events/task"}
    assert sum(name.startswith("events/task") for name in bundle) == 2, "the paper's life, and the duty of its line"
    assert data(bundle, "replies.json")[0]["fields"]["情况说明"] == "人手不足"
    (line, *_) = data(bundle, "deliveries.json")
    assert (line["person"], line["ways"][0]["status"]) == ("clerk-west", "accepted")
    assert "因下列事项拟出" in bundle["explanation.txt"].decode()
    assert all(name in bundle["README.txt"].decode() for name in bundle if name != "README.txt")


def test_it_is_checked_unpacked_too(bundle: Files, tmp_path: Path) -> None:
    for name, content in bundle.items():
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert run_program(tmp_path / "unpacked" / "verify.py")[0] == 0
    (tmp_path / "unpacked" / "replies.json").unlink()
    code, said = run_program(tmp_path / "unpacked" / "verify.py")
    assert (code, "“replies.json”不见了" in said) == (1, True)


def test_a_units_bundle_is_whole_without_what_the_office_said_to_itself(
    story: tuple[World, str], bundle: Files, tmp_path: Path
) -> None:
    world, ref = story
    mine = take(world, ref, "clerk-west")
    code, said = check(mine, tmp_path)
    assert (code, "只给出校验值" in said) == (0, True), said
    assert SECRET.encode() in b"".join(bundle.values())
    assert SECRET.encode() not in b"".join(mine.values())
    (notice,) = [data(mine, name)["events"] for name in mine if name.startswith("events/notice")]
    opened = [one["kind"] for one in notice if not one.get("withheld")]
    assert opened[0] == "notice.issued"
    assert len(notice) == len(data(bundle, next(n for n in bundle if n.startswith("events/notice")))["events"])
    assert [one["hash"] for one in notice] == [
        one["hash"] for one in data(bundle, next(n for n in bundle if n.startswith("events/notice")))["events"]
    ]


def test_nobody_else_gets_one_and_a_draft_has_none(story: tuple[World, str], world: World) -> None:
    told, ref = story
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AREA_LEADER, Role.OFFICE):
        stranger = Viewer(Actor(told.person_ids["boss"], None, (Post(0, 0, 0, role),)))
        with pytest.raises(NotFound):
            told.container.evidence.take(stranger, notice_ref=ref)
    with pytest.raises(TransitionNotAllowed, match="还没有印发"):
        world.container.evidence.take(world.viewer("sup1"), notice_ref=draft(world))
    with pytest.raises(NotFound):
        world.container.evidence.take(world.viewer("clerk-west"), notice_ref=draft(world))


def test_no_address_of_anybody_is_in_it(story: tuple[World, str], bundle: Files) -> None:
    world, ref = story
    for files in (bundle, take(world, ref, "clerk-west")):
        assert b"@example.invalid" not in b"".join(files.values())


def test_the_same_request_has_the_same_bytes(story: tuple[World, str]) -> None:
    world, ref = story
    taken = []
    for _ in range(2):
        got = world.container.evidence.take(world.viewer("boss"), notice_ref=ref)
        assert not isinstance(got, str)
        with got as file:
            taken.append(file.read())
    assert taken[0] == taken[1]


# -- tampering


def test_any_file_that_is_changed_taken_out_or_put_in_is_named(bundle: Files, tmp_path: Path) -> None:
    for name in bundle:
        if name in ("manifest.json", "verify.py"):
            continue
        changed = bytearray(bundle[name])
        changed[len(changed) // 2] ^= 1
        code, said = check({**bundle, name: bytes(changed)}, tmp_path)
        assert (code, f"“{name}”" in said) == (1, True), (name, said)
        code, said = check({one: content for one, content in bundle.items() if one != name}, tmp_path)
        assert (code, f"“{name}”" in said) == (1, True), (name, said)
    code, said = check({**bundle, "attachments/extra.pdf": SEALED}, tmp_path)
    assert (code, "是后来加进去的" in said) == (1, True)


def _first(files: Files, beginning: str) -> str:
    return next(name for name in files if name.startswith(beginning))


def _say_otherwise(chain: Any) -> None:
    chain["events"][2]["payload"]["note"] = "改过"


def _post_date(chain: Any) -> None:
    chain["events"][1]["at"] = "2026-03-01T00:00:00.000000+00:00"


def _drop(chain: Any) -> None:
    del chain["events"][2]


def _cut_off(chain: Any) -> None:
    del chain["events"][-1]


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("events/notice", _say_otherwise, "第3条（notice."),
        ("events/notice", _post_date, "与其校验值不符"),
        ("events/notice", _drop, "缺第3条"),
        ("events/notice", _cut_off, "末端与清单不符"),
        ("events/task", _say_otherwise, "内容被改动过"),
        ("paper/content.json", lambda c: c["items"][0].__setitem__(1, "改过的事项"), "批准时的校验值不符"),
        ("paper/content.json", lambda c: c.update(body="另罚款。"), "批准时的校验值不符"),
        ("paper/content.json", lambda c: c.update(approved_hash="0" * 64), "批准校验值不一致"),
        ("paper/content.json", lambda c: c["printed"].append(99), "所列事项与印发时的记录不一致"),
        ("paper/content.json", lambda c: c.update(number="测督〔2026〕9号"), "文号与印发时的记录不一致"),
        ("seal.json", lambda c: c["leaves"][0].__setitem__(2, "0" * 64), "封存的根值不符"),
        ("seal.json", lambda c: c.update(root="0" * 64), "封存的根值不符"),
        ("manifest.json", lambda c: c["paper"].update(number="测督〔2026〕9号"), "文号与印发时的记录不一致"),
        ("manifest.json", lambda c: c["chains"].pop(next(iter(c["chains"]))), "缺少应有的内容"),
        ("manifest.json", lambda c: c.pop("attachments"), "缺少应有的内容"),
    ],
)  # fmt: skip
def test_what_a_forger_makes_agree_with_the_list_still_disagrees_with_the_record(
    bundle: Files, tmp_path: Path, file: str, change: Callable[[Any], None], sentence: str
) -> None:
    code, said = check(rewritten(bundle, _first(bundle, file), change), tmp_path)
    assert (code, sentence in said) == (1, True), said


def test_another_word_file_or_attachment_is_found_out_though_the_list_agrees(bundle: Files, tmp_path: Path) -> None:
    old, out = io.BytesIO(bundle["paper/paper.docx"]), io.BytesIO()
    with zipfile.ZipFile(old) as given, zipfile.ZipFile(out, "w") as made:
        for name in given.namelist():
            made.writestr(name, given.read(name).replace("至今未办结".encode(), "早已办结".encode()))
    forged = relisted({**bundle, "paper/paper.docx": out.getvalue()}, "paper/paper.docx")
    code, said = check(forged, tmp_path)
    assert (code, "Word 文书里的第1项与批准的内容不一致" in said) == (1, True), said
    for name in ("paper/signed-1.pdf", _first(bundle, "attachments/")):
        code, said = check(relisted({**bundle, name: b"another"}, name), tmp_path)
        assert (code, f"附件“{name}”" in said) == (1, True), said


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"\x00" * 100])
def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    code, said = run_program(Path(evidence_verifier.__file__), str(tmp_path / "x.zip"))
    assert (code, "不是完整的 ZIP" in said) == (2, True), said
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as made:
        made.writestr("manifest.json", content.decode("latin1"))
    assert run_program(Path(evidence_verifier.__file__), str(tmp_path / "y.zip"))[0] == 2


def test_the_program_needs_python_3_8_and_nothing_else() -> None:
    tree = ast.parse(Path(evidence_verifier.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert all(name.split(".")[0] in sys.stdlib_module_names for name in names)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("removeprefix", "removesuffix", "is_relative_to"))


# -- what stands in the record, and large ones


def taken(world: World) -> list[dict[str, Any]]:
    return [row["payload"] for row in world.rows("SELECT payload FROM event WHERE kind = 'evidence.taken' ORDER BY id")]


def test_taking_it_is_in_the_record_and_what_was_altered_is_no_evidence(world: World) -> None:
    ref = draft(world)
    number = sign(world, ref)
    take(world, ref, "clerk-west")
    assert taken(world) == [{"notice": ref, "number": number, "inside": False, "attachments": 0}]
    with world.container.uows() as uow:
        uow.session.execute(text("UPDATE notice SET body = '另罚款。' WHERE ref = :ref"), {"ref": ref})
        uow.commit()
    with pytest.raises(PaperAltered):
        take(world, ref)
    assert len(taken(world)) == 1
    assert world.container.ledger.verify().faults == ()


def test_a_large_one_is_written_in_the_background_with_progress_and_recorded_before(world: World) -> None:
    ref = draft(world)
    sign(world, ref)
    world.act_on_notice("clerk-west", ref, "accept")
    files = [attach(world, ref, f"{n}.txt", f"{n}".encode() * 5_000_000) for n in (1, 2)]
    world.act_on_notice("clerk-west", ref, "reply", {
        "situation": "见附件", "files": files, "items.0.item": "摸排", "items.0.measure": "补查",
        "items.0.leader": "村主任", "items.0.limit_on": "2026-04-09",
    })  # fmt: skip
    viewer, service = world.viewer("sup1"), world.container.background_files
    asked = world.container.evidence.take(viewer, notice_ref=ref)
    assert isinstance(asked, str)
    assert asked == world.container.evidence.take(viewer, notice_ref=ref), "asking twice makes one file"
    assert len(taken(world)) == 1, "and one line in the record, before a byte of it is written"
    assert (service.look(viewer, asked).written, service.look(viewer, asked).total) == (0, 3)
    (ring,) = [args for queue, _, args in world.queue.rung if queue == "documents"]
    service.write(int(ring[0]))
    status = service.look(viewer, asked)
    assert (status.state, status.written, status.described.file_name) == ("done", 3, f"证据包-{ref}.zip")
    got = files_of(b"".join(service.open(viewer, asked)))
    assert len(data(got, "manifest.json")["attachments"]) == 2
    with pytest.raises(NotFound):
        service.open(world.viewer("sup2"), asked)
