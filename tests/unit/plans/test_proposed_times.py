"""What was read of a time reaches the proposal whole: a yearly day with its month, a weekday, a quota."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain.plan_drafts import campaign_of, with_units
from tracker.domain.unit_matching import UnitNames
from tracker.plans.reading import read_text
from tracker.services.plan_proposals import content_of


def proposed(text: str) -> dict[str, Any]:
    """Return the draft of a plan with one measure of all villages."""
    reading = read_text(f"柳湾镇2026年整治工作方案\n一、任务\n1.{text}（责任单位：各村）")
    return content_of(reading, UnitNames([], ["各村"]), [], key="k", word="柳")


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("每年6月26日开展集中宣传。", {"every": "year", "by_month": 6, "by_day": 26}),
        ("每年3月底前完成自评。", {"every": "year", "by_month": 3, "by_day": 31}),
        ("每月25日前报送进展。", {"every": "month", "by_day": 25}),
        ("每周五报送进展。", {"every": "week", "weekdays": ["fri"]}),
        ("每季度宣讲不少于2次。", {"every": "quarter", "times": 2}),
    ],
)
def test_a_recurring_time_is_proposed_as_the_campaign_will_hold_it(text: str, cadence: dict[str, Any]) -> None:
    (made,) = campaign_of(with_units(proposed(text), {"各村": ["各村"]}), office_key="office")["measures"]
    assert made["cadence"] == cadence


def test_a_proposal_keeps_the_words_it_was_read_from_and_the_words_that_say_its_kind() -> None:
    (measure,) = proposed("逐户排查出租房并登记。")["measures"]
    assert measure["text"] == measure["read"] == "逐户排查出租房并登记"
    assert (measure["kind"], measure["kind_words"], measure["workflow"]) == ("摸排", ["排查", "登记"], "survey")
    assert not measure["accepted"]
