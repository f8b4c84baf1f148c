"""Shares beside the counts: computed, rounded down, and never a division by nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.fields import describe_values
from tracker.domain.rates import ZERO_BASE, rates_of, show_rate

CATEGORY = FormDefinition(
    "category",
    "类别",
    (
        FieldDefinition("should_sign", "应签数", FieldType.COUNT, unit="份"),
        FieldDefinition("signed", "已签数", FieldType.COUNT, unit="份", at_most="should_sign", rate="签订率"),
    ),
)
RETURN = FormDefinition(
    "return",
    "报送",
    (
        FieldDefinition("should_check", "应排查数", FieldType.COUNT),
        FieldDefinition("checked", "已排查数", FieldType.COUNT, at_most="should_check"),
        FieldDefinition("found", "其中有问题", FieldType.COUNT, at_most="checked", required=False),
        FieldDefinition("target", "目标数", FieldType.COUNT, required=False),
        FieldDefinition("achieved", "完成数", FieldType.COUNT, rate="完成率", rate_of="target", required=False),
        FieldDefinition("categories", "分类别", FieldType.ROWS, of="category", required=False),
    ),
)
FORMS = {"category": CATEGORY, "return": RETURN}


def count(value, *, approx=False):
    return {"value": value, "approx": approx, "as_of": None}


def described(**values):
    return dict(describe_values(RETURN, values, FORMS))


def test_a_rate_is_named_by_the_file_or_by_the_words_that_plainly_have_one():
    assert {name: rate.title for name, rate in rates_of(RETURN).items()} == {"checked": "排查率", "achieved": "完成率"}


def test_a_rate_stands_after_its_count():
    titles = list(described(should_check=count(120), checked=count(90)))
    assert titles == ["应排查数", "已排查数", "排查率"]
    assert described(should_check=count(120), checked=count(90))["排查率"] == "75.0%"


def test_a_target_may_be_exceeded():
    assert described(target=count(40), achieved=count(50))["完成率"] == "125.0%"


def test_of_nothing_there_is_no_share():
    assert described(should_check=count(0), checked=count(0))["排查率"] == ZERO_BASE
    assert "完成率" not in described(achieved=count(5), target=None)


def test_approximate_counts_make_an_approximate_share():
    assert show_rate(count(300, approx=True), count(400)) == "约75.0%"


def test_rows_are_added_up():
    rows = [{"should_sign": count(30), "signed": count(30)}, {"should_sign": count(10), "signed": count(7)}]
    lines = described(categories=rows)["分类别"].splitlines()
    assert lines[0] == "1. 应签数：30份；已签数：30份；签订率：100.0%"
    assert lines[-1] == "合计：应签数：40份；已签数：37份；签订率：92.5%"
    assert "合计" not in described(categories=rows[:1])["分类别"]


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_only_the_whole_reads_as_a_hundred_and_only_nothing_as_nought(part, whole):
    part = min(part, whole)
    text = show_rate(count(part), count(whole))
    assert (text == "100.0%") == (part == whole)
    assert (text == "0.0%") == (part == 0)
