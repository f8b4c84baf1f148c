"""Which unit a printed name means."""

import pytest

from tracker.domain.unit_matching import UnitNames

NAMES = UnitNames(
    [("青禾镇综治办", "综治办"), ("青禾派出所", "派出所"), ("农商银行青禾网点", "农商网点"), ("东岭村", "东岭村"), ("青禾县教育局", "教育局"),
     ("青禾县教育局机关服务中心", "教育服务中心"), ("城东派出所", "城东所")],
    ["各村（社区）", "各学校"],
    {"信用社": "农商银行青禾网点"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("青禾镇综治办", "青禾镇综治办"),
        ("综治办", "青禾镇综治办"),
        ("镇综治办", "青禾镇综治办"),
        ("县教育局", "青禾县教育局"),
        ("各村(社区)", "各村（社区）"),
        ("各村", "各村（社区）"),
        (" 东 岭 村 ", "东岭村"),
        ("信用社", "农商银行青禾网点"),
        ("市场监管局", None),
        ("各单位", None),
        ("村", None),
        ("", None),
    ],
)
def test_a_printed_name_is_matched_or_left_to_a_person(printed: str, name: str | None) -> None:
    assert NAMES.find(printed) == name


def test_a_name_that_two_could_mean_is_asked() -> None:
    assert UnitNames([("城东派出所", ""), ("城西派出所", "")], []).find("派出所") is None
