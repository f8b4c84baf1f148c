"""What the reader proposes → the first content of a plan draft: workflow and time by rule, names matched to units."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.plan_arranging import title_of
from tracker.domain.plan_drafts import WHEN, Content
from tracker.domain.unit_matching import UnitNames
from tracker.plans.burdens import Burden
from tracker.plans.files import original_text
from tracker.plans.kinds import words_of_kind
from tracker.plans.reading import read_text
from tracker.plans.shapes import Deadline, Measure, Phase, Reading

#: The kind of a measure by its words → the workflow that usually runs it. A person may choose another.
WORKFLOWS = {
    "报送": "return", "督导": "inspection", "考核": "summary", "打击": "crackdown", "管控": "control", "整改": "rectification",
    "摸排": "survey", "宣传": "publicity", "组织": "return", "其他": "return",
}  # fmt: skip
_EVERY = {"ten-days": "ten_days", "half-year": "half_year"}
_NO_TIME = dict.fromkeys(WHEN, "")


def read_plan(name: str, content: bytes) -> tuple[str, Reading]:
    """Return a document's text and what it orders.

    Raises PlanUnreadable with the reader's sentence, or InvalidInput where it holds no measure, saying why.
    """
    text = original_text(name, content)
    reading = read_text(text)
    if not reading.measures:
        why = "".join(reading.reasons)
        sentence = f"没有读出措施，不像是一份方案。{why}请换一份文件，或粘贴方案正文。"
        raise InvalidInput([FieldProblem("file", sentence)])
    return text, reading


def content_of(reading: Reading, names: UnitNames, burdens: Sequence[Burden], *, key: str, word: str) -> Content:
    """Return the content with which a draft begins.

    `names` matches what is printed to what exists here; `word` is the office's 机关代字, where it is known.
    """
    phases = _phases(reading.phases)
    measures = [
        {**_measure(one, number, phases), "hints": [burden.sentence for burden in burdens if _within(burden, one)]}
        for number, one in enumerate(reading.measures, start=1)
    ]
    elsewhere = [burden for burden in burdens if not any(_within(burden, one) for one in reading.measures)]
    printed = dict.fromkeys(name for one in measures for name in [*one["leads"], *one["supports"]])
    period = reading.period
    return {
        "title": reading.title[:100], "summary": "", "key": key, "word": word,
        "starts_on": (period.start if period else None) or "", "ends_on": (period.end if period else None) or "",
        "rhythm_every": "month", "rhythm_by_day": "", "phases": phases, "measures": measures,
        "notes": [
            *reading.questions,
            *(f"减负提示（措施以外的文字）：{sentence}" for sentence in dict.fromkeys(b.sentence for b in elsewhere)),
        ],
        "units": {name: [found] if (found := names.find(name)) else [] for name in printed}, "ladders": {},
    }  # fmt: skip


def _within(burden: Burden, measure: Measure) -> bool:
    return burden.span[0] < measure.span[1] and measure.span[0] < burden.span[1]


def _phases(phases: Sequence[Phase]) -> list[dict[str, str]]:
    dated = [one for one in phases if one.start and one.end]
    return [
        {"key": f"phase{number}", "title": one.name, "starts_on": one.start or "", "ends_on": one.end or ""}
        for number, one in enumerate(dated, start=1)
    ]


def _measure(one: Measure, number: int, phases: Sequence[dict[str, str]]) -> dict[str, Any]:
    return {
        "id": number, "ordinal": one.ordinal, "path": list(one.path),
        "title": title_of(one.text.removeprefix(one.ordinal).strip()), "text": one.text, "read": one.text,
        "spans": [list(one.span)], "kind": one.kind, "kind_words": words_of_kind(one.kind, one.text, one.path),
        "workflow": WORKFLOWS.get(one.kind, "return"), "leads": list(one.lead_units),
        "supports": list(one.support_units), "joint": len(one.lead_units) == 1 and bool(one.support_units),
        "when": _when(one, phases), "said": one.deadline.text if one.deadline else "",
        "questions": list(one.questions), "kept": True, "accepted": False,
    }  # fmt: skip


def _when(one: Measure, phases: Sequence[dict[str, str]]) -> dict[str, str]:
    due = one.deadline
    if due is None:
        return dict(_NO_TIME)
    match due.type:
        case "by_date" | "start_by" if day := _day(due):
            return {**_NO_TIME, "kind": due.type, "day": day}
        case "recurring" if due.every:
            return {**_NO_TIME, "kind": "every", "every": _EVERY.get(due.every, due.every), **_recurring(due)}
        case "continuous":
            return {**_NO_TIME, "kind": "rhythm"}
        case "phase":
            named = [
                phase
                for phase in phases
                if phase["title"] and phase["title"] in "".join([due.text, one.text[:40], *one.path])
            ]
            if len(named) == 1:
                return {**_NO_TIME, "kind": "phase_end", "phase": named[0]["key"]}
    return dict(_NO_TIME)


def _recurring(due: Deadline) -> dict[str, str]:
    """Return the day of each period, or how often in it. A yearly day has its month: 每年6月26日, 每年3月底."""
    day = due.day if due.month is not None else due.by_day
    if due.month is not None:
        return {"by_month": str(due.month), "by_day": str(day or 31)}
    if day is not None:
        return {"by_day": str(day)}
    return {"times": str(due.count)} if due.count is not None else {}


def _day(due: Deadline) -> str:
    """Return the printed day; a month without a day means its last one. "" where the year or month is not known."""
    if due.year is None or due.month is None:
        return ""
    last = monthrange(due.year, due.month)[1]
    return date(due.year, due.month, min(due.day or last, last)).isoformat()
