"""Editing what was read from a plan, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tracker.domain import plan_drafts as drafts
from tracker.domain.errors import NotFound, TransitionNotAllowed

NO_TIME = dict.fromkeys(drafts.WHEN, "")


def measure(number: int, **given: Any) -> dict[str, Any]:
    whole = {
        "id": number, "ordinal": f"（{number}）", "path": [], "title": f"第{number}项", "text": f"做第{number}件事。",
        "span": [number * 10, number * 10 + 8], "workflow": "survey", "leads": ["各村"], "supports": [], "joint": False,
        "when": {**NO_TIME, "kind": "by_date", "day": "2026-04-30"}, "said": "", "questions": [], "hints": [], "kept": True,
    }  # fmt: skip
    return {**whole, **given}


def content(*measures: dict[str, Any], **given: Any) -> dict[str, Any]:
    whole = {
        "title": "行动", "summary": "", "key": "k", "word": "测", "starts_on": "2026-03-02", "ends_on": "2026-08-31",
        "rhythm_every": "month", "rhythm_by_day": "", "phases": [], "notes": [], "measures": list(measures),
        "units": {"各村": ["各村（社区）"]},
    }  # fmt: skip
    return {**whole, **given}


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("公安局、教育局", ["公安局", "教育局"]),
        ("各镇（街道、园区），公安局；公安局", ["各镇（街道、园区）", "公安局"]),
        (" 、 ", []),
        ("各镇（街道", ["各镇（街道"]),
        ("甲）、乙", ["甲）", "乙"]),
    ],
)
def test_a_typed_list_of_units_is_read_with_its_brackets(typed: str, names: list[str]) -> None:
    assert drafts.names_in(typed) == names


def test_joined_proposals_keep_the_words_and_units_of_both() -> None:
    both = drafts.joined(content(measure(1), measure(2, kept=False), measure(3, leads=["公安局"])), 1)
    first = drafts.find_measure(both, 1)
    assert first["span"] == [10, 38]
    assert first["text"] == "做第1件事。做第3件事。"
    assert first["leads"] == ["各村", "公安局"]
    assert [one["id"] for one in both["measures"]] == [1, 2]
    with pytest.raises(TransitionNotAllowed):
        drafts.joined(both, 1)


def test_a_doubled_proposal_comes_from_the_same_words() -> None:
    twice = drafts.doubled(content(measure(1), measure(2)), 1)
    assert [one["id"] for one in twice["measures"]] == [1, 3, 2]
    assert drafts.find_measure(twice, 3)["span"] == [10, 18]
    with pytest.raises(NotFound):
        drafts.doubled(twice, 9)


def test_a_joint_duty_has_one_lead_and_each_duty_many() -> None:
    joint = measure(1, leads=["公安局"], supports=["各村", "公安局"], joint=True)
    made = drafts.campaign_of(
        content(joint, measure(2), units={"各村": ["各村（社区）"], "公安局": ["县公安局"]}), office_key="office"
    )
    assert made["measures"][0]["lead"] == "县公安局"
    assert made["measures"][0]["support"] == ["各村（社区）"]
    assert made["measures"][1]["units"] == ["各村（社区）"]
    two = content(measure(1, joint=True), units={"各村": ["东岭村", "西坡村"]})
    assert any("牵头单位只能有一个" in problem.sentence for problem in drafts.open_questions(two))


@pytest.mark.parametrize(
    "edit",
    [
        lambda before: drafts.edited(before, 2, {"title": "别的", "leads": "公安局"}),
        lambda before: drafts.kept(before, 1, keep=False),
        lambda before: drafts.doubled(before, 1),
        lambda before: drafts.joined(before, 1),
        lambda before: drafts.with_head(before, {"title": "别的"}),
        lambda before: drafts.with_units(before, {"各村": ["东岭村"]}),
        lambda before: before,
    ],
)
def test_every_edit_can_be_taken_back(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    before = content(measure(1), measure(2), measure(3))
    after = edit(before)
    change = drafts.change_between(before, after)
    assert drafts.taken_back(after, change) == before
    assert "measures" not in change or len(after["measures"]) != 3, "an edit of one keeps one"


@pytest.mark.parametrize(
    ("when", "time"),
    [
        ({"kind": "by_date", "day": "2026-04-30"}, {"due": {"by_date": "2026-04-30"}}),
        ({"kind": "start_by", "day": "2026-04-30"}, {"due": {"start_by": "2026-04-30"}}),
        ({"kind": "phase_end", "phase": "p1"}, {"due": {"phase_end": "p1"}}),
        ({"kind": "within", "days": "5"}, {"due": {"within": "5 working days"}}),
        ({"kind": "every", "every": "quarter", "times": "2"}, {"cadence": {"every": "quarter", "times": 2}}),
        ({"kind": "rhythm"}, {"cadence": {"rhythm": "campaign"}}),
    ],
)
def test_each_kind_of_time_is_what_a_campaign_file_calls_it(when: dict[str, str], time: dict[str, Any]) -> None:
    made = drafts.campaign_of(content(measure(1, when={**NO_TIME, **when})), office_key="office")
    assert {name: made["measures"][0][name] for name in time} == time


def test_what_a_person_must_answer_is_named_with_its_place() -> None:
    asked = content(
        measure(1, workflow="", leads=[], when=NO_TIME),
        measure(2, kept=False, leads=["没人问"]),
        title="",
        word="",
        units={},
    )
    places = [(one.field, one.sentence) for one in drafts.open_questions(asked)]
    assert {place for place, _ in places} == {"head-title", "head-word", "m-1"}
    assert not any("没人问" in sentence for _, sentence in places)
    assert drafts.open_questions(content(measure(1, kept=False)))[0].field == "measures"
