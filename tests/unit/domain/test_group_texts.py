"""A group reads counts by unit and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.group_texts import TRIAL, group_text
from tracker.domain.sms_texts import TO_DO


@dataclass(frozen=True)
class Part:
    message: str
    unit: str | None = "东岭村"
    facts: dict[str, object] = field(default_factory=dict)


LINK = "https://tracker.example"


def test_it_counts_by_unit() -> None:
    parts = [
        Part("remind", facts={"due_on": "2026-09-20"}),
        Part("urge"),
        Part("assigned", "西河村"),
        Part("returned", None),
    ]
    assert group_text(parts, link=LINK, longest=2048).splitlines() == [
        "【督办提醒】",
        "· 东岭村有2件督办事项（1件已逾期），最近期限9月20日",
        "· 西河村有1件督办事项",
        "· 有关单位有1件督办事项",
        f"请登录系统办理：{LINK}",
    ]


@pytest.mark.parametrize("kind", sorted(TO_DO))
def test_neither_persons_nor_matters_are_named(kind: str) -> None:
    facts: dict[str, object] = {"title": "电信诈骗摸排", "person": "王某", "reason": "刷单", "due_on": "2026-09-20"}
    assert not re.search("诈|王|刷单|摸排", group_text([Part(kind, facts=facts)], link=LINK, longest=2048))


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=120), st.integers(200, 2048))
def test_it_never_grows_beyond_its_bytes_and_counts_whom_it_leaves_out(units: list[str], longest: int) -> None:
    text = group_text([Part("urge", unit) for unit in units], link=LINK, longest=longest)
    assert len(text.encode()) <= longest
    left_out = re.search(r"另有([0-9]+)个单位", text)
    said = text.count("件督办事项")
    assert said + (int(left_out[1]) if left_out else 0) >= len(set(units))


def test_a_trial_says_that_it_is_one() -> None:
    assert group_text([Part("trial", None)], link=LINK, longest=2048) == TRIAL
