"""What somebody types is kept before it is sent: for that person alone, and never over what another page kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound
from tracker.services.form_drafts import KEPT_FOR, DraftChanged, FormDraftService, Kept, TaskDrafts

MEASURES = [
    "{key: survey, ordinal: （一）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
    "{key: lead, ordinal: （二）, title: 线索, text: 核查。, workflow: lead_check, units: [各村], due: {by_date: 2026-03-20}}",
]
TYPED = {"category": "rental", "should_check": "120", "remark": "写到一半的话"}
RETURN = {"category": "rental", "should_check": "120", "checked": "118"}


@standing_world()
def world(made: World) -> None:
    made.load(small_campaign(measures=MEASURES))


def keep(
    world: World, person: str, given: Mapping[str, object] = TYPED, *, act: str = "report", expected: str = "",
    measure: str = "survey", version: int | None = None,
) -> Kept:  # fmt: skip
    task = world.task(measure, "east")
    return world.container.form_drafts.keep(
        world.viewer(person), task_ref=task["ref"], act=act, given=given, expected=expected,
        page_version=task["version"] if version is None else version,
    )  # fmt: skip


def read(world: World, person: str, measure: str = "survey") -> TaskDrafts:
    task = world.task(measure, "east")
    return world.container.form_drafts.read(world.viewer(person), task_id=task["id"])


def kept_rows(world: World) -> Any:
    return world.value("SELECT count(*) FROM form_draft")


def test_what_was_typed_comes_back_to_its_person_alone_and_others_learn_only_that_somebody_types(world: World) -> None:
    keep(world, "clerk-east")
    assert dict(read(world, "clerk-east").own["report"].given) == TYPED
    seen = read(world, "head-east")
    assert seen.own == {}
    assert [(one.act, one.name) for one in seen.others] == [("report", "clerk-east")]


def test_a_draft_changed_on_another_page_is_not_overwritten_unless_one_says_so(world: World) -> None:
    first = keep(world, "clerk-east")
    second = keep(world, "clerk-east", {"remark": "在手机上改的"}, expected=first.edition)
    with pytest.raises(DraftChanged) as refused:
        keep(world, "clerk-east", {"remark": "在电脑上改的"}, expected=first.edition)
    assert refused.value.edition == second.edition
    assert read(world, "clerk-east").own["report"].given == {"remark": "在手机上改的"}
    keep(world, "clerk-east", {"remark": "在电脑上改的"}, expected=refused.value.edition)
    assert read(world, "clerk-east").own["report"].given == {"remark": "在电脑上改的"}


def test_of_two_pages_that_keep_at_once_one_is_told_of_the_other(world: World) -> None:
    outcomes = at_once(
        lambda: keep(world, "clerk-east", {"remark": "手机"}), lambda: keep(world, "clerk-east", {"remark": "电脑"})
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["DraftChanged", "Kept"]
    assert kept_rows(world) == 1


def test_two_people_of_one_unit_keep_their_own(world: World) -> None:
    keep(world, "clerk-east", {"remark": "联络员"})
    keep(world, "head-east", {"remark": "负责人"})
    assert read(world, "clerk-east").own["report"].given == {"remark": "联络员"}
    assert read(world, "head-east").own["report"].given == {"remark": "负责人"}


def test_what_was_sent_leaves_no_draft_of_the_sender(world: World) -> None:
    ref = world.task("survey", "east")["ref"]
    world.act("clerk-east", ref, "accept")
    keep(world, "clerk-east")
    keep(world, "head-east")
    keep(world, "clerk-east", {"reason": "雨天"}, act="extension")
    world.container.extensions.ask(
        world.viewer("clerk-east"), task_ref=ref, expected_version=world.task("survey", "east")["version"],
        wanted_on="2026-03-25", reason="连日大雨", progress="",
    )  # fmt: skip
    assert set(read(world, "clerk-east").own) == {"report"}
    world.act("clerk-east", ref, "report", RETURN)
    assert set(read(world, "clerk-east").own) == set()
    assert set(read(world, "head-east").own) == {"report"}


def test_what_was_typed_before_somebody_acted_is_kept_and_one_is_told(world: World) -> None:
    task = world.task("survey", "east")
    world.act("clerk-east", task["ref"], "accept")
    before = world.task("survey", "east")["version"]
    world.act("head-east", task["ref"], "report", RETURN)
    kept = keep(world, "clerk-east", version=before)
    assert kept.moved_to == "核查中"
    assert dict(read(world, "clerk-east").own["report"].given) == TYPED


@pytest.mark.parametrize(("person", "act"), [("sup1", "report"), ("clerk-east", "approve"), ("clerk-east", "accept"),
                                             ("clerk-east", "no_such"), ("sup1", "extension")])  # fmt: skip
def test_a_form_that_is_never_one_s_own_is_not_kept(world: World, person: str, act: str) -> None:
    with pytest.raises(NotAllowed):
        keep(world, person, act=act)
    assert kept_rows(world) == 0


def test_a_stranger_finds_no_task_to_type_into(world: World) -> None:
    with pytest.raises(NotFound):
        keep(world, "clerk-west")


def test_what_is_kept_cannot_be_read_in_the_database_nor_under_another_key(world: World) -> None:
    keep(world, "clerk-east")
    assert "写到一半".encode() not in bytes(world.value("SELECT content_cipher FROM form_draft"))
    stranger = FormDraftService(world.container.floor, cipher=type(world.container.cipher)("another key " * 4))
    task = world.task("survey", "east")
    assert stranger.read(world.viewer("clerk-east"), task_id=task["id"]).own == {}


def test_confidential_work_takes_no_private_number_into_a_draft(world: World) -> None:
    with pytest.raises(InvalidInput, match="个人号码"):
        keep(world, "clerk-east", {"remark": "电话13912345678"}, measure="lead", act="feed_back")
    assert kept_rows(world) == 0
    keep(world, "clerk-east", {"remark": "电话13912345678"})
    assert kept_rows(world) == 1


def test_a_draft_that_nobody_came_back_to_is_forgotten(world: World) -> None:
    keep(world, "clerk-east")
    world.clock.set(world.clock.now() + KEPT_FOR - timedelta(minutes=1))
    assert world.container.form_drafts.forget_expired() == 0
    world.clock.set(world.clock.now() + timedelta(minutes=1))
    assert read(world, "clerk-east").own == {}
    assert world.container.form_drafts.forget_expired() == 1


def test_too_much_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(InvalidInput, match="内容太多"):
        keep(world, "clerk-east", {"remark": "长" * 400_000})


def test_a_draft_thrown_away_is_gone_for_its_person_only(world: World) -> None:
    keep(world, "clerk-east")
    keep(world, "head-east")
    ref = world.task("survey", "east")["ref"]
    world.container.form_drafts.discard(world.viewer("clerk-east"), task_ref=ref, act="report")
    assert read(world, "clerk-east").own == {}
    assert set(read(world, "head-east").own) == {"report"}
    assert dataclasses.asdict(read(world, "head-east"))["others"] == ()
