"""A plan that is being turned into a campaign: proposals with the words they came from, edited by a person. Pure.

A draft's content is plain JSON, everything as it was typed, so that nothing is lost while it is still wrong:

    title, summary, key, word, starts_on, ends_on, rhythm_every, rhythm_by_day     the head; `word` is the 机关代字
    phases      [{key, title, starts_on, ends_on}]
    measures    [{id, ordinal, path, title, text, read, spans, kind, kind_words, workflow, leads, supports, joint, when,
                said, questions, hints, kept, accepted}]; in the order in which the campaign will have them
    notes       what is said of the whole document
    units       name as printed → names of units or unit sets
    ladders     "survey.standard" → the ladder that clocks of this workflow climb instead

`when` is {kind, day, phase, days, every, by_day, by_month, times}; kind "" = not answered yet. `spans` are the places
of the text that a proposal came from, `read` its words as they were read there; `kind` is what the reader took it
for and `kind_words` the words that say so.
`accepted` = a person has looked at it. `campaign_of` makes of all this what a campaign file would hold, which then
goes through the same checks as every campaign file. Splitting, joining and moving is in `plan_arranging`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.domain.cadence import EVERY_TITLES, WEEKDAYS, Every
from tracker.domain.errors import FieldProblem, NotFound
from tracker.domain.inputs import cleaned

Content = dict[str, Any]
Measure = dict[str, Any]

WHEN_TITLES = {
    "by_date": "写明日期", "start_by": "在此日前启动", "phase_end": "某阶段结束时", "within": "下达后若干个工作日内",
    "every": "周期工作", "rhythm": "长期坚持，按行动的报送节奏",
}  # fmt: skip
#: A week's `by_day` is the number of the day, 1 = 星期一.
WEEK_DAYS = {str(number): day for number, day in enumerate(WEEKDAYS, start=1)}
EVERY_CHOICES = {each.value: title for each, title in EVERY_TITLES.items()}
#: What follows the 机关代字 in the number of each paper that the engine drafts.
PAPER_WORDS = {
    "supervision_notice": "督", "interview_notice": "约", "rectification_notice": "改", "urge_notice": "催",
    "circular": "通", "yellow_card": "黄", "red_card": "红", "listing": "挂", "reminder_letter": "提", "supervision_letter": "督函",
    "extension_reply": "延", "sign_off_opinion": "销",
}  # fmt: skip
HEAD = ("title", "summary", "key", "word", "starts_on", "ends_on", "rhythm_every", "rhythm_by_day")
WHEN = ("kind", "day", "phase", "days", "every", "by_day", "by_month", "times")
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
    measure["accepted"] = measure["accepted"] or given.get("act") == "save_accept"
    return replaced(content, number, [measure])


def with_workflows(content: Content, given: Mapping[str, str]) -> Content:
    """Return the content with all kept proposals of a kind on the workflow given for it; "" leaves a kind as it is."""
    return {
        **content,
        "measures": [
            {**one, "workflow": wanted} if one["kept"] and (wanted := given.get(one["kind"], "")) else one
            for one in content["measures"]
        ],
    }


def with_ladders(content: Content, given: Mapping[str, str]) -> Content:
    """Return the content with the ladders chosen for workflows, "survey.standard" → ladder; "" is the workflow's own."""
    chosen = {**content["ladders"], **given}
    return {**content, "ladders": {name: ladder for name, ladder in chosen.items() if ladder}}


def accepted(content: Content, number: int, *, yes: bool) -> Content:
    """Return the content with the mark that a person has looked at a proposal and accepts it, or without it."""
    return replaced(content, number, [{**find_measure(content, number), "accepted": yes}])


def all_accepted(content: Content) -> Content:
    """Return the content with every proposal accepted about which nothing is asked."""
    ready = {one["id"] for one in without_question(content)}
    return {**content, "measures": [{**m, "accepted": True} if m["id"] in ready else m for m in content["measures"]]}


