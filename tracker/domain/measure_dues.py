"""The due rule of a measure: what it gives a task, how it is said, and its shape in files and in the database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import (
    MIDNIGHT,
    PARTS,
    SINCE,
    Cutoff,
    DueAtPhaseEnd,
    DueByDate,
    DueFromTo,
    DueInPart,
    DueMoment,
    DueStartBy,
    DueWithin,
    MeasureDue,
    Phase,
    at_phase_end,
    by_date,
    show_day,
    within,
)
from tracker.domain.definition import DayUnit, Within
from tracker.domain.periods import format_within, parse_within

DUE_KEYS = ("by_date", "within", "phase_end", "month_end", "ten_days", "from", "to", "start_by", "cutoff")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_PART = re.compile(r"([0-9]{4}-[0-9]{2}) (early|middle|late)")


def resolve(
    rule: MeasureDue, *, opened_at: datetime, phases: Mapping[str, Phase], calendar: WorkingCalendar
) -> DueMoment:
    """Return the due moment that a measure's rule gives to a task opened at `opened_at`.

    A period that counts from acceptance has none yet; it is given when the unit signs (`since_acceptance`).
    Raises ValueError with a sentence when the rule names a phase that the campaign does not have.
    """
    match rule:
        case DueWithin(period, cutoff):
            return within(opened_at, period, calendar, cutoff)
        case DueAtPhaseEnd(key, cutoff):
            if key not in phases:
                raise ValueError(f"本次行动没有阶段“{key}”，只有：{'、'.join(phases) or '（未分阶段）'}。")
            return at_phase_end(phases[key], cutoff, calendar=calendar)
        case DueStartBy(day, cutoff):
            return by_date(day, cutoff, calendar=calendar, source="按规定须在此前启动")
        case DueByDate() | DueInPart() | DueFromTo():
            return by_date(rule.day, rule.cutoff, calendar=calendar)


def counts_from_acceptance(rule: MeasureDue) -> bool:
    """Tell whether the due moment exists only once the unit has signed."""
    return isinstance(rule, DueWithin) and rule.since == "accepted"


def opens_on(rule: MeasureDue) -> date | None:
    """Return the day on which the task opens where the rule names one; None = when the campaign is issued."""
    return rule.opens_on if isinstance(rule, DueFromTo) else None


def printed_day(rule: MeasureDue, phases: Mapping[str, Phase]) -> tuple[date, Cutoff] | None:
    """Return day and hour of a due date that the plan prints; None for a period, which starts later."""
    match rule:
        case DueWithin():
            return None
        case DueAtPhaseEnd(key, cutoff):
            return (phases[key].ends_on, Cutoff(cutoff)) if key in phases else None
        case DueByDate() | DueInPart() | DueFromTo() | DueStartBy():
            return rule.day, Cutoff(rule.cutoff)


def say_due(rule: MeasureDue, phases: Mapping[str, tuple[str, date]]) -> str:
    """Return a due rule as people say it: 8月25日前, 签收后5个工作日内. `phases`: key → (title, last day)."""
    hour = "" if rule.cutoff == MIDNIGHT else f" {rule.cutoff}"
    match rule:
        case DueByDate(day, _):
            return f"{show_day(day)}{hour}前"
        case DueWithin(period, _, since):
            return f"{SINCE[since]}{format_within(period)}内{f'（当日{hour.strip()}前）' if hour else ''}"
        case DueInPart(year, month, part, _):
            return f"{year}年{month}月{PARTS[part]}{hour}前（{show_day(rule.day)}）"
        case DueFromTo(first, last, _):
            return f"{show_day(first)}至{show_day(last)}{hour}"
        case DueStartBy(day, _):
            return f"{show_day(day)}{hour}前启动"
        case DueAtPhaseEnd(key, _):
            if key not in phases:
                return f"“{key}”阶段结束前"
            title, last = phases[key]
            return f"“{title}”阶段结束前（{show_day(last)}{hour}）"


def due_to_plain(rule: MeasureDue) -> dict[str, str]:
    """Return `rule` as a JSON object, as `due_from_plain` reads it; the cut-off only where it is not 24:00."""
    match rule:
        case DueByDate(day, cutoff):
            plain = {"by_date": day.isoformat()}
        case DueWithin(period, cutoff, since):
            plain = {"within": _plain_within(period)} | ({} if since == "issued" else {"from": since})
        case DueAtPhaseEnd(key, cutoff):
            plain = {"phase_end": key}
        case DueInPart(year, month, part, cutoff):
            text = f"{year:04d}-{month:02d}"
            plain = {"month_end": text} if part == "month" else {"ten_days": f"{text} {part}"}
        case DueFromTo(first, last, cutoff):
            plain = {"from": first.isoformat(), "to": last.isoformat()}
        case DueStartBy(day, cutoff):
            plain = {"start_by": day.isoformat()}
    return plain if cutoff == MIDNIGHT else {**plain, "cutoff": cutoff}


def due_from_plain(plain: Mapping[str, Any]) -> MeasureDue:
    """Read what `due_to_plain` wrote. Raises ValueError with a sentence for anything else."""
    cutoff = Cutoff(str(plain.get("cutoff", MIDNIGHT))).text
    rule: MeasureDue
    match sorted(key for key in plain if key != "cutoff"):
        case ["by_date"]:
            rule = DueByDate(_day(plain["by_date"]))
        case ["within"]:
            rule = DueWithin(parse_within(str(plain["within"])))
        case ["from", "within"]:
            since = str(plain["from"])
            if since not in SINCE:
                raise ValueError(f"from: {since} 不对，期限从 issued（下达）或 accepted（签收）起算。")
            rule = DueWithin(parse_within(str(plain["within"])), since=since)
        case ["phase_end"]:
            rule = DueAtPhaseEnd(str(plain["phase_end"]))
        case ["month_end"]:
            rule = DueInPart(*_month(plain["month_end"]))
        case ["ten_days"]:
            found = _PART.fullmatch(str(plain["ten_days"]))
            if found is None:
                raise ValueError(f"“{plain['ten_days']}”不对，请写成 2026-05 early、2026-05 middle 或 2026-05 late。")
            rule = DueInPart(*_month(found[1]), part=found[2])
        case ["from", "to"]:
            rule = DueFromTo(_day(plain["from"]), _day(plain["to"]))
            if rule.day < rule.opens_on:
                raise ValueError("to 早于 from，请核对起止日期。")
        case ["start_by"]:
            rule = DueStartBy(_day(plain["start_by"]))
        case _:
            raise ValueError(
                "完成时限要写 by_date（日期）、within（期限，可加 from）、phase_end（阶段）、month_end（月底）、"
                "ten_days（旬）、from 和 to（起止）、start_by（启动日期）之一。"
            )
    return replace(rule, cutoff=cutoff)


def _day(typed: object) -> date:
    try:
        return date.fromisoformat(str(typed))
    except ValueError:
        looks_right = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(typed))
        reason = "没有这一天，请核对" if looks_right else "不对，请写成 2026-08-25"
        raise ValueError(f"日期“{typed}”{reason}。") from None


def _month(typed: object) -> tuple[int, int]:
    found = _MONTH.fullmatch(str(typed))
    if found is None:
        raise ValueError(f"“{typed}”不是月份，请写成 2026-05。")
    return int(found[1]), int(found[2])


def _plain_within(period: Within) -> str:
    return f"{period.amount} {'working days' if period.unit is DayUnit.WORKING_DAY else 'days'}"
