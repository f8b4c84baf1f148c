"""A standing duty is added to a running campaign, and its cadence changed, on the office's pages."""

from __future__ import annotations

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tests.web.changing import apply, changes, preview
from tests.web.site import Site

MONTHLY = (
    "{key: monthly, ordinal: （一）, title: 月报, text: 按月报送。, workflow: return, units: [east, west],"
    " cadence: {every: month, by_day: 19, until: 2026-07-31}}"
)


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=[MONTHLY]))


def edited(**fields: object) -> dict[str, object]:
    return {
        "act": "edit", "key": "monthly", "ordinal": "（一）", "title": "月报", "text": "按月报送。", "shape": "each",
        "units": ["east", "west"], "due_kind": "repeats", **fields,
    }  # fmt: skip


def test_the_form_begins_with_the_present_cadence_and_offers_no_single_date(site: Site) -> None:
    page = site.browser("office1").get(f"{changes(site)}/measure?key=monthly").text
    assert "不变（每月19日前）" in page
    assert '<option value="month" selected>' in page
    assert 'value="19"' in page
    assert 'name="due_day"' not in page


def test_another_day_is_previewed_applied_and_told_and_the_end_of_the_duty_stays(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    page = preview(browser, url, edited(repeat_every="month", repeat_by_day="25"))
    assert "完成时限由每月19日前改为每月25日前" in page
    assert "从2026年4月1日起开始的各期按新的周期" in page
    assert apply(browser, url, page) == 422
    assert apply(browser, url, page, reason="与县里的报表同步") == 302
    assert str(site.world.task("monthly", "east")["due_on"]) == "2026-03-25"
    assert site.world.value("SELECT cadence ->> 'until' FROM measure WHERE key = 'monthly'") == "2026-07-31"
    site.world.move_to("2026-03-02", "17:00")
    assert "recadenced" in {message for _, _, message in site.world.told()}
    assert "改为每月25日前报送" in site.browser("clerk-east").get("/inbox").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"repeat_every": ""}, "请选择多久报送一次"),
        ({"repeat_every": "month", "repeat_by_day": "二十"}, "几日前要填整数，“二十”不是。"),
        ({"repeat_every": "month", "repeat_by_day": "40"}, "几日前: 40 不对，请写 1 到 31。"),
        ({"repeat_every": "week", "repeat_times": "2", "repeat_weekdays": ["mon", "fri"]}, "不能一起写"),
    ],
)
def test_a_cadence_typed_wrong_is_said_at_its_field_and_kept(site: Site, fields: dict[str, object], said: str) -> None:
    url = changes(site)
    answer = site.browser("office1").post(f"{url}/preview", edited(**fields), page=url)
    assert answer.status_code == 422
    assert said in answer.text
    for day in fields.get("repeat_weekdays", ()):  # type: ignore[attr-defined]
        assert f'value="{day}" checked' in answer.text


def test_a_standing_duty_is_added_while_the_campaign_runs(site: Site) -> None:
    browser, url = site.browser("office1"), changes(site)
    added = {
        "act": "add", "ordinal": "（二）", "title": "周报", "text": "按周报送。", "workflow": "return", "shape": "each",
        "units": ["east"], "due_kind": "repeats", "repeat_every": "week", "repeat_weekdays": ["mon", "fri"],
    }  # fmt: skip
    assert apply(browser, url, preview(browser, url, added)) == 302
    site.world.move_to("2026-03-08")
    keys = site.world.rows("SELECT period_key FROM task WHERE title LIKE '周报%' ORDER BY id")
    assert [row["period_key"] for row in keys] == ["2026-W10-1", "2026-W10-5", "2026-W11-1"]
