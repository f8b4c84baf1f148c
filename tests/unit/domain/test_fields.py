"""What people type in forms: taken as it is meant, or refused with a sentence at the field."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.definition import FieldDefinition, FieldType, FormDefinition
from tracker.domain.errors import InvalidInput
from tracker.domain.fields import describe_values, read_form

TODAY = date(2026, 5, 18)

PROBLEM = FormDefinition(
    "problem",
    "问题",
    (
        FieldDefinition("place", "地点", FieldType.TEXT, max_length=20),
        FieldDefinition("risk", "风险等级", FieldType.CHOICE, options={"high": "高", "low": "低"}),
        FieldDefinition("limit_on", "整改期限", FieldType.DATE, required=False, not_past=True),
        FieldDefinition("homes", "涉及户数", FieldType.COUNT, required=False, unit="户"),
    ),
)
RETURN = FormDefinition(
    "survey_return",
    "摸排情况",
    (
        FieldDefinition("should_check", "应排查数", FieldType.COUNT, unit="户", asks_as_of=True),
        FieldDefinition("checked", "已排查数", FieldType.COUNT, unit="户", at_most="should_check"),
        FieldDefinition("held_on", "排查日期", FieldType.DATE, required=False, not_future=True),
        FieldDefinition("kinds", "对象", FieldType.CHOICES, required=False, options={"a": "出租房", "b": "企业"}),
        FieldDefinition("visited", "是否入户", FieldType.YES_NO, required=False),
        FieldDefinition("problems", "发现问题", FieldType.ROWS, required=False, of="problem", max_rows=3),
        FieldDefinition("photos", "现场照片", FieldType.FILES, required=False, max_rows=2),
        FieldDefinition("remark", "备注", FieldType.LONG_TEXT, required=False, max_length=50),
    ),
)
FORMS = {"problem": PROBLEM, "survey_return": RETURN}


def read(**given):
    return read_form(RETURN, FORMS, {"should_check": "100", "checked": "80", **given}, today=TODAY)


def refusal(**given):
    with pytest.raises(InvalidInput) as refused:
        read(**given)
    return dict(refused.value.by_field())


def test_a_whole_return_becomes_plain_values():
    values = read(
        **{
            "should_check": "1,200",
            "should_check__as_of": "2026年5月1日",
            "checked": "300余户",
            "held_on": "2026/5/8",
            "kinds": ["b", "a"],
            "visited": "是",
            "problems.0.place": " 三组\n12号 ",
            "problems.0.risk": "high",
            "photos": ["f1", "f1", ""],
            "remark": "第一行\r\n第二行",
            "csrf_token": "x",
        }
    )
    assert values == {
        "should_check": {"value": 1200, "approx": False, "as_of": "2026-05-01"},
        "checked": {"value": 300, "approx": True, "as_of": None},
        "held_on": "2026-05-08",
        "kinds": ["a", "b"],
        "visited": True,
        "problems": [{"place": "三组 12号", "risk": "high", "limit_on": None, "homes": None}],
        "photos": ["f1"],
        "remark": "第一行\n第二行",
    }


@pytest.mark.parametrize(
    ("typed", "value", "approx"),
    [
        ("0", 0, False),
        ("120", 120, False),
        ("１２０", 120, False),
        ("１，２００", 1200, False),
        ("12,345,678", 12345678, False),
        ("300余份", 300, True),
        ("1000多条", 1000, True),
        ("约50", 50, True),
        ("近39万户", 390000, True),
        ("3.5万", 35000, False),
        ("2千多人次", 2000, True),
        ("100户", 100, False),
        ("50左右", 50, True),
        ("500+", 500, True),
        (7, 7, False),
        (3.0, 3, False),
    ],
)
def test_numbers_are_taken_as_reports_write_them(typed, value, approx):
    count = read(should_check="1000000000", checked=typed)["checked"]
    assert (count["value"], count["approx"]) == (value, approx)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("abc", "“已排查数”要填整数，如 120 或 300余，填的是“abc”。"),
        ("12a", "要填整数"),
        ("三百", "要填整数"),
        ("3.5", "不能带小数"),
        ("-5", "不能是负数"),
        ("－5", "不能是负数"),
        ("1,00", "要填整数"),
        ("²³x", "要填整数"),
        ("99999999999", "太大了"),
        pytest.param(10**6000, "太大了", id="huge"),
        pytest.param("9" * 5000, "要填整数", id="long"),
        ("", "没有填写"),
        (None, "没有填写"),
        (True, "要填整数"),
        (float("nan"), "要填整数"),
        ({"value": {"value": 3}}, "格式不对"),
    ],
)
def test_what_is_no_number_is_a_sentence(typed, says):
    assert says in refusal(checked=typed)["checked"]


def test_a_ticked_box_makes_a_count_approximate():
    assert read(checked__approx="on")["checked"]["approx"] is True


def test_the_denominator_is_as_of_today_unless_said():
    assert read()["should_check"]["as_of"] == "2026-05-18"
    assert "截至日期不能晚于今天" in refusal(should_check__as_of="2026-05-19")["should_check"]
    assert "截至日期要填日期" in refusal(should_check__as_of="昨天")["should_check"]


def test_checked_may_not_exceed_what_there_is_to_check():
    assert refusal(checked="120") == {"checked": "已排查数（120）不能大于应排查数（100）。"}
    assert read(checked="100")["checked"]["value"] == 100


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2026-05-19", "不能晚于今天（2026-05-18），填的是 2026-05-19"),
        ("5月8日", "要填日期"),
        ("2026-02-30", "没有这一天"),
        ("0026-02-03", "年份“26”不对"),
        ("20260508", "要填日期"),
        ("x" * 9000, "要填日期"),
    ],
)
def test_dates_are_checked(typed, says):
    assert says in refusal(held_on=typed)["held_on"]


def test_a_limit_in_the_past_is_refused_at_its_row():
    rows = {
        "problems.0.place": "",
        "problems.0.risk": " ",
        "problems.4.place": "村口",
        "problems.4.risk": "low",
    }
    assert refusal(**rows, **{"problems.4.limit_on": "2026-05-17"}) == {
        "problems.4.limit_on": "“发现问题”第2行：“整改期限”不能早于今天（2026-05-18），填的是 2026-05-17。"
    }


def test_each_wrong_field_gets_its_own_sentence():
    wrong = refusal(**{"checked": "x", "visited": "也许", "kinds": "c", "problems.1.place": "村口"})
    assert wrong == {
        "checked": "“已排查数”要填整数，如 120 或 300余，填的是“x”。",
        "kinds": "“对象”只能从列出的里面选：出租房、企业。",
        "visited": "“是否入户”请选“是”或“否”。",
        "problems.1.risk": "“发现问题”第1行：“风险等级”没有填写。",
    }


def test_rows_count_as_filled_only_when_something_was_typed():
    values = read(**{"problems.0.place": "", "problems.0.homes__approx": "on", "problems.1.place": None})
    assert values["problems"] == []


def test_rows_come_in_the_order_of_their_numbers():
    rows = {}
    for index in (10, 2):
        rows |= {f"problems.{index}.place": f"第{index}", f"problems.{index}.risk": "low"}
    assert [row["place"] for row in read(**rows)["problems"]] == ["第2", "第10"]


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"remark": "好" * 51}, "remark", "写了51个字，最多50个字"),
        ({"remark": "a\0b"}, "remark", "控制字符"),
        ({"remark": "\ud800"}, "remark", "控制字符"),
        ({"problems": "三处"}, "problems", "格式不对"),
        ({"problems": [{"place": "x"}, 3]}, "problems", "格式不对"),
        ({"photos": ["a", "b", "c"]}, "photos", "上传了3个文件，最多2个"),
        ({"photos": ["a" * 200]}, "photos", "最多80个字"),
        ({f"problems.{n}.place": "x" for n in range(4)}, "problems", "有4行，一次最多3行"),
    ],
)
def test_too_much_and_unreadable_are_sentences(given, field, says):
    assert says in refusal(**given)[field]


def test_required_lists_must_have_something():
    form = FormDefinition(
        "strict",
        "",
        (
            FieldDefinition("kinds", "对象", FieldType.CHOICES, options={"a": "甲"}),
            FieldDefinition("photos", "照片", FieldType.FILES),
            FieldDefinition("problems", "问题", FieldType.ROWS, of="problem"),
        ),
    )
    with pytest.raises(InvalidInput) as refused:
        read_form(form, FORMS, {}, today=TODAY)
    assert [p.sentence for p in refused.value.problems] == [
        "“对象”至少要选一项。",
        "“照片”要上传至少一个文件。",
        "“问题”至少要填一行。",
    ]


def test_values_are_shown_as_people_write_them():
    values = read(
        **{
            "should_check": "约100",
            "held_on": "2026-05-08",
            "kinds": "a",
            "visited": "no",
            "problems.0.place": "村口",
            "problems.0.risk": "low",
            "photos": "f1",
        }
    )
    assert describe_values(RETURN, values, FORMS) == [
        ("应排查数", "约100户（截至2026年5月18日）"),
        ("已排查数", "80户"),
        ("排查率", "约80.0%"),
        ("排查日期", "2026年5月8日"),
        ("对象", "出租房"),
        ("是否入户", "否"),
        ("发现问题", "1. 地点：村口；风险等级：低"),
        ("现场照片", "1个文件"),
    ]
    assert ("发现问题", "共1行") in describe_values(RETURN, values)


names = st.sampled_from(
    [f.name for f in RETURN.fields]
    + [
        "checked__approx",
        "checked__as_of",
        "problems.0.place",
        "problems.1.homes",
        "problems.x.place",
        "problems.0",
    ]
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.sampled_from(["12", "约3万", "2026-05-01", "high", "a", "是"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(names, anything, max_size=8))
def test_nothing_that_can_be_posted_raises_anything_but_invalid_input(given_):
    try:
        values = read_form(RETURN, FORMS, given_, today=TODAY)
    except InvalidInput as refusal_:
        sentences = [p.sentence for p in refusal_.problems]
    else:
        sentences = ["。"]
        json.dumps(values, ensure_ascii=False).encode()
        assert read_form(RETURN, FORMS, values, today=TODAY) == values
        describe_values(RETURN, values, FORMS)
    assert sentences
    assert all(sentence.endswith("。") for sentence in sentences)
