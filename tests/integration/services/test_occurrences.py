"""Recording what happened at a unit opens one look-back, once, and takes no wrong input."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tests.web.site import Site
from tracker.domain.errors import CannotIssue, DefinitionInvalid, InvalidInput, NotAllowed, NotFound

MEASURES = [
    "{key: survey, ordinal: （一）, title: 排查, text: 排查。, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}",
]
SETTINGS = """
  occurrences: {new_case: 新发案件, complaint: 群众投诉}
  look_back: [new_case]
  look_back_days: 3
"""
CASE: dict[str, object] = {"kind": "new_case", "unit": "east", "occurred_on": "2026-03-02", "count": "2"}


@standing_world()
def world(made: World) -> None:
    made.load(small_campaign(measures=MEASURES).rstrip() + SETTINGS)


def record(world: World, person: str = "sup1", **changes: object) -> Any:
    return world.container.occurrences.record(
        world.viewer(person), campaign_ref=world.campaign_ref, given={**CASE, **changes}
    )


def look_backs(world: World) -> list[dict[str, Any]]:
    return world.rows("SELECT * FROM task WHERE workflow_key = 'look_back_inquiry' ORDER BY id")


def test_an_occurrence_that_the_settings_name_opens_one_look_back_at_its_unit(world: World) -> None:
    done = record(world)
    (inquiry,) = look_backs(world)
    assert done.look_back_ref == inquiry["ref"]
    assert inquiry["unit_id"] == world.task("survey", "east")["unit_id"]
    assert inquiry["state"] == "opened"
    assert str(inquiry["due_on"]) == "2026-03-05"
    assert ("clerk-east", "assigned") in {(who, message) for _, who, message in world.told()}
    assert record(world, kind="complaint").look_back_ref == ""
    assert len(look_backs(world)) == 1


def test_a_double_click_records_once_even_at_the_same_moment(world: World) -> None:
    first, second = at_once(lambda: record(world), lambda: record(world))
    assert first.ref == second.ref
    assert {first.repeated, second.repeated} == {False, True}
    assert record(world).repeated
    assert len(look_backs(world)) == 1
    assert world.value("SELECT count(*) FROM event WHERE kind = 'occurrence.recorded'") == 1


def test_another_count_on_the_same_day_is_refused_with_what_stands_there(world: World) -> None:
    done = record(world)
    with pytest.raises(InvalidInput) as refused:
        record(world, count="3")
    assert done.ref in refused.value.by_field()["occurred_on"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "murder"), ("kind", ""), ("unit", "nowhere"), ("unit", "office"), ("occurred_on", "2026-04-31"),
        ("occurred_on", "2026-03-03"), ("occurred_on", "2026-02-01"), ("occurred_on", ""), ("count", "0"),
        ("count", "几起"), ("count", ""), ("count", "-1"), ("count", "10余"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused_at_its_field(world: World, field: str, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        record(world, **{field: value})
    assert list(refused.value.by_field()) == [field]
    assert look_backs(world) == []


def test_the_leader_and_the_unit_record_nothing(world: World) -> None:
    with pytest.raises(NotAllowed):
        record(world, "boss")
    for person in ("clerk-east", "head-east"):
        with pytest.raises(NotFound):
            record(world, person)


def void(world: World, ref: str, person: str = "office1", reason: str = "报警记录重复") -> str:
    called_off: str = world.container.occurrences.void(
        world.viewer(person), campaign_ref=world.campaign_ref, ref=ref, reason=reason
    )
    return called_off


def test_one_recorded_by_mistake_is_voided_with_its_look_back_stays_on_the_list_and_the_right_one_follows(
    world: World,
) -> None:
    wrong = record(world)
    assert void(world, wrong.ref) == wrong.look_back_ref
    assert void(world, wrong.ref) == ""
    assert look_backs(world)[0]["state"] == "withdrawn"
    assert ("clerk-east", "withdrawn") in {(who, message) for _, who, message in world.told()}
    assert world.value("SELECT count(*) FROM event WHERE kind = 'occurrence.voided'") == 1
    right = record(world, count="1")
    assert (right.repeated, right.ref != wrong.ref, right.look_back_ref != wrong.look_back_ref) == (False, True, True)
    world.move_to("2026-03-20")
    assert world.container.audits.audit().clean


def test_a_look_back_that_has_ended_outlives_the_occurrence(world: World) -> None:
    done = record(world)
    world.act("office1", done.look_back_ref, "withdraw", reason="另案处理")
    assert void(world, done.ref) == ""
    assert look_backs(world)[0]["state"] == "withdrawn"


def test_only_the_office_voids_and_only_with_a_reason(world: World) -> None:
    ref = record(world).ref
    for person in ("sup1", "boss"):
        with pytest.raises(NotAllowed):
            void(world, ref, person)
    for person, missing in (("clerk-east", ref), ("office1", "SJ-2026-9999")):
        with pytest.raises(NotFound):
            void(world, missing, person)
    with pytest.raises(InvalidInput):
        void(world, ref, reason=" ")


def test_a_voiding_and_the_same_occurrence_recorded_at_once_leave_one_that_stands(world: World) -> None:
    ref = record(world).ref
    at_once(lambda: void(world, ref), lambda: record(world))
    standing = world.value("SELECT count(*) FROM recorded_occurrence WHERE voided_at IS NULL")
    running = world.value("SELECT count(*) FROM task WHERE workflow_key = 'look_back_inquiry' AND NOT final")
    assert standing == running <= 1


def test_the_page_voids_with_a_reason_and_shows_who_did(world: World) -> None:
    ref, path = record(world).ref, f"/campaigns/{world.campaign_ref}/occurrences"
    browser = Site(world).browser("office1")
    empty = browser.post(f"{path}/{ref}/void", {"reason": ""}, page=path)
    assert (empty.status_code, "请写明作废的理由" in empty.text) == (422, True)
    assert browser.post(f"{path}/{ref}/void", {"reason": "报警记录重复"}, page=path).status_code == 302
    page = browser.get(path).text
    assert "已作废" in page
    assert "报警记录重复" in page
    assert "登记错了" not in page


def test_the_page_records_keeps_what_was_typed_and_leads_to_the_inquiry(world: World) -> None:
    site = Site(world)
    path, browser = f"/campaigns/{world.campaign_ref}/occurrences", site.browser("office1")
    wrong = browser.post(path, {**CASE, "count": "许多"})
    assert wrong.status_code == 422
    assert 'value="许多"' in wrong.text
    assert 'href="#occurrence-count"' in wrong.text
    assert browser.post(path, CASE).status_code == 302
    (inquiry,) = look_backs(world)
    assert f'href="/tasks/{inquiry["ref"]}"' in browser.get(path).text
    own = site.browser("clerk-east").get(path).text
    assert inquiry["ref"] in own
    assert "登记一起事件" not in own
    assert inquiry["ref"] not in site.browser("clerk-west").get(path).text


def test_a_file_may_only_look_back_on_kinds_that_it_names(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as made:
        text = small_campaign(measures=MEASURES).rstrip() + SETTINGS.replace("[new_case]", "[new_cas]")
        with pytest.raises(DefinitionInvalid, match="new_case"):
            made.load(text)


def test_a_campaign_that_looks_back_needs_a_leader_who_decides(fresh_database_url: str) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as made:
        text = small_campaign(measures=MEASURES).rstrip() + SETTINGS
        with pytest.raises(CannotIssue) as refused:
            made.load(text.replace("{role: leader, unit: office}", "{role: supervisor, unit: office}"))
        assert "责任倒查" in "".join(refused.value.reasons)
