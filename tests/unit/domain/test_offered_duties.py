"""A form that asks which measure something is about offers those of the task's unit, as they are shown."""

from datetime import date

import pytest

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition, WorkflowDefinition
from tracker.domain.errors import InvalidInput
from tracker.domain.fields import describe_values, read_form

TODAY = date(2026, 3, 2)
FORM = FormDefinition(
    "found", "问题", (FieldDefinition("duty", "对应措施", FieldType.CHOICE, required=False, offers_duties=True),)
)
DEFINITION = WorkflowDefinition("check", 1, "检查", "open", {}, {}, (), {"found": FORM})


def test_what_is_offered_may_be_picked_and_nothing_else() -> None:
    offering = DEFINITION.with_duties(["（一） 排查", "（二） 宣传"])
    form = offering.forms["found"]
    assert read_form(form, offering.forms, {"duty": "（二） 宣传"}, today=TODAY) == {"duty": "（二） 宣传"}
    with pytest.raises(InvalidInput, match="按提示修改"):
        read_form(form, offering.forms, {"duty": "（三） 培训"}, today=TODAY)


def test_what_was_picked_reads_the_same_where_nothing_is_offered_any_more() -> None:
    assert describe_values(FORM, {"duty": "（二） 宣传"}) == [("对应措施", "（二） 宣传")]
    assert DEFINITION.offers_duties
