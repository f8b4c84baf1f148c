"""Two open drafts of one unit become one: lines go over, nothing is lost, and only what belongs together is merged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kept import standing_world
from tests.support.racing import at_once
from tests.support.world import World, morning, small_campaign
from tracker.domain.errors import NotAllowed, NotFound, StaleVersion, TransitionNotAllowed
from tracker.persistence.queries.triage import find_mergeable
from tracker.services.merging import Merged
from tracker.services.triage import Picked

SURVEY = (
    "{key: m1, ordinal: （一）, title: 排查, text: 略, workflow: publicity, units: [各村], due: {by_date: 2026-03-10}}"
)


@standing_world()
def world(world: World) -> None:
    """Both villages are so late that each has a milder and a graver draft."""
    world.load(small_campaign(measures=[SURVEY]))
    for village in ("east", "west"):
        world.act(f"clerk-{village}", world.task("m1", village)["ref"], "accept")
    world.move_to("2026-03-31")


def drafts(world: World, village: str = "east") -> list[dict[str, Any]]:
    return world.rows(
        "SELECT n.* FROM notice n JOIN unit u ON u.id = n.unit_id JOIN task t ON t.id = n.task_id"
        " WHERE u.key = :village AND n.issued_at IS NULL AND NOT t.final ORDER BY n.severity, n.id",
        village=village,
    )


def merge(
    world: World, one: dict[str, Any], into: dict[str, Any], *, by: str = "sup1", version: int | None = None
) -> Merged:
    return world.container.team.merging.merge(
        world.viewer(by), notice_ref=one["ref"], expected_version=version or one["version"], into_ref=into["ref"]
    )


def lines(world: World, ref: str) -> list[Any]:
    return world.rows(
        "SELECT i.id, i.text, i.finding_id FROM notice_item i JOIN notice n ON n.id = i.notice_id"
        " WHERE n.ref = :ref AND i.struck_at IS NULL ORDER BY i.position", ref=ref,
    )  # fmt: skip


@pytest.mark.slow
def test_the_lines_of_the_milder_go_into_the_graver_which_names_where_they_came_from(world: World) -> None:
    mild, grave = drafts(world)[0], drafts(world)[-1]
    both = lines(world, grave["ref"]) + lines(world, mild["ref"])
    merged = merge(world, mild, grave)
    assert merged == Merged(grave["ref"], len(lines(world, grave["ref"])) - 1)
    assert lines(world, grave["ref"]) == both
    assert lines(world, mild["ref"]) == []
    assert mild["ref"] not in [one["ref"] for one in drafts(world)]
    assert world.value("SELECT count(*) FROM finding WHERE status = 'waiting'") >= len(both)
    told = world.rows("SELECT payload FROM event WHERE kind = 'notice.items_merged'")
    assert [(one["payload"]["from"], one["payload"]["to"]) for one in told] == [(mild["ref"], grave["ref"])] * 2


def test_the_merged_paper_goes_its_way_to_being_issued_by_others_than_who_merged(world: World) -> None:
    mild, grave = drafts(world)[0], drafts(world)[-1]
    merge(world, mild, grave)
    world.act_on_notice("sup1", grave["ref"], "seal")
    with pytest.raises(TransitionNotAllowed):
        world.act_on_notice("sup1", grave["ref"], "approve")
    assert world.container.audits.audit().missing == ()


def test_a_graver_draft_is_not_swallowed_by_a_milder_nor_another_units_by_any(world: World) -> None:
    mild, grave = drafts(world)[0], drafts(world)[-1]
    with pytest.raises(TransitionNotAllowed, match="轻的不能吸收重的"):
        merge(world, grave, mild)
    with pytest.raises(TransitionNotAllowed, match="同一单位"):
        merge(world, mild, drafts(world, "west")[-1])
    with pytest.raises(TransitionNotAllowed):
        merge(world, mild, mild)


def test_a_stale_page_and_a_draft_that_was_put_up_are_refused(world: World) -> None:
    mild, grave = drafts(world)[0], drafts(world)[-1]
    with pytest.raises(StaleVersion):
        merge(world, mild, grave, version=mild["version"] + 7)
    world.act_on_notice("sup1", grave["ref"], "seal")
    with pytest.raises(StaleVersion, match="不能再合并"):
        merge(world, mild, grave)


@pytest.mark.parametrize(("person", "refusal"), [("clerk-east", NotFound), ("boss", NotAllowed)])
def test_it_is_the_supervision_teams_to_merge(world: World, person: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        merge(world, drafts(world)[0], drafts(world)[-1], by=person)


def test_merged_twice_at_once_it_is_merged_once_and_no_line_is_doubled(world: World) -> None:
    mild, grave = drafts(world)[0], drafts(world)[-1]
    wanted = len(lines(world, mild["ref"])) + len(lines(world, grave["ref"]))
    answers = at_once(lambda: merge(world, mild, grave), lambda: merge(world, mild, grave, by="sup2"))
    assert sorted(type(one).__name__ for one in answers) == ["Merged", "StaleVersion"]
    assert len(lines(world, grave["ref"])) == wanted


@pytest.mark.parametrize("held", ["mild", "grave"])
def test_what_a_colleague_has_in_hand_is_merged_neither_from_nor_into(world: World, held: str) -> None:
    pair = {"mild": drafts(world)[0], "grave": drafts(world)[-1]}
    world.container.team.claims.take(world.viewer("sup2"), pair[held]["ref"])
    picked = Picked(pair["mild"]["ref"], pair["mild"]["version"])
    triage = world.container.team.triage
    answer = triage.merge(world.viewer("sup1"), picked, into_ref=pair["grave"]["ref"])
    assert not answer.done
    assert "sup2正在处理" in answer.sentence
    assert triage.merge(world.viewer("sup2"), picked, into_ref=pair["grave"]["ref"]).done


def test_a_paper_that_stands_alone_is_not_merged(fresh_database_url: str) -> None:
    more = SURVEY.replace("m1", "m2").replace("（一）", "（二）")
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=[SURVEY, more], settings=["ladders: {standard: hotline}"]))
        for measure in ("m1", "m2"):
            world.act("clerk-east", world.task(measure, "east")["ref"], "accept")
        world.move_to("2026-03-12")
        one, other = [row for row in drafts(world) if row["kind"] == "urge_notice"][:2]
        with world.container.reading() as session:
            assert find_mergeable(session, one["ref"]) == ()
        with pytest.raises(TransitionNotAllowed, match="单独成文"):
            merge(world, one, other)
