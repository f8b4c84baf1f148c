"""为什么: the page of an explanation costs the same whatever the paper holds."""

from __future__ import annotations

import pytest

from tests.support.world import World, morning, small_campaign
from tests.web.papers import counted_queries, draft_of, issue
from tests.web.site import Site

FEW, MANY = 2, 30
MEASURES = [
    f"{{key: {unit}{n}, ordinal: （{n}）, title: 宣传{n}, text: 宣传。, workflow: publicity, units: [{unit}],"
    " due: {by_date: 2026-03-20}}"
    for unit, count in (("east", FEW), ("west", MANY))
    for n in range(count)
]
LINES = "SELECT count(*) FROM notice_item i JOIN notice n ON n.id = i.notice_id WHERE n.ref = :ref"


@pytest.mark.slow
@pytest.mark.parametrize("issued", [False, True], ids=["a draft", "an issued paper"])
def test_the_explanation_of_a_paper_of_many_lines_asks_the_database_no_more_often(
    fresh_database_url: str, issued: bool
) -> None:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        world.move_to("2026-03-25")
        site = Site(world)
        refs = {unit: draft_of(site, unit) for unit in ("east", "west")}
        if issued:
            for ref in refs.values():
                issue(site, ref)
        reader = site.browser("sup1")
        lines = {unit: world.value(LINES, ref=ref) for unit, ref in refs.items()}
        assert lines["west"] == lines["east"] * MANY / FEW
        asked = {}
        reader.get(f"/explain/{refs['east']}")
        for unit, ref in refs.items():
            with counted_queries() as queries:
                assert reader.get(f"/explain/{ref}").text.count("触发“拟发督导通知书”") >= lines[unit]
            asked[unit] = len(queries)
        assert asked["west"] == asked["east"] < MANY
