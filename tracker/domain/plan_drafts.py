"""A plan that is being turned into a campaign: proposals with the words they came from, edited by a person. Pure.

A draft's content is plain JSON, everything as it was typed, so that nothing is lost while it is still wrong:

    title, summary, key, word, starts_on, ends_on, rhythm_every, rhythm_by_day     the head; `word` is the 机关代字
    phases      [{key, title, starts_on, ends_on}]
    measures    [{id, ordinal, path, title, text, span, workflow, leads, supports, joint, when, said, questions,
                hints, kept}]
    notes       what is said of the whole document
    units       name as printed → names of units or unit sets

`when` is {kind, day, phase, days, every, by_day, times}; kind "" = not answered yet. `campaign_of` makes of it what
a campaign file would hold, which then goes through the same checks as every campaign file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.cadence import EVERY_TITLES, Every
from tracker.domain.errors import FieldProblem, NotFound, TransitionNotAllowed
from tracker.domain.inputs import cleaned

Content = dict[str, Any]
Measure = dict[str, Any]

WHEN_TITLES = {
    "by_date": "写明日期", "start_by": "在此日前启动", "phase_end": "某阶段结束时", "within": "下达后若干个工作日内",
    "every": "周期工作", "rhythm": "长期坚持，按行动的报送节奏",
}  # fmt: skip
EVERY_CHOICES = {each.value: title for each, title in EVERY_TITLES.items()}
#: What follows the 机关代字 in the number of each paper that the engine drafts.
PAPER_WORDS = {"supervision_notice": "督", "interview_notice": "约", "rectification_notice": "改"}
HEAD = ("title", "summary", "key", "word", "starts_on", "ends_on", "rhythm_every", "rhythm_by_day")
WHEN = ("kind", "day", "phase", "days", "every", "by_day", "times")
LONGEST = 4000
_SPLIT = re.compile(r"[、，,；;\n]+")


def names_in(text: str) -> list[str]:
    """Return the names of a typed list, each once. Brackets hold together: 各镇（街道、园区） is one name."""
    found: list[str] = []
    depth, piece = 0, ""
    for sign in text:
        depth += (sign in "（(") - (sign in "）)")
        if depth <= 0 and _SPLIT.match(sign):
            found.append(piece)
            depth, piece = 0, ""
        else:
            piece += sign
    return list(dict.fromkeys(name for one in [*found, piece] if (name := cleaned(one))))


def find_measure(content: Content, number: int) -> Measure:
    """Return a proposal by its id; raises NotFound."""
    for measure in content["measures"]:
        if measure["id"] == number:
            return dict(measure)
    raise NotFound("没有这条措施，可能已被合并。请刷新页面。")


def with_head(content: Content, given: Mapping[str, str]) -> Content:
    """Return the content with another head, as typed."""
    return {**content, **{name: cleaned(given.get(name, ""))[:LONGEST] for name in HEAD}}


def with_units(content: Content, given: Mapping[str, Sequence[str]]) -> Content:
    """Return the content with other answers to who a printed name is; names that are not asked for are ignored."""
    asked = printed_names(content)
    answers = {name: list(dict.fromkeys(one for one in chosen if one)) for name, chosen in given.items()}
    return {**content, "units": {**content["units"], **{n: a for n, a in answers.items() if n in asked}}}


def edited(content: Content, number: int, given: Mapping[str, str]) -> Content:
    """Return the content with one proposal as typed."""
    measure = find_measure(content, number)
    for name in ("ordinal", "title", "text", "workflow"):
        measure[name] = cleaned(given.get(name, ""))[:LONGEST]
    measure["leads"], measure["supports"] = names_in(given.get("leads", "")), names_in(given.get("supports", ""))
    measure["joint"] = given.get("joint") == "yes"
    measure["when"] = {name: cleaned(given.get(f"when_{name}", ""))[:60] for name in WHEN}
    return _replaced(content, number, [measure])


def kept(content: Content, number: int, *, keep: bool) -> Content:
    """Return the content with one proposal dropped, or taken up again."""
    return _replaced(content, number, [{**find_measure(content, number), "kept": keep}])


def doubled(content: Content, number: int) -> Content:
    """Return the content with a proposal twice, so that two duties of one sentence can be told apart by hand."""
    measure = find_measure(content, number)
    fresh = max(one["id"] for one in content["measures"]) + 1
    return _replaced(content, number, [measure, {**measure, "id": fresh}])


def joined(content: Content, number: int) -> Content:
    """Return the content with a proposal and the next kept one as one; raises TransitionNotAllowed for the last."""
    measure = find_measure(content, number)
    later = content["measures"][_index(content, number) + 1 :]
    following = next((one for one in later if one["kept"]), None)
    if following is None:
        raise TransitionNotAllowed("这是最后一条措施，后面没有可以合并的。")
    text = measure["text"] if following["text"] in measure["text"] else measure["text"] + following["text"]
    first, last = measure["span"], following["span"]
    both: Measure = {
        **measure, "text": text, "span": [min(first[0], last[0]), max(first[1], last[1])],
        "leads": list(dict.fromkeys([*measure["leads"], *following["leads"]])),
        "supports": list(dict.fromkeys([*measure["supports"], *following["supports"]])),
        "when": measure["when"] if measure["when"]["kind"] else following["when"],
        "questions": [*measure["questions"], *following["questions"]],
        "hints": list(dict.fromkeys([*measure["hints"], *following["hints"]])),
    }  # fmt: skip
    return _replaced(_replaced(content, following["id"], []), number, [both])


def change_between(before: Content, after: Content) -> dict[str, Any]:
    """Return what `taken_back` needs to make `before` of `after`: only what differs, for every edit is kept."""
    changed = {name: value for name, value in before.items() if after[name] != value}
    if "measures" in changed and [one["id"] for one in before["measures"]] == [one["id"] for one in after["measures"]]:
        pairs = zip(changed.pop("measures"), after["measures"], strict=True)
        changed["of_measures"] = [old for old, new in pairs if old != new]
    return changed


def taken_back(content: Content, change: Mapping[str, Any]) -> Content:
    """Return the content before a change."""
    former = {one["id"]: one for one in change.get("of_measures", ())}
    measures = [former.get(one["id"], one) for one in content["measures"]]
    return {**content, "measures": measures, **{name: value for name, value in change.items() if name != "of_measures"}}


def printed_names(content: Content) -> dict[str, int]:
    """Return each name of a kept proposal's units as printed, with how many proposals name it."""
    counted: dict[str, int] = {}
    for measure in content["measures"]:
        if measure["kept"]:
            for name in dict.fromkeys([*measure["leads"], *measure["supports"]]):
                counted[name] = counted.get(name, 0) + 1
    return counted


