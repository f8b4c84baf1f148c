"""A title breaks into few lines, at words, none longer than the page is wide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.title_lines import WIDEST, title_lines


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("督导通知书", ("督导通知书",)),
        ("打击治理电信网络诈骗专项行动督导通知书", ("打击治理电信网络诈骗专项行动督导通知书",)),
        ("打击治理电信网络新型违法犯罪专项行动督导通知书", ("打击治理电信网络新型违法犯罪专项行动", "督导通知书")),
        ("关于更正测督〔2026〕7号督导通知书有关内容的通知", ("关于更正测督〔2026〕7号", "督导通知书有关内容的通知")),
        ("", ()),
    ],
)
def test_a_title_breaks_at_words(title: str, lines: tuple[str, ...]) -> None:
    assert title_lines(title) == lines


@given(st.text(alphabet="关于开展打击治理电信网络诈骗《方案》专项行动督导通知书的，、2026A", max_size=120))
def test_nothing_is_lost_and_no_line_is_too_long(title: str) -> None:
    lines = title_lines(title)
    assert "".join(lines) == title
    assert all(0 < len(line) <= WIDEST + 1 for line in lines), "a closing sign may hang over"
