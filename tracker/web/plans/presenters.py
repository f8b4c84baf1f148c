"""The plan's text cut at its proposals, and the proposals as cards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.plan_arranging import HEADING, PHASE, headings, places_to_split
from tracker.domain.plan_changes import reworded
from tracker.domain.plan_drafts import Content

#: What stands between two measures: stops, white space, a bracket with units and times, the number of the next item.
_BETWEEN = re.compile(
    r"(?:[\s。；;，,、：:.．]|[（(【](?:[^（()）【】]|[（(][^（()）]{0,60}[）)]){1,300}[）)】]|第?[一二三四五六七八九十\d]{1,3}(?=[、.．条]))+"
)
_LONGEST_BETWEEN = 600


@dataclass(frozen=True)
class Stretch:
    """A stretch of the plan.

    measures  ids of the proposals that came from it, none for other words
    begins    those of them whose first stretch it is: their cards lead there
    dropped   all of them were dropped
    unused    words that nothing came from; brackets that say who and by when, numbers and stops are none
    """

    text: str
    measures: tuple[int, ...]
    begins: tuple[int, ...]
    dropped: bool
    unused: bool


def cut(text: str, content: Content) -> list[Stretch]:
    """Return the whole text in order, cut wherever a proposal begins or ends."""
    spans = [(one["id"], *span, one["kept"]) for one in content["measures"] for span in one["spans"]]
    edges = sorted(
        {0, len(text), *(edge for _, first, last, _ in spans for edge in (first, last) if edge <= len(text))}
    )
    begun: set[int] = set()
    stretches = []
    for first, last in itertools.pairwise(edges):
        inside = [(number, kept) for number, start, end, kept in spans if start <= first and last <= end]
        numbers = tuple(dict.fromkeys(number for number, _ in inside))
        begins = tuple(number for number in numbers if number not in begun)
        begun.update(begins)
        words = text[first:last]
        if inside:
            stretches.append(Stretch(words, numbers, begins, not any(kept for _, kept in inside), unused=False))
        else:
            # Each line by itself: the bracket behind a measure ends before the next heading.
            stretches += [Stretch(line, (), (), False, _is_unused(line)) for line in words.splitlines(keepends=True)]
    return stretches


def unused_count(stretches: Sequence[Stretch]) -> int:
    """Return how many lines of the plan nothing came from."""
    return sum(one.unused for one in stretches)


def choices_of_place(content: Content) -> list[tuple[str, str]]:
    """Return where a proposal may be moved: headings of the plan, then its phases that have no heading here."""
    paths = headings(content)
    found = [(f"{HEADING}{number}", " › ".join(path)) for number, path in enumerate(paths, start=1)]
    named = [one for one in content["phases"] if not any(one["title"] in path[-1] for path in paths)]
    return [*found, *((f"{PHASE}{one['key']}", f"阶段：{one['title']}") for one in named)]


def _is_unused(words: str) -> bool:
    if not words.strip():
        return False
    return len(words) > _LONGEST_BETWEEN or _BETWEEN.fullmatch(words) is None


@dataclass(frozen=True)
class Card:
    """One proposal: the heading above it when that changes, what is wrong with it, whether its form stands open.

    splits   places in its text where it may be split, each with the words before and behind
    changed  somebody has changed its words from the plan's
    """

    measure: dict[str, Any]
    heading: str
    sentences: Sequence[str]
    open: bool
    splits: Sequence[tuple[int, str, str]]
    changed: bool


def cards(content: Content, problems: Sequence[tuple[str, str]], *, shown: int | None) -> list[Card]:
    """Return the proposals in order, each under its heading when that changes, with what is wrong with it."""
    made: list[Card] = []
    before = ""
    for measure in content["measures"]:
        path = " › ".join(measure["path"])
        sentences = [sentence for place, sentence in problems if place == f"m-{measure['id']}"]
        made.append(
            Card(
                measure,
                path if path != before else "",
                sentences,
                measure["id"] == shown,
                places_to_split(measure["text"]),
                reworded(measure),
            )
        )
        before = path
    return made
