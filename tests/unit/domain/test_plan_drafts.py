"""Editing what was read from a plan, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.domain import plan_drafts as drafts
from tracker.domain.errors import NotFound

NO_TIME = dict.fromkeys(drafts.WHEN, "")


def measure(number: int, **given: Any) -> dict[str, Any]:
    whole = {
        "id": number, "ordinal": f"（{number}）", "path": [], "title": f"第{number}项", "text": f"做第{number}件事。",
        "read": f"做第{number}件事。", "spans": [[number * 10, number * 10 + 8]], "kind": "摸排", "kind_words": ["排查"],
        "workflow": "survey", "leads": ["各村"], "supports": [], "joint": False,
        "when": {**NO_TIME, "kind": "by_date", "day": "2026-04-30"}, "said": "", "questions": [], "hints": [], "kept": True, "accepted": False,
    }  # fmt: skip
    return {**whole, **given}


def content(*measures: dict[str, Any], **given: Any) -> dict[str, Any]:
    whole = {
        "title": "行动", "summary": "", "key": "k", "word": "测", "starts_on": "2026-03-02", "ends_on": "2026-08-31",
        "rhythm_every": "month", "rhythm_by_day": "", "phases": [], "notes": [], "measures": list(measures),
        "units": {"各村": ["各村（社区）"]}, "ladders": {},
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
    ("when", "time"),
    [
        ({"kind": "by_date", "day": "2026-04-30"}, {"due": {"by_date": "2026-04-30"}}),
        ({"kind": "start_by", "day": "2026-04-30"}, {"due": {"start_by": "2026-04-30"}}),
        ({"kind": "phase_end", "phase": "p1"}, {"due": {"phase_end": "p1"}}),
        ({"kind": "within", "days": "5"}, {"due": {"within": "5 working days"}}),
        ({"kind": "every", "every": "quarter", "times": "2"}, {"cadence": {"every": "quarter", "times": 2}}),
        (
            {"kind": "every", "every": "year", "by_month": "6", "by_day": "26"},
            {"cadence": {"every": "year", "by_month": 6, "by_day": 26}},
        ),
        ({"kind": "every", "every": "week", "by_day": "5"}, {"cadence": {"every": "week", "weekdays": ["fri"]}}),
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


def test_a_printed_name_may_mean_a_set_and_two_units() -> None:
    several = drafts.with_units(content(measure(1)), {"各村": ["各村（社区）", "公安局", "", "教育局", "公安局"]})
    made = drafts.campaign_of(several, office_key="office")
    assert made["measures"][0]["units"] == ["各村（社区）", "公安局", "教育局"]
    assert drafts.with_units(several, {"没有这个写法": ["公安局"]}) == several


def test_a_kind_s_workflow_and_a_workflow_s_ladder_are_changed_for_all_at_once() -> None:
    before = content(measure(1), measure(2, kind="宣传", workflow="publicity"), measure(3), measure(4, kept=False))
    after = drafts.with_workflows(before, {"摸排": "inspection", "宣传": ""})
    assert [one["workflow"] for one in after["measures"]] == ["inspection", "publicity", "inspection", "survey"]
    climbing = drafts.with_ladders(after, {"publicity.standard": "hotline", "survey.standard": "hotline"})
    assert drafts.campaign_of(climbing, office_key="office")["settings"]["ladders"] == {"publicity.standard": "hotline"}
    assert drafts.with_ladders(climbing, {"publicity.standard": "", "survey.standard": ""}) == after


def test_only_what_nothing_is_asked_about_is_accepted_at_once() -> None:
    asked = content(
        measure(1), measure(2, questions=["年份不明。"]), measure(3, leads=[]), measure(4, leads=["县公安局"]), measure(5, kept=False),
        measure(6, hints=["限排名。"]),
    )  # fmt: skip
    after = drafts.all_accepted(asked)
    assert [one["id"] for one in after["measures"] if one["accepted"]] == [1]
    assert [one["id"] for one in drafts.unaccepted(after)] == [2, 3, 4, 6]


def test_accepting_a_proposal_answers_the_reader_s_doubts_about_it() -> None:
    asked = content(measure(1, questions=["年份不明。"]), measure(2, questions=["还有其他时间。"]))
    assert [one.field for one in drafts.doubts(asked)] == ["m-1", "m-2"]
    assert [one.field for one in drafts.doubts(drafts.accepted(asked, 1, yes=True))] == ["m-2"]
    with pytest.raises(NotFound):
        drafts.accepted(asked, 9, yes=True)


def test_saving_an_accepted_proposal_leaves_it_accepted() -> None:
    looked_at = drafts.accepted(content(measure(1)), 1, yes=True)
    assert drafts.find_measure(drafts.edited(looked_at, 1, {"act": "save", "title": "新"}), 1)["accepted"]
    assert drafts.find_measure(drafts.edited(content(measure(1)), 1, {"act": "save_accept"}), 1)["accepted"]
    assert not drafts.find_measure(drafts.edited(content(measure(1)), 1, {"act": "save"}), 1)["accepted"]