def open_questions(content: Content) -> list[FieldProblem]:
    """Return what a person has to answer before a campaign can be made; `field` is the id of the place on the page."""
    problems = []
    for name in ("title", "word", "starts_on", "ends_on"):
        if not content[name]:
            titles = {"title": "名称", "word": "机关代字", "starts_on": "开始日期", "ends_on": "结束日期"}
            problems.append(FieldProblem(f"head-{name}", f"行动的{titles[name]}没有填。"))
    for name, many in printed_names(content).items():
        if not content["units"].get(name):
            problems.append(FieldProblem("units", f"“{name}”（{many}条措施）对应哪个单位还没有选。"))
    chosen = [measure for measure in content["measures"] if measure["kept"]]
    if not chosen:
        problems.append(FieldProblem("measures", "一条措施也没有保留。"))
    for measure in chosen:
        place, called = f"m-{measure['id']}", f"“{measure['title'] or measure['text'][:20]}”"
        if not measure["workflow"]:
            problems.append(FieldProblem(place, f"{called}没有选流程。"))
        if not measure["leads"]:
            problems.append(FieldProblem(place, f"{called}没有责任单位。"))
        if not measure["when"]["kind"]:
            problems.append(FieldProblem(place, f"{called}没有时限，请选择一种。"))
        if measure["joint"] and len(_answers(content, measure["leads"])) > 1:
            problems.append(FieldProblem(place, f"{called}是联合任务，牵头单位只能有一个，现在有几个。"))
    return problems


def campaign_of(content: Content, *, office_key: str) -> dict[str, Any]:
    """Return what a campaign file would hold. Ask `open_questions` before."""
    settings: dict[str, Any] = {"number_words": {paper: content["word"] + word for paper, word in PAPER_WORDS.items()}}
    chosen = [measure for measure in content["measures"] if measure["kept"]]
    if any(measure["when"]["kind"] == "rhythm" for measure in chosen):
        settings["rhythm"] = _cadence({"every": content["rhythm_every"] or "month", "by_day": content["rhythm_by_day"]})
    return {
        "key": content["key"], "version": 1, "title": content["title"], "summary": content["summary"] or content["title"],
        "office": office_key, "starts_on": content["starts_on"], "ends_on": content["ends_on"],
        "phases": [dict(phase) for phase in content["phases"]], "settings": settings,
        "measures": [_measure(content, measure, row) for row, measure in enumerate(chosen, start=1)],
    }  # fmt: skip


def _measure(content: Content, measure: Measure, row: int) -> dict[str, Any]:
    leads = _answers(content, measure["leads"])
    who: dict[str, Any] = {"units": leads}
    if measure["joint"]:
        who = {"lead": leads[0]}
        if supports := [name for name in _answers(content, measure["supports"]) if name != leads[0]]:
            who["support"] = supports
    return {
        "key": f"m{measure['id']:02d}", "ordinal": measure["ordinal"] or f"第{row}项",
        "title": measure["title"] or measure["text"][:30], "text": measure["text"] or measure["title"],
        "workflow": measure["workflow"], **who, **timing_in_file(measure["when"]),
    }  # fmt: skip


def timing_in_file(when: Mapping[str, str]) -> dict[str, Any]:
    """Return what a campaign file would hold of an answered `when`: its due, or its cadence."""
    match when["kind"]:
        case "by_date" | "start_by":
            return {"due": {when["kind"]: when["day"]}}
        case "phase_end":
            return {"due": {"phase_end": when["phase"]}}
        case "within":
            return {"due": {"within": f"{when['days']} working days"}}
        case "every":
            return {"cadence": _cadence(when)}
    return {"cadence": {"rhythm": "campaign"}}


def _cadence(when: Mapping[str, str]) -> dict[str, Any]:
    cadence: dict[str, Any] = {"every": when["every"] or Every.MONTH.value}
    for name in ("by_day", "times"):
        if text := when.get(name):
            cadence[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
    return cadence


def _answers(content: Content, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one for name in names for one in content["units"].get(name, ())))


def _index(content: Content, number: int) -> int:
    return next(i for i, one in enumerate(content["measures"]) if one["id"] == number)


def _replaced(content: Content, number: int, by: Sequence[Measure]) -> Content:
    index = _index(content, number)
    measures = content["measures"]
    return {**content, "measures": [*measures[:index], *by, *measures[index + 1 :]]}
