"""A paper about what a visit found carries the visit's record: for the office, never for one of the units visited."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.bundles import check, data, take
from tests.support.kept import standing_world
from tests.support.late_village import draft, sign
from tests.support.visits import PROBLEM, begin, plan, record
from tests.support.world import World, small_campaign
from tests.web.site import MEASURES


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=MEASURES))


@pytest.mark.slow
def test_the_office_proves_from_the_visit_on_and_the_unit_reads_its_own_record(world: World, tmp_path: Path) -> None:
    ref = plan(world)
    world.move_to("2026-03-03")
    record(world, begin(world, ref), {**PROBLEM, "limit_on": "2026-03-06"})
    for measure in ("survey", "talk"):
        world.act("clerk-west", world.task(measure, "west")["ref"], "accept")
        world.act("clerk-east", world.task(measure, "east")["ref"], "accept")
    world.move_to("2026-03-18")
    paper = draft(world)
    sign(world, paper)
    bundle = take(world, paper)
    assert f"{ref} 实地督导" in [one["about"] for one in data(bundle, "manifest.json")["chains"].values()]
    code, said = check(bundle, tmp_path)
    assert code == 0, said
    theirs = take(world, paper, "clerk-east")
    assert not any(name.startswith("visit:") for name in data(theirs, "manifest.json")["chains"])
