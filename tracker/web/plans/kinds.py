"""Workflow and ladder for each kind of measure: what the rules chose, on which ground, and what else fits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.ladder import Ladder
from tracker.domain.plan_drafts import Content

WORKFLOW, LADDER = "workflow:", "ladder:"
_MOST_WORDS = 4


@dataclass(frozen=True)
class KindLine:
    """One kind of measure. `now` says what its proposals run on, `one` is that workflow where it is the same for all."""

    kind: str
    measures: int
    words: str
    now: str
    one: str


@dataclass(frozen=True)
class LadderLine:
    """What happens when a workflow's duty is late. `place` = "survey.standard"; `own` is the workflow's own ladder."""

    place: str
    workflow: str
    own: str
    chosen: str
    steps: str
    choices: Sequence[tuple[str, str]]


def present_kinds(content: Content, titles: Mapping[str, str]) -> list[KindLine]:
    """Return each kind among the kept proposals, with the words by which the reader knew it."""
    lines = []
    kept = [one for one in content["measures"] if one["kept"]]
    for kind, measures in Counter(one["kind"] for one in kept).items():
        mine = [one for one in kept if one["kind"] == kind]
        words = Counter(word for one in mine for word in one["kind_words"])
        runs = Counter(one["workflow"] for one in mine)
        now = "、".join(
            f"{titles.get(key, key) or '没有选'}{f'（{many}条）' if len(runs) > 1 else ''}"
            for key, many in runs.items()
        )
        said = "、".join(f"“{word}”" for word, _ in words.most_common(_MOST_WORDS))
        lines.append(KindLine(kind, measures, said, now, next(iter(runs)) if len(runs) == 1 else ""))
    return lines


def present_ladders(
    content: Content,
    titles: Mapping[str, str],
    choices_of: Callable[[str], Mapping[str, tuple[Ladder, Sequence[Ladder]]]],
) -> list[LadderLine]:
    """Return the ladders of each workflow that a kept proposal runs on."""
    lines = []
    for workflow in dict.fromkeys(one["workflow"] for one in content["measures"] if one["kept"]):
        for key, (own, fit) in choices_of(workflow).items():
            place = f"{workflow}.{key}"
            chosen = content["ladders"].get(place, "")
            climbed = next((one for one in fit if one.key == chosen), own)
            lines.append(
                LadderLine(
                    place, titles.get(workflow, workflow), own.title, chosen,
                    "；".join(rung.title or rung.name for rung in climbed.rungs),
                    [(one.key, one.title) for one in fit if one.key != own.key],
                )
            )  # fmt: skip
    return lines
