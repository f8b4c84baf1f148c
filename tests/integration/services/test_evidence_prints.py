"""How papers in files are printed: as they were issued, in our layout where a template refuses one; and what stays out."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import event as listening
from sqlalchemy import text

from tests.support.bundles import Files, check, data, files_of, take
from tests.support.kept import standing_world
from tests.support.late_village import bring_late, draft, sign
from tests.support.word_templates import NEEDED, word_template
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import PaperAltered
from tracker.persistence.queries.evidence import CHAINS

KIND = "supervision_notice"
#: The samples have a mark and fit it, a paper without one does not.
ASKS_FOR_A_TENTH_LINE = "{% if not 标记 %}{{ 事项.9.内容 }}{% endif %}"


@standing_world()
def world(world: World) -> None:
    bring_late(world)


def use_template(world: World, words: str) -> None:
    content = word_template(words, *NEEDED)
    world.container.paper_templates.upload(
        world.viewer("office1"), kind=KIND, file_name="模板.docx", content=content
    )  # fmt: skip


def printed_in(files: Files, name: str = "paper/paper.docx") -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(files[name])).paragraphs)


def papers(world: World) -> Files:
    taken = world.container.paper_files.take(world.viewer("sup1"), {})
    assert not isinstance(taken, str)
    with taken.file as file:
        return files_of(file.read())


@pytest.mark.slow
@pytest.mark.parametrize("who", ["sup1", "clerk-west"])
def test_evidence_holds_the_paper_in_the_layout_under_which_it_was_issued(
    world: World, tmp_path: Path, who: str
) -> None:
    use_template(world, "镇里第一版")
    ref = draft(world)
    sign(world, ref)
    use_template(world, "镇里第二版")
    files = take(world, ref, who)
    assert "镇里第一版" in printed_in(files)
    assert check(files, tmp_path)[0] == 0
    assert "paper/layout.txt" not in files


def test_what_was_issued_in_our_layout_stays_so_in_evidence(world: World) -> None:
    ref = draft(world)
    sign(world, ref)
    use_template(world, "后来的版式")
    assert "后来的版式" not in printed_in(take(world, ref))


def test_a_paper_that_its_template_refuses_comes_in_our_layout_and_with_the_reason(
    world: World, tmp_path: Path
) -> None:
    use_template(world, ASKS_FOR_A_TENTH_LINE)
    ref = draft(world)
    sign(world, ref)
    files = take(world, ref)
    assert "至今未办结" in printed_in(files)
    assert "已改按系统版式打印" in files["paper/layout.txt"].decode()
    assert "paper/layout.txt" in files["README.txt"].decode()
    assert check(files, tmp_path)[0] == 0
    together = papers(world)
    (paper, note) = sorted(together, key=lambda name: name.endswith(".txt"))
    assert paper.startswith(ref)
    assert together[note].decode().startswith(f"{ref}：按印发时所用的本单位模板排不出来")


def test_altered_papers_are_refused_before_a_large_bundle_is_asked_for(world: World) -> None:
    ref = draft(world)
    sign(world, ref)
    world.act_on_notice("clerk-west", ref, "accept")
    task_id = world.value("SELECT task_id FROM notice WHERE ref = :ref", ref=ref)
    files = [
        world.container.attachments.store(
            world.viewer("clerk-west"), task_id=task_id, file_name=f"{n}.txt", content=f"{n}".encode() * 5_000_000
        ).ref
        for n in (1, 2)
    ]
    world.act_on_notice("clerk-west", ref, "reply", {
        "situation": "见附件", "files": files, "items.0.item": "摸排", "items.0.measure": "补查",
        "items.0.leader": "村主任", "items.0.limit_on": "2026-04-09",
    })  # fmt: skip
    with world.container.uows() as uow:
        uow.session.execute(text("UPDATE notice SET body = '另罚款。' WHERE ref = :ref"), {"ref": ref})
        uow.commit()
    with pytest.raises(PaperAltered):
        world.container.evidence.take(world.viewer("sup1"), notice_ref=ref)
    assert world.value("SELECT count(*) FROM event WHERE kind = 'evidence.taken'") == 0
    assert world.value("SELECT count(*) FROM ledger_export") == 0


def test_a_bundle_that_is_taken_while_its_record_grows_and_is_sealed_verifies(world: World, tmp_path: Path) -> None:
    ref = draft(world)
    sign(world, ref)
    world.container.ledger.seal()
    grown: list[int] = []

    def grow(*asked: Any) -> None:
        """Let a slip be made, and everything be sealed, right after the chains were read."""
        if asked[2] != str(CHAINS.compile(dialect=asked[0].dialect)) or grown:
            return
        grown.append(1)
        world.container.slips.make(world.viewer("sup1"), notice_ref=ref)
        world.clock.set(world.clock.now() + timedelta(minutes=1))
        world.container.ledger.seal()

    with world.container.uows() as uow:
        engine = uow.session.get_bind()
    listening.listen(engine, "after_cursor_execute", grow)
    files = take(world, ref)
    assert grown
    code, said = check(files, tmp_path)
    assert code == 0, said


def test_what_the_operator_takes_leaves_confidential_work_out(fresh_database_url: str, tmp_path: Path) -> None:
    measures = [
        "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
        "{key: l1, ordinal: （二）, title: 线索, text: 核查, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}",
    ]
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=measures, villages=("west",)))
        for key in ("s1", "l1"):
            world.act("clerk-west", world.task(key, "west")["ref"], "accept")
        world.move_to("2026-03-25", "10:00")
        ref = draft(world)
        sign(world, ref)
        refs = {key: world.task(key, "west")["ref"] for key in ("s1", "l1")}
        lead, survey = world.task("l1", "west")["id"], world.task("s1", "west")["id"]
        with world.container.evidence.take_for_operator(notice_ref=ref) as file:
            files = files_of(file.read())
        of_the_office = take(world, ref)
        (line,) = world.rows("SELECT payload FROM event WHERE kind = 'evidence.taken' AND person_id IS NULL")
    chains = set(data(files, "manifest.json")["chains"])
    assert {f"task:{survey}", f"task:{lead}"} & chains == {f"task:{survey}"}
    assert f"task:{lead}" in data(of_the_office, "manifest.json")["chains"]
    told = [{one["task"]["ref"] for one in data(each, "explanation.json")["items"]} for each in (files, of_the_office)]
    assert told == [{refs["s1"]}, {refs["s1"], refs["l1"]}]
    assert files["explanation.txt"].count(b"\n") < of_the_office["explanation.txt"].count(b"\n")
    assert line["payload"]["notice"] == ref
    assert check(files, tmp_path)[0] == 0
