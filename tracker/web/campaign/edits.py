"""What the office types into the pages of a change set, read into edits; and edits as the preview carries them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from tracker.domain.cadence import ON_PAGES, Cadence, WrongCadence
from tracker.domain.changing import Edit
from tracker.domain.deadlines import DueAtPhaseEnd, DueByDate, DueWithin
from tracker.domain.definition import DayUnit, Within
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import cleaned
from tracker.domain.standing import cadence_from_plain
from tracker.domain.timings import Timing, timing_of, timing_to_plain

ACTS = ("add", "edit", "redate", "withdraw")
MOST_DAYS = 366
LENGTHS = {"ordinal": 20, "title": 100, "text": 2000}
TITLES = {"ordinal": "序号", "title": "名称", "text": "工作要求"}
#: Fields that may be posted several times.
SEVERAL = ("units", "keys", "repeat_weekdays")
KEEP, REPEATS = "keep", "repeats"
#: What may be counted of a cadence.
COUNTS = ("by_day", "by_month", "times")


def read_edits(form: MultiDict[str, str], *, cutoff: str, new_key: str) -> list[Edit]:
    """Return the edits that a form asks for; raises InvalidInput with a sentence a field."""
    act = form.get("act", "")
    problems: list[FieldProblem] = []
    if act == "withdraw":
        return [Edit("withdraw", form.get("key", ""))]
    if act not in ACTS:
        raise InvalidInput([], "页面不完整，请刷新后再办。")
    due = _due(form, problems, cutoff=cutoff, optional=act == "edit")
    if act == "redate":
        keys = list(dict.fromkeys(form.getlist("keys")))
        if not keys:
            problems.append(FieldProblem("keys", "请至少勾选一项措施。"))
        edits = [Edit("redate", key, due=due) for key in keys]
    else:
        texts = {name: _text(form, name, problems) for name in LENGTHS}
        workflow = form.get("workflow") if act == "add" else None
        if act == "add" and not workflow:
            problems.append(FieldProblem("workflow", "请选择流程。"))
        key = new_key if act == "add" else form.get("key", "")
        edits = [Edit(act, key, **texts, workflow=workflow, due=due, duties=_duties(form, problems))]
    if problems:
        raise InvalidInput(problems)
    return edits


def posted(form: MultiDict[str, str]) -> dict[str, object]:
    """Return what was typed into a form, so that its page can show it again."""
    return {name: form.getlist(name) if name in SEVERAL else value for name, value in form.items()}


def due_fields(timing: Timing) -> dict[str, object]:
    """Return the fields by which a due rule or a cadence is typed; what only a plan can write becomes its day."""
    match timing:
        case Cadence():
            return {"due_kind": REPEATS, **repeat_fields(timing)}
        case DueAtPhaseEnd(phase, _):
            return {"due_kind": "phase_end", "due_phase": phase}
        case DueWithin(period, _, _):
            unit = "days" if period.unit is DayUnit.CALENDAR_DAY else "working_days"
            return {"due_kind": "within", "due_amount": str(period.amount), "due_unit": unit}
        case _:
            return {"due_kind": "by_date", "due_day": timing.day.isoformat()}


def repeat_fields(cadence: Cadence) -> dict[str, object]:
    """Return the fields of a cadence as they are typed."""
    counts = {name: getattr(cadence, name) for name in COUNTS}
    fields = {"every": cadence.every.value, "weekdays": list(cadence.weekdays), **counts}
    return {f"repeat_{name}": "" if value is None else value for name, value in fields.items()}


def edits_to_json(edits: Sequence[Edit]) -> str:
    """Return edits as the preview's page carries them."""
    return json.dumps(
        [
            {
                "act": one.act, "key": one.key, "ordinal": one.ordinal, "title": one.title, "text": one.text,
                "workflow": one.workflow, "due": timing_to_plain(one.due) if one.due else None,
                "duties": [list(pair) for pair in one.duties] if one.duties is not None else None,
            }
            for one in edits
        ],
        ensure_ascii=False,
    )  # fmt: skip


