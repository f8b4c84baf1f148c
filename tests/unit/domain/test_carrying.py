"""What the next return begins with: what seldom changes, and never what was done."""

from __future__ import annotations

from tests.support.world import shipped_catalog
from tracker.domain.carrying import carried_values
from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition

SURVEY = shipped_catalog().workflows["survey"].forms["survey_return"]


def test_category_and_base_number_are_carried_without_their_day_and_what_was_done_is_not() -> None:
    sent = {
        "category": "rental", "should_check": {"value": 120, "approx": True, "as_of": "2026-02-28"},
        "checked": {"value": 118, "approx": False, "as_of": None}, "problems": [{"place": "三组"}], "photos": ["FJ-1"],
        "remark": "上期的话",
    }  # fmt: skip
    assert carried_values(SURVEY, sent) == {
        "category": "rental", "should_check": {"value": 120, "approx": True, "as_of": None},
    }  # fmt: skip


def test_a_choice_that_the_form_no_longer_has_is_left_out() -> None:
    assert carried_values(SURVEY, {"category": "no_longer"}) == {}


def test_several_choices_are_carried_only_together() -> None:
    field = FieldDefinition("ways", "方式", FieldType.CHOICES, options={"a": "甲", "b": "乙"}, carried=True)
    form = FormDefinition("f", "表", (field,))
    assert carried_values(form, {"ways": ["a", "b"]}) == {"ways": ["a", "b"]}
    assert carried_values(form, {"ways": ["a", "c"]}) == {}
