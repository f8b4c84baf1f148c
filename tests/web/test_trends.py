"""How a campaign goes: figures that add up, pictures that say in words what they show, each with its table."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date

from tests.web.conftest import Site
from tests.web.papers import SURVEY, counted_queries, run_late
from tracker.persistence.queries.trends import WeekPair
from tracker.web.campaign.trends import week_lines
from tracker.web.charts import columns, one_bar

MONDAY = date(2026, 3, 2)


def trends(site: Site, person: str = "boss") -> str:
    return site.browser(person).get(f"/campaigns/{site.world.campaign_ref}/trends").text


def column(page: str, heading: str, number: int) -> list[int]:
    table = page[page.index(f'id="{heading}-title"') :]
    table = table[: table.index("</table>")]
    rows = [re.findall(r'<td class="number">(?:<span[^>]*>)?([^<]*)', row) for row in table.split("<tr>")[2:]]
    return [int(row[number]) for row in rows if row]


def test_units_and_kinds_each_add_up_to_the_whole_which_is_the_lists(late: Site) -> None:
    late.world.act("clerk-east", late.world.task("survey", "east")["ref"], "report", SURVEY)
    page = trends(late)
    for heading in ("by-unit", "by-kind"):
        for number in range(3):
            *parts, whole = column(page, heading, number)
            assert sum(parts) == whole
    assert column(page, "by-unit", 2)[-1] == 1
    listed = late.browser("boss").get("/campaigns").text
    assert f"任务{column(page, 'by-unit', 0)[-1]}项" in listed


def test_each_step_of_the_funnel_holds_the_ones_after_it(late: Site) -> None:
    late.world.act("clerk-east", late.world.task("survey", "east")["ref"], "report", SURVEY)
    given, accepted, reported, done, _ = column(trends(late), "funnel", 0)
    assert given >= accepted >= reported >= done
    assert (given, reported, done) == (4, 1, 0)


def test_every_picture_is_well_formed_and_has_a_title_and_a_description(late: Site) -> None:
    pictures = re.findall(r'<svg class="chart.*?</svg>', trends(late), re.S)
    drawn = [ET.fromstring(one) for one in pictures if "chart-patterns" not in one]
    assert len(drawn) >= 9
    for one in drawn:
        assert one.get("role") == "img"
        words = {child.get("id"): child.text for child in one if child.tag in ("title", "desc")}
        assert all(words.get(name) for name in (one.get("aria-labelledby") or "").split())
    assert "style=" not in "".join(pictures)


def test_a_unit_sees_its_own_part_only(late: Site) -> None:
    page = trends(late, "clerk-east")
    assert "east村" in page
    assert "west村" not in page
    assert column(page, "by-unit", 0)[-1] == 2


def test_the_number_of_queries_does_not_grow(site: Site) -> None:
    browser, path = site.browser("boss"), f"/campaigns/{site.world.campaign_ref}/trends"
    browser.get(path)
    with counted_queries() as before:
        browser.get(path)
    run_late(site)
    browser = site.browser("boss")
    browser.get(path)
    with counted_queries() as after:
        browser.get(path)
    assert len(after) == len(before)


def test_weeks_count_up_and_know_what_was_left_at_each_end() -> None:
    pairs = [WeekPair(MONDAY, MONDAY, 2), WeekPair(MONDAY, date(2026, 3, 9), 1), WeekPair(date(2026, 3, 9), None, 3),
             WeekPair(None, MONDAY, 5)]  # fmt: skip
    weeks = week_lines(pairs, begins=MONDAY, ends=date(2026, 3, 31), today=date(2026, 3, 12))
    assert [(w.due, w.done, w.due_by, w.done_by, w.left) for w in weeks] == [(3, 7, 3, 7, 1), (3, 1, 6, 8, 3)]


def test_weeks_to_come_have_a_schedule_and_no_outcome() -> None:
    weeks = week_lines([WeekPair(date(2026, 3, 23), None, 1)], begins=MONDAY, ends=date(2026, 3, 31), today=MONDAY)
    assert [w.due_by for w in weeks] == [0, 0, 0, 1]
    assert [w.done_by for w in weeks] == [0, None, None, None]


def test_bars_fill_their_width_and_columns_stay_in_their_frame() -> None:
    parts = one_bar([("done", 1), ("late", 0), ("open", 2)])
    assert [one.style for one in parts] == ["done", "open"]
    assert round(sum(one.width for one in parts)) == 720
    assert one_bar([("done", 0)]) == ()
    chart = columns([str(n) for n in range(60)], [("due", list(range(60))), ("done", [59] * 60)])
    assert all(one.x >= 56 and one.x + one.width <= 712 and one.y >= 14 for one in chart.boxes)
    assert len(chart.below) <= 12
    assert columns([], []).boxes == ()