def kept(content: Content, number: int, *, keep: bool) -> Content:
    """Return the content with one proposal dropped, or taken up again."""
    return replaced(content, number, [{**find_measure(content, number), "kept": keep}])


def printed_names(content: Content) -> dict[str, int]:
    """Return each name of a kept proposal's units as printed, with how many proposals name it."""
    counted: dict[str, int] = {}
    for measure in content["measures"]:
        if measure["kept"]:
            for name in dict.fromkeys([*measure["leads"], *measure["supports"]]):
                counted[name] = counted.get(name, 0) + 1
    return counted


def unaccepted(content: Content) -> list[Measure]:
    """Return the kept proposals that nobody has accepted yet, in order."""
    return [one for one in content["measures"] if one["kept"] and not one["accepted"]]


def without_question(content: Content) -> list[Measure]:
    """Return those not accepted about which neither the reader nor the checks ask anything."""
    asked = {problem.field for problem in open_questions(content)}
    return [
        one for one in unaccepted(content)
        if not one["questions"] and not one["hints"] and place_of(one) not in asked
        and all(content["units"].get(name) for name in [*one["leads"], *one["supports"]])
    ]  # fmt: skip


def doubts(content: Content) -> list[FieldProblem]:
    """Return what the reader was unsure of; accepting a proposal answers its doubts."""
    return [
        FieldProblem(place_of(one), f"{_called(one)}{sentence}")
        for one in unaccepted(content) for sentence in one["questions"]
    ]  # fmt: skip


def place_of(measure: Measure) -> str:
    """Return the id of a proposal's place on the page."""
    return f"m-{measure['id']}"


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
        place, called = place_of(measure), _called(measure)
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
    if ladders := climbed_instead(content):
        settings["ladders"] = ladders
    return {
        "key": content["key"], "version": 1, "title": content["title"], "summary": content["summary"] or content["title"],
        "office": office_key, "starts_on": content["starts_on"], "ends_on": content["ends_on"],
        "phases": [dict(phase) for phase in content["phases"]], "settings": settings,
        "measures": [_measure(content, measure, row) for row, measure in enumerate(chosen, start=1)],
    }  # fmt: skip


def key_of(measure: Measure) -> str:
    """Return the key that a proposal has as a measure of the campaign."""
    return f"m{measure['id']:02d}"


def climbed_instead(content: Content) -> dict[str, str]:
    """Return the ladders chosen for workflows that a kept proposal has, "survey.standard" → ladder."""
    used = {measure["workflow"] for measure in content["measures"] if measure["kept"]}
    return {name: wanted for name, wanted in content["ladders"].items() if wanted and name.split(".")[0] in used}


def _called(measure: Measure) -> str:
    return f"“{measure['title'] or measure['text'][:20]}”"


def _measure(content: Content, measure: Measure, row: int) -> dict[str, Any]:
    leads = _answers(content, measure["leads"])
    who: dict[str, Any] = {"units": leads}
    if measure["joint"]:
        who = {"lead": leads[0]}
        if supports := [name for name in _answers(content, measure["supports"]) if name != leads[0]]:
            who["support"] = supports
    return {
        "key": key_of(measure), "ordinal": measure["ordinal"] or f"第{row}项",
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
    if cadence["every"] == Every.WEEK and (weekday := WEEK_DAYS.get(when["by_day"])):
        return {**cadence, "weekdays": [weekday]}
    for name in ("by_day", "by_month", "times"):
        if text := when.get(name):
            cadence[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text
    return cadence


def _answers(content: Content, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one for name in names for one in content["units"].get(name, ())))


def index_of(content: Content, number: int) -> int:
    """Return where a proposal stands among all."""
    return next(i for i, one in enumerate(content["measures"]) if one["id"] == number)


def replaced(content: Content, number: int, by: Sequence[Measure]) -> Content:
    """Return the content with these proposals in the place of one."""
    index = index_of(content, number)
    measures = content["measures"]
    return {**content, "measures": [*measures[:index], *by, *measures[index + 1 :]]}
