"""The plan's text cut at its proposals, and the proposals as cards."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.plan_drafts import Content


@dataclass(frozen=True)
class Stretch:
    """A stretch of the plan. `measures` = ids of the proposals that came from it, none for words not used."""

    text: str
    measures: tuple[int, ...]
    #: the first stretch of these proposals, which their cards lead to
    begins: tuple[int, ...]
    dropped: bool


def cut(text: str, content: Content) -> list[Stretch]:
    """Return the whole text in order, cut wherever a proposal begins or ends."""
    spans = [(one["id"], *one["span"], one["kept"]) for one in content["measures"]]
    edges = sorted(
        {0, len(text), *(edge for _, first, last, _ in spans for edge in (first, last) if edge <= len(text))}
    )
    begun: set[int] = set()
    stretches = []
    for first, last in itertools.pairwise(edges):
        inside = [(number, kept) for number, start, end, kept in spans if start <= first and last <= end]
        numbers = tuple(number for number, _ in inside)
        begins = tuple(number for number in numbers if number not in begun)
        begun.update(begins)
        stretches.append(Stretch(text[first:last], numbers, begins, bool(inside) and not any(k for _, k in inside)))
    return stretches


@dataclass(frozen=True)
class Card:
    """One proposal; `open` = it is to be looked at first: something of it is not answered."""

    measure: dict[str, Any]
    heading: str
    sentences: Sequence[str]
    open: bool


def cards(content: Content, problems: Sequence[tuple[str, str]], *, shown: int | None) -> list[Card]:
    """Return the proposals in order, each under its heading when that changes, with what is wrong with it."""
    made: list[Card] = []
    before = ""
    for measure in content["measures"]:
        path = " › ".join(measure["path"])
        sentences = [sentence for place, sentence in problems if place == f"m-{measure['id']}"]
        made.append(Card(measure, path if path != before else "", sentences, measure["id"] == shown))
        before = path
    return made
