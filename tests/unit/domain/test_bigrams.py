"""Substring search: a text is found by a query when it holds every gram of the query."""

import pytest

from tracker.domain.bigrams import bigrams


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("东岭", "东岭村联络员", True),
        ("岭村联", "东岭村联络员", True),
        ("岭东", "东岭村联络员", False),
        ("LED 屏", "用ｌｅｄ 屏播放", True),
        ("村社", "各村（社区）", False),
        ("2026年", "２０２６年工作总结", True),
    ],
)
def test_a_text_is_found_by_its_own_runs_whatever_their_width_or_case(query: str, text: str, found: bool) -> None:
    assert (set(bigrams(query)) <= set(bigrams(text))) is found


def test_grams_are_sorted_unique_and_never_of_signs() -> None:
    assert bigrams("村村、村村", "！") == ["村村"]
    assert bigrams("") == []