def edits_from_json(text: str) -> list[Edit]:
    """Read what `edits_to_json` wrote; raises InvalidInput for anything else."""
    try:
        listed = json.loads(text)
        return [_edit(one) for one in listed]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidInput([], "页面不完整，请回到调整页面重新填写。") from None


def _edit(plain: Mapping[str, Any]) -> Edit:
    if plain["act"] not in ACTS or not isinstance(plain["key"], str):
        raise ValueError("not an edit")
    duties = plain["duties"]
    texts = {name: plain[name] if plain[name] is None else str(plain[name])[: LENGTHS[name]] for name in LENGTHS}
    return Edit(
        plain["act"], plain["key"], **texts, workflow=plain["workflow"],
        due=timing_of(*plain["due"]) if plain["due"] else None,
        duties=tuple((str(key), _role(role)) for key, role in duties) if duties is not None else None,
    )  # fmt: skip


def _role(role: object) -> str:
    if role not in ("each", "lead", "support"):
        raise ValueError("not a role")
    return str(role)


def _text(form: MultiDict[str, str], name: str, problems: list[FieldProblem]) -> str:
    text = cleaned(form.get(name, ""))
    if not text:
        problems.append(FieldProblem(name, f"请填写{TITLES[name]}。"))
    if len(text) > LENGTHS[name]:
        problems.append(FieldProblem(name, f"{TITLES[name]}最多{LENGTHS[name]}字，现在是{len(text)}字。"))
    return text


def _duties(form: MultiDict[str, str], problems: list[FieldProblem]) -> tuple[tuple[str, str], ...]:
    units = list(dict.fromkeys(form.getlist("units")))
    if form.get("shape") != "joint":
        if not units:
            problems.append(FieldProblem("units", "请至少勾选一个单位。"))
        return tuple((key, "each") for key in units)
    lead = form.get("lead", "")
    if not lead:
        problems.append(FieldProblem("lead", "请选择牵头单位。"))
    return ((lead, "lead"), *((key, "support") for key in units if key != lead))


def _due(form: MultiDict[str, str], problems: list[FieldProblem], *, cutoff: str, optional: bool) -> Timing | None:
    kind = form.get("due_kind", KEEP if optional else "by_date")
    if kind == KEEP and optional:
        return None
    if kind == REPEATS:
        return _cadence(form, problems)
    if kind == "phase_end":
        if not form.get("due_phase"):
            problems.append(FieldProblem("due_phase", "请选择阶段。"))
        return DueAtPhaseEnd(form.get("due_phase", ""), cutoff)
    if kind == "within":
        amount = form.get("due_amount", "")
        if not (amount.isascii() and amount.isdigit() and 1 <= int(amount[:6]) <= MOST_DAYS):
            problems.append(FieldProblem("due_amount", f"天数要填1到{MOST_DAYS}的整数。"))
            return None
        unit = DayUnit.CALENDAR_DAY if form.get("due_unit") == "days" else DayUnit.WORKING_DAY
        return DueWithin(Within(int(amount), unit), cutoff)
    try:
        return DueByDate(date.fromisoformat(form.get("due_day", "").strip()), cutoff)
    except ValueError:
        problems.append(FieldProblem("due_day", "请填写日期，例如 2026-06-30。"))
        return None


def _cadence(form: MultiDict[str, str], problems: list[FieldProblem]) -> Cadence | None:
    """Return how often a duty repeats; a count that is no number is named at its field."""
    plain: dict[str, Any] = {"every": form.get("repeat_every", ""), "weekdays": form.getlist("repeat_weekdays")}
    for name in COUNTS:
        typed = cleaned(form.get(f"repeat_{name}", ""))
        if typed and not (typed.isascii() and typed.isdigit()):
            problems.append(FieldProblem(f"repeat_{name}", f"{ON_PAGES[name]}要填整数，“{typed}”不是。"))
            return None
        if typed:
            plain[name] = int(typed)
    if not plain["every"]:
        problems.append(FieldProblem("repeat_every", "请选择多久报送一次。"))
        return None
    try:
        return cadence_from_plain(plain)
    except ValueError as wrong:
        sentence = wrong.said(ON_PAGES) if isinstance(wrong, WrongCadence) else str(wrong)
        problems.append(FieldProblem("repeat_every", sentence))
        return None
