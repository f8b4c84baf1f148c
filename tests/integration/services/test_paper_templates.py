"""An office prints with its own template, and what was issued goes on being printed as it was then."""

from __future__ import annotations

import io

import pytest
from docx import Document

from tests.support.contested import run_late, serve
from tests.support.kept import standing_world
from tests.support.word_templates import NEEDED, word_template
from tests.support.world import World
from tracker.domain.errors import AttachmentRefused, NotFound, TemplateRefused

KIND = "supervision_notice"


@standing_world()
def world(world: World) -> None:
    run_late(world)


def upload(world: World, words: str, who: str = "office1") -> int:
    return world.container.paper_templates.upload(
        world.viewer(who), kind=KIND, file_name="督导通知书.docx", content=word_template(words, *NEEDED)
    )


def printed(world: World, ref: str, **how: bool) -> str:
    file = world.container.printing.print_paper(world.viewer("sup1"), notice_ref=ref, **how)
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(file.content)).paragraphs)


def test_a_draft_is_printed_with_the_template_in_use_and_says_that_it_is_a_draft(world: World) -> None:
    upload(world, "镇里自己的版式")
    ref = world.value("SELECT ref FROM notice WHERE kind = :kind AND gathering", kind=KIND)
    said = printed(world, ref)
    assert "镇里自己的版式" in said
    assert "草稿（未印发，不具效力）" in said
    assert "1. " in said


@pytest.mark.slow
def test_what_was_issued_is_printed_as_it_was_then_whatever_is_in_use_now(world: World) -> None:
    upload(world, "第一版")
    ref = serve(world)
    (said,) = world.rows("SELECT payload FROM event WHERE kind = 'notice.issued'")
    first = world.value("SELECT sha256 FROM paper_template WHERE version = 1")
    assert said["payload"]["template"] == first
    assert upload(world, "第二版") == 2
    assert "第一版" in printed(world, ref)
    world.container.paper_templates.use(world.viewer("office1"), kind=KIND, version=None)
    assert "第一版" in printed(world, ref)
    assert "测督〔2026〕1号" in printed(world, ref)


def test_what_was_issued_before_there_was_a_template_keeps_our_layout(world: World) -> None:
    ref = serve(world)
    upload(world, "后来的版式")
    assert "后来的版式" not in printed(world, ref)


def test_somebody_may_print_in_our_layout_all_the_same(world: World) -> None:
    upload(world, "镇里自己的版式")
    ref = serve(world)
    assert "镇里自己的版式" not in printed(world, ref, own_layout=True)


def test_an_earlier_version_is_used_again_and_every_choice_is_an_event(world: World) -> None:
    for words in ("第一版", "第二版"):
        upload(world, words)
    service, office = world.container.paper_templates, world.viewer("office1")
    service.use(office, kind=KIND, version=1)
    assert [(one.version, one.in_use) for one in service.find(office)[KIND]] == [(2, False), (1, True)]
    kinds = world.rows("SELECT kind, payload ->> 'version' AS version FROM event WHERE kind LIKE 'paper_template.%' ORDER BY id")  # fmt: skip
    assert [(one["kind"].split(".")[1], one["version"]) for one in kinds] == [
        ("uploaded", "1"), ("uploaded", "2"), ("chosen", "1"),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        service.use(office, kind=KIND, version=9)


def test_a_template_that_cannot_be_used_changes_nothing(world: World) -> None:
    upload(world, "第一版")
    with pytest.raises(TemplateRefused) as refused:
        upload(world, "{{ 发文字号 }}")
    assert "“发文字号”不是系统给出的名称" in refused.value.problems[0]
    service = world.container.paper_templates
    with pytest.raises(AttachmentRefused):
        service.upload(world.viewer("office1"), kind=KIND, file_name="模板.pdf", content=b"%PDF-1.7\nx")
    assert [(one.version, one.in_use) for one in service.find(world.viewer("office1"))[KIND]] == [(1, True)]


def test_only_the_office_keeps_templates(world: World) -> None:
    for who in ("sup1", "boss", "clerk-west"):
        with pytest.raises(NotFound):
            upload(world, "x", who)
        with pytest.raises(NotFound):
            world.container.paper_templates.find(world.viewer(who))


def test_a_trial_prints_a_made_up_paper(world: World) -> None:
    version = upload(world, "镇里自己的版式")
    trial = world.container.paper_templates.trial(world.viewer("office1"), kind=KIND, version=version)
    said = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(trial.content)).paragraphs)
    assert "示例督〔2026〕1号" in said
