"""Names of units: where one ends, what is a set, what only looks like a unit."""

import pytest

from tracker.plans.units import all_units, is_unit, of_person, split_units


@pytest.mark.parametrize(
    "name",
    ["派出所", "县公安局", "各村", "各镇（街道）", "镇直各单位", "综治办", "农商行云溪支行", "县委宣传部", "区教育局", "各有关部门",
     "中心学校", "村（社区）", "各银行机构", "市中级人民法院", "物业服务企业", "督导问责组", "各班级", "医务科", "网格员",
     "县农业农村局", "共青团县委", "镇退役军人服务站", "牵头单位"],
)  # fmt: skip
def test_it_is_a_unit(name: str) -> None:
    assert is_unit(name)


@pytest.mark.parametrize(
    "name",
    ["全县", "主题班会", "领导干部", "重点场所", "全社会", "加强领导", "开展活动", "向派出所", "把各村", "我镇", "工作格局", "人员密集场所",
     "宣传教育", "从综治办"],
)  # fmt: skip
def test_it_is_no_unit(name: str) -> None:
    assert not is_unit(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("派出所、综治办、各村", ["派出所", "综治办", "各村"]),
        ("各镇（街道）、派出所", ["各镇（街道）", "派出所"]),
        ("县教育局，各学校", ["县教育局", "各学校"]),
        ("市场监管局和各乡镇", ["市场监管局", "各乡镇"]),
        ("退役军人事务局", ["退役军人事务局"]),
        ("县公安局、县司法局等部门", ["县公安局", "县司法局"]),
        ("由镇应急办", ["镇应急办"]),
        ("人社局、住建局及各园区", ["人社局", "住建局", "各园区"]),
        ("各村 派出所", ["各村", "派出所"]),
    ],
)
def test_a_list_is_split_as_printed(value: str, expected: list[str]) -> None:
    assert split_units(value) == expected


def test_two_sets_without_a_comma_are_two() -> None:
    assert all_units("各乡镇各部门") == ["各乡镇", "各部门"]
    assert all_units("各级各部门") == ["各级各部门"]


def test_a_person_of_a_unit_stands_for_the_unit() -> None:
    assert of_person("各村主要负责人") == "各村"


def test_one_short_word_is_a_department_only_in_a_list() -> None:
    assert all_units("教育") is None
    assert all_units("教育、公安、民政") == ["教育", "公安", "民政"]
