"""The problem ledger adds up: found = rectifying + closed, unit by unit and in the footer."""

from __future__ import annotations

import re

from tests.web.conftest import Site
from tests.web.papers import report_problems


def figures(page: str, unit: str) -> dict[str, int]:
    """Return a row of sums by column title."""
    row = page[page.index(f">{unit}<") :].split("</tr>", 1)[0]
    plain = re.sub(r"<span[^>]*>|</span>", "", row)
    return {title: int(number) for title, number in re.findall(r'data-label="([^"]+)">(\d+)', plain)}


def rectify(site: Site, place: str, *, until: str) -> None:
    """Take the item of a problem as far as `until`: reported, rechecking or closed."""
    ref = site.world.value(
        "SELECT t.ref FROM problem b JOIN task t ON t.id = b.rectification_task_id WHERE b.place = :place", place=place
    )
    steps = [
        ("clerk-east", "report", {"result": "已整改", "done_on": "2026-03-02"}),
        ("sup1", "start_recheck", {}),
        ("sup1", "sign_off", {"rechecked_on": "2026-03-02", "manner": "on_site", "opinion": "合格"}),
    ]
    for person, name, given in steps[: ("reported", "rechecking", "closed").index(until) + 1]:
        site.world.act(person, ref, name, given)


def test_found_is_rectifying_and_closed(site: Site) -> None:
    report_problems(site, "east", ("甲处", "乙处", "丙处", "丁处"))
    report_problems(site, "west", ("戊处",))
    rectify(site, "乙处", until="reported")
    rectify(site, "丙处", until="rechecking")
    rectify(site, "丁处", until="closed")
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}/problems").text
    east, total = figures(page, "east村"), figures(page, "合计")
    assert east == {
        "发现": 4, "整改中": 3, "其中单位整改": 1, "已反馈": 1, "复查中": 1, "已销号": 1, "逾期未改": 0, "已撤回": 0,
    }  # fmt: skip
    assert total["发现"] == 5 == total["整改中"] + total["已销号"]


def test_a_withdrawn_problem_leaves_the_sum_and_has_its_own_column(site: Site) -> None:
    report_problems(site, "east", ("甲处", "乙处"))
    ref = site.world.value("SELECT min(ref) FROM task WHERE workflow_key = 'rectification'")
    site.world.act("office1", ref, "withdraw", reason="重复登记")
    page = site.browser("boss").get(f"/campaigns/{site.world.campaign_ref}/problems").text
    east = figures(page, "east村")
    assert (east["发现"], east["整改中"], east["已撤回"]) == (1, 1, 1)


def test_a_figure_leads_to_its_problems(site: Site) -> None:
    report_problems(site, "east", ("甲处",))
    report_problems(site, "west", ("乙处",))
    url = f"/campaigns/{site.world.campaign_ref}/problems"
    page = site.browser("sup1").get(f"{url}?unit=west").text
    assert "乙处" in page
    assert "甲处" not in page
    assert "没有符合条件的问题" in site.browser("sup1").get(f"{url}?stage=closed").text


def test_a_neighbours_problems_are_not_in_a_units_ledger(site: Site) -> None:
    report_problems(site, "east", ("甲处",))
    page = site.browser("clerk-west").get(f"/campaigns/{site.world.campaign_ref}/problems?unit=east")
    assert page.status_code == 200
    assert "甲处" not in page.text
    assert "east村" not in page.text
