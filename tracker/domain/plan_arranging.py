"""The proposals of a plan draft, put into another order or cut otherwise. Pure; contents as `plan_drafts` has them.

Whatever is done here, the spans of a proposal stay the places of the text that its words came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from tracker.domain.errors import TransitionNotAllowed
from tracker.domain.plan_drafts import Content, Measure, find_measure, index_of, replaced

Spans = list[list[int]]

LONGEST_TITLE = 24
#: Behind these signs a measure may be split.
STOPS = "。；：，、！？\n"
HEADING, PHASE = "heading:", "phase:"


def title_of(text: str) -> str:
    """Return the first words of a measure, up to a pause."""
    for sign in "。；：，":
        head = text.split(sign, 1)[0]
        if 2 <= len(head) <= LONGEST_TITLE:
            return head
    return text[:LONGEST_TITLE]


def doubled(content: Content, number: int) -> Content:
    """Return the content with a proposal twice, so that two duties of one sentence can be told apart by hand."""
    measure = find_measure(content, number)
    return replaced(content, number, [measure, {**measure, "id": _fresh_id(content), "accepted": False}])


def joined(content: Content, number: int) -> Content:
    """Return the content with a proposal and the next kept one as one; raises TransitionNotAllowed for the last."""
    measure = find_measure(content, number)
    later = content["measures"][index_of(content, number) + 1 :]
    following = next((one for one in later if one["kept"]), None)
    if following is None:
        raise TransitionNotAllowed("这是最后一条措施，后面没有可以合并的。")
    both: Measure = {
        **measure, **{name: _beside(measure[name], following[name]) for name in ("text", "read")}, "spans": _united([*measure["spans"], *following["spans"]]),
        "leads": _once([*measure["leads"], *following["leads"]]),
        "supports": _once([*measure["supports"], *following["supports"]]),
        "when": measure["when"] if measure["when"]["kind"] else following["when"],
        "questions": _once([*measure["questions"], *following["questions"]]),
        "hints": _once([*measure["hints"], *following["hints"]]), "accepted": False,
    }  # fmt: skip
    return replaced(replaced(content, following["id"], []), number, [both])


def places_to_split(text: str) -> list[tuple[int, str, str]]:
    """Return each place behind a stop where a measure may be split: the place, the words before it and behind it."""
    return [
        (at, text[max(0, at - 12) : at], text[at : at + 12])
        for at in range(1, len(text))
        if text[at - 1] in STOPS and text[:at].strip(STOPS) and text[at:].strip(STOPS)
    ]


def split(content: Content, number: int, at: int, document: str) -> Content:
    """Return the content with a proposal as two: its text up to a place, and from there on.

    Each half keeps who and by when, for a person to change, and the spans of its own words in `document`. Raises
    TransitionNotAllowed for a place that leaves nothing on one side.
    """
    measure = find_measure(content, number)
    text = measure["text"]
    first, second = text[: max(0, at)].rstrip(), text[max(0, at) :].lstrip()
    if not first.strip(STOPS) or not second.strip(STOPS):
        raise TransitionNotAllowed("没有拆开：请在这条措施的文字中间选一处，前后都要留有文字。")
    words = "".join(document[start:end] for start, end in measure["spans"])
    at = len(text) - len(second)
    before, behind = _cut(measure["spans"], _place_in(words, text, at))
    read, edge = measure["read"], _place_in(measure["read"], text, at)
    halves = [
        {
            **measure, "text": first, "read": read[:edge].rstrip(), "spans": before or measure["spans"],
            "accepted": False,
        },
        {
            **measure, "id": _fresh_id(content), "text": second, "title": title_of(second), "read": read[edge:].lstrip(),
            "spans": behind or measure["spans"], "accepted": False,
        },
    ]  # fmt: skip
    return replaced(content, number, halves)


def moved(content: Content, number: int, *, by: int) -> Content:
    """Return the content with a proposal one place up (-1) or down (1).

    At the edge of its heading it first goes under the neighbour's, so that every place can be reached by steps.
    Raises TransitionNotAllowed where nothing stands beyond it.
    """
    measures = list(content["measures"])
    here = index_of(content, number)
    there = here + by
    if not 0 <= there < len(measures):
        raise TransitionNotAllowed("已经是最前面一条了。" if by < 0 else "已经是最后一条了。")
    if measures[there]["path"] != measures[here]["path"]:
        measures[here] = _under(content, measures[here], measures[there]["path"])
    else:
        measures[here], measures[there] = measures[there], measures[here]
    return {**content, "measures": measures}


def headings(content: Content) -> list[list[str]]:
    """Return the paths of headings under which proposals stand, each once, in order."""
    return [list(path) for path in dict.fromkeys(tuple(one["path"]) for one in content["measures"]) if path]


def placed(content: Content, number: int, place: str) -> Content:
    """Return the content with a proposal as the last one under another heading or phase.

    `place` is "heading:2", the second of `headings`, or "phase:KEY". Under a phase, or a heading that names one, a
    proposal that has no time of its own is due when the phase ends. Raises TransitionNotAllowed for no such place.
    """
    path = _path_of(content, place)
    measure = _under(content, find_measure(content, number), path)
    rest = replaced(content, number, [])["measures"]
    last = max((index for index, one in enumerate(rest) if one["path"] == path), default=len(rest) - 1)
    return {**content, "measures": [*rest[: last + 1], measure, *rest[last + 1 :]]}


def _path_of(content: Content, place: str) -> list[str]:
    known = headings(content)
    if place.startswith(HEADING):
        number = place.removeprefix(HEADING)
        if number.isascii() and number.isdigit() and len(number) < 5 and 1 <= int(number) <= len(known):
            return known[int(number) - 1]
    for phase in content["phases"]:
        if place == PHASE + phase["key"]:
            # The phase's own heading where the plan has one, else its name.
            return next((path for path in known if phase["title"] in path[-1]), [phase["title"]])
    raise TransitionNotAllowed("没有移动：请先选择要移到哪个标题或阶段下面。")


def _under(content: Content, measure: Measure, path: Sequence[str]) -> Measure:
    found: dict[str, Any] = {**measure, "path": list(path)}
    named = [one["key"] for one in content["phases"] if any(one["title"] in heading for heading in path)]
    if len(named) == 1 and measure["when"]["kind"] in ("", "phase_end"):
        found["when"] = {**measure["when"], "kind": "phase_end", "phase": named[0]}
    return found


def _place_in(words: str, text: str, at: int) -> int:
    """Return the place in the plan's words that a place in the text, which somebody may have edited, came from."""
    begins = words.find(text)
    if begins >= 0:
        return begins + at
    for _, first, last, there, end in SequenceMatcher(None, text, words, autojunk=False).get_opcodes():
        if first <= at < last:
            return min(there + at - first, end)
    return len(words)


def _cut(spans: Iterable[Sequence[int]], place: int) -> tuple[Spans, Spans]:
    """Return spans cut so many characters from their beginning: what lies before, and behind."""
    before: Spans = []
    behind: Spans = []
    left = place
    for start, end in spans:
        edge = min(max(start + left, start), end)
        left -= end - start
        before += [[start, edge]] if start < edge else []
        behind += [[edge, end]] if edge < end else []
    return before, behind


def _united(spans: Iterable[Sequence[int]]) -> Spans:
    """Return spans in order, those that touch or overlap as one."""
    found: Spans = []
    for start, end in sorted((start, end) for start, end in spans):
        if found and start <= found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def _beside(first: str, second: str) -> str:
    return first if second in first else first + second


def _fresh_id(content: Content) -> int:
    return int(max(one["id"] for one in content["measures"])) + 1


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
