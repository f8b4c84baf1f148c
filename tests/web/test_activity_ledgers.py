"""宣传台账 and 会议台账: each activity once, in the unit's own words and figures, as an inspection asks for them."""

from __future__ import annotations

import csv
import io
from typing import Any

from openpyxl import load_workbook

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.site import Site
from tracker.services.handing import Wanted

MEASURES = (
    "{key: talks, ordinal: （一）, title: 进村宣传, text: 每季度两次。, workflow: publicity, units: [east],"
    " cadence: {every: quarter, times: 2}}",
    "{key: fair, ordinal: （二）, title: 集市宣传, text: 宣传一次。, workflow: publicity, units: [town, west],"
    " due: {by_date: 2026-04-30}}",
    "{key: meet, ordinal: （三）, title: 动员会, text: 开会。, workflow: meeting, units: [west], due: {by_date: 2026-04-30}}",
)
TOWN = """
  - {key: clerk-town, name: clerk-town, email: t@example.invalid, posts: [{role: liaison, unit: town}]}
  - {key: head-town, name: head-town, email: h@example.invalid, posts: [{role: head, unit: town}]}
measures:"""
TALK: dict[str, object] = {
    "theme": "反诈进村", "held_on": "2026-03-02", "place": "村委会", "forms": ["lecture", "banner"], "sessions": "1",
    "people_reached": "300余", "leaflets": "120",
}  # fmt: skip
MEETING = {
    "name": "动员部署会", "kind": "mobilisation", "held_on": "2026-03-02", "place": "二楼会议室", "chair": "村书记",
    "should_attend": "5", "attended": "4",
}  # fmt: skip
MINUTES = {
    "summary": "部署排查。", "matters.0.matter": "排查出租房屋", "matters.0.responsible": "各组", "matters.0.limit_on": "2026-04-10",
    "matters.1.matter": "建立周报", "matters.1.responsible": "村委会",
}  # fmt: skip


@standing_world(shown=Site)
def held(world: World) -> None:
    """East talked twice, west's talk was sent back and sent again, west met; the town handed its duty down to east."""
    world.load(small_campaign(measures=MEASURES).replace("\nmeasures:", TOWN, 1))
    talks = world.task("talks", "east")["ref"]
    world.act("clerk-east", talks, "accept")
    world.act("clerk-east", talks, "record", TALK)
    world.act("clerk-east", talks, "report", {**TALK, "theme": "反诈进校"})
    fair = world.task("fair", "west")["ref"]
    world.act("clerk-west", fair, "accept")
    world.act("clerk-west", fair, "report", {**TALK, "theme": "写错的主题"})
    world.act("sup1", fair, "return", reason="主题不对")
    world.act("clerk-west", fair, "report", {**TALK, "theme": "赶集宣传"})
    world.act("sup1", fair, "approve")
    meet = world.task("meet", "west")["ref"]
    world.act("clerk-west", meet, "accept")
    world.act("clerk-west", meet, "hold", MEETING)
    world.act("clerk-west", meet, "report", MINUTES)
    hand_down(world)


def hand_down(world: World) -> None:
    above = world.task("fair", "town")["ref"]
    world.act("clerk-town", above, "accept")
    east = world.value("SELECT id FROM unit WHERE key = 'east'")
    world.container.handing.hand_down(
        world.viewer("clerk-town"), task_ref=above, wanted=Wanted([str(east)], "2026-03-20"),
        expected_version=world.task("fair", "town")["version"],
    )  # fmt: skip
    share = world.value("SELECT ref FROM task WHERE tie = 'share'")
    world.act("clerk-east", share, "accept")
    world.act("clerk-east", share, "report", {**TALK, "theme": "代镇宣传"})


def rows_of(site: Site, kind: str, who: str = "sup1", query: str = "") -> list[dict[str, str]]:
    answer = site.browser(who).get(f"/ledger/{kind}.csv{query}")
    assert answer.status_code == 200, answer.text[:200]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_each_activity_stands_once_with_its_figures_as_they_were_sent(held: Site) -> None:
    rows = {row["活动主题"]: row for row in rows_of(held, "publicity")}
    assert set(rows) == {"反诈进村", "反诈进校", "赶集宣传", "代镇宣传"}, (
        "what was sent back is not counted beside what replaced it"
    )
    talk = rows["反诈进村"]
    assert (talk["开展日期"], talk["地点"], talk["宣传形式"]) == ("2026-03-02", "村委会", "讲座、横幅标语")
    assert (talk["场次"], talk["参与人次"], talk["发放资料"], talk["接受咨询"]) == ("1场", "约300人次", "120份", "")
    assert (talk["责任单位"], talk["填报人"], talk["审核"]) == ("east村", "clerk-east", "待审核")
    assert rows["赶集宣传"]["审核"] == "已审核"


def test_what_the_unit_above_reports_as_its_sum_is_marked_so_that_nobody_adds_it_twice(held: Site) -> None:
    marked = {row["活动主题"]: row["统计口径"] for row in rows_of(held, "publicity")}
    assert marked == {"反诈进村": "", "反诈进校": "", "赶集宣传": "", "代镇宣传": "已计入上级单位"}


def test_a_meeting_stands_with_who_came_and_what_was_agreed_on(held: Site) -> None:
    (row,) = rows_of(held, "meetings")
    assert (row["会议名称"], row["会议类型"], row["召开日期"], row["主持人职务"]) == (
        "动员部署会", "动员部署", "2026-03-02", "村书记"
    )  # fmt: skip
    assert (row["应到单位"], row["实到单位"], row["审核"]) == ("5个", "4个", "待审核")
    assert row["议定事项"].splitlines() == ["1. 排查出租房屋（各组，2026-04-10前）", "2. 建立周报（村委会）"]


def test_they_are_found_on_the_page_narrowed_and_printed_on_a3(held: Site) -> None:
    page = held.browser("sup1").get("/ledger/publicity?words=赶集").text
    assert "会议台账" in page
    assert "赶集宣传" in page
    assert "反诈进村" not in page
    answer = held.browser("sup1").post("/ledger/publicity.xlsx?words=赶集")
    sheet: Any = load_workbook(io.BytesIO(answer.data)).active
    assert (sheet["A1"].value, sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == (
        "宣传台账",
        "landscape",
        8,
    )
    assert "赶集宣传" in [cell.value for cell in sheet[4]]
    assert sheet["A5"].value is None


def test_a_unit_has_its_own_activities_and_not_its_neighbours(held: Site) -> None:
    assert {row["责任单位"] for row in rows_of(held, "publicity", "clerk-east")} == {"east村"}
    assert rows_of(held, "meetings", "clerk-east") == []
