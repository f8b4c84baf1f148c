"""One spelling for many, with every place kept."""

import pytest

from tracker.plans.normalising import normalise
from tracker.plans.passages import joined


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("検査排査", "検查排查"),
        ("硏究", "研究"),
        ("（１）２０２５年", "（1）2025年"),
        ("(责任单位:各村)", "（责任单位：各村）"),
        ("[责任单位]", "【责任单位】"),
        ("排`查'", "排查"),
        ("㈠任务", "（一）任务"),
        ("落实到位.各村要", "落实到位。各村要"),
        ("1.加强", "1.加强"),
        ("8:30开会,印1,000份", "8:30开会，印1,000份"),
        ("\u200b各\ufeff村", "各村"),
        ("①排查", "①排查"),
        ("９０％", "90%"),
    ],
)
def test_spellings(written: str, read: str) -> None:
    assert normalise(written).text == read


def test_each_character_remembers_its_place() -> None:
    passage = normalise("\ufeff`各'村")
    assert (passage.text, list(passage.at)) == ("各村", [2, 4])
    assert passage.span == (2, 5)


def test_squeezing_keeps_places_and_latin_words_apart() -> None:
    passage = normalise("组  长：A B").squeezed()
    assert passage.text == "组长：A B"
    assert passage.at[1] == 3


def test_joined_passages_keep_their_places() -> None:
    passage = normalise("各村要排查")
    assert joined([passage.cut(0, 2), passage.cut(3)]).at == [0, 1, 3, 4]
