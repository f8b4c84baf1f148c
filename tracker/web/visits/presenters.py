"""What the pages of visits say: warnings by the rules, steps in words, and the lines of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.deadlines import show_day
from tracker.domain.double_draw import DoubleDraw
from tracker.domain.values import ROLE_TITLES, SHANGHAI, Role
from tracker.domain.visit_changes import Changed, Named, VisitNames, change_lines
from tracker.domain.visits import (
    ENTERPRISE_RULE,
    FILING_RULE,
    FREQUENCY_RULE,
    MANNERS,
    OUTCOME_TITLES,
    STATE_TITLES,
    WINDOW_DAYS,
    others_within,
)
from tracker.persistence.queries.history import HistoryEvent
from tracker.persistence.queries.visit_choices import EarlierVisit
from tracker.persistence.queries.visits import StopRow, TeamMember, VisitHead
from tracker.web.history import Entry, who_of
from tracker.web.visits.draw_views import named_in_draws, present_draw

HEADINGS = (
    "督导编号", "开始日期", "结束日期", "督导状态", "方式", "单位", "结果", "立项问题数", "其中已销号", "单位核验", "检查记录",
    "不接受的理由",
)  # fmt: skip


@dataclass(frozen=True)
class Warned:
    """What is pointed out before a team goes, and by which rule. It never stops anybody."""

    lines: tuple[str, ...]
    rule: str


def window_of(settings: Mapping[str, Any]) -> int:
    """Return within how many days another visit is pointed out."""
    return int(settings.get("visit_window_days", WINDOW_DAYS))


def say_earlier(earlier: Iterable[EarlierVisit], days: tuple[date, date], window: int) -> str:
    """Return the other visits to a unit within the window as a phrase; empty when there is none."""
    found = others_within([(one.from_on, one.to_on) for one in earlier], days, window)
    if not found:
        return ""
    said = "、".join(_say_days(first, last) for first, last in found)
    return f"前后{window}天内另有{len(found)}次督导（{said}）"


def warnings(
    head: VisitHead, stops: Sequence[StopRow], earlier: Mapping[int, Sequence[EarlierVisit]]
) -> tuple[Warned, ...]:
    """Return what the rules point out about a visit as it is planned."""
    found = []
    window = window_of(head.campaign_settings)
    often = [
        f"{stop.unit_name}{said}。"
        for stop in stops
        if (said := say_earlier(earlier[stop.unit_id], (head.from_on, head.to_on), window))
    ]
    if often:
        found.append(Warned((*often, "能合并的请合并进行。"), FREQUENCY_RULE))
    if not head.filed_as:
        found.append(Warned((), FILING_RULE))
    firms = [stop.unit_name for stop in stops if stop.unit_kind == "enterprise"]
    if firms:
        found.append(Warned((f"{'、'.join(firms)}是企业。",), ENTERPRISE_RULE))
    return tuple(found)


def say_member(member: TeamMember) -> str:
    """Return a member of a team with the post; the one in charge is said to be so."""
    return f"{member.name}（{member.post_title or ROLE_TITLES[Role(member.role)]}{'，负责人' if member.in_charge else ''}）"


def say_outcome(stop: StopRow) -> str:
    """Return what came of a visit at a unit."""
    many = f"{stop.problems}个" if stop.recorded and stop.problems else ""
    return f"{OUTCOME_TITLES[stop.outcome]}{many}"


def say_closed_day(head: VisitHead, today: date) -> str:
    """Return why nothing can be done at a unit today; empty on the days of the visit."""
    if today < head.from_on:
        return "到计划日期才能出示核验码和填写记录。"
    return "计划日期已过，不能再出示核验码、开始检查；已经开始的，在检查记录里填报。" if today > head.to_on else ""


def draw_in(event: HistoryEvent) -> DoubleDraw | None:
    """Return the draw that an event says a visit carries out."""
    return DoubleDraw.read(event.payload["draw"]) if "draw" in event.payload else None


def named_in(events: Iterable[HistoryEvent]) -> Named:
    """Return what a visit's record names."""
    found = Named()
    for one in events:
        for plan in (one.payload, one.payload.get("was", {}), one.payload.get("now", {})):
            found.units.update(plan.get("units", ()), [plan["unit"]] if "unit" in plan else ())
            found.measures.update(plan.get("measures", ()))
            found.people.update(plan.get("team", ()), [plan["in_charge"]] if "in_charge" in plan else ())
        if (draw := draw_in(one)) is not None:
            drawn = named_in_draws([draw])
            found.unit_keys.update(drawn.unit_keys)
            found.people.update(drawn.people)
    return found


def say_steps(events: Iterable[HistoryEvent], names: VisitNames) -> tuple[Entry, ...]:
    """Return a visit's record in words, newest first."""
    entries = [Entry(one.at, who_of(one), *_say(one.kind, one.payload, names)) for one in events]
    return tuple(reversed(entries))


def line_of(stop: StopRow) -> tuple[str, ...]:
    """Return one stop as a line of the file."""
    verified = f"{stop.verified_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if stop.verified_at else "未核验"
    return (
        stop.visit_ref, stop.from_on.isoformat(), stop.to_on.isoformat(), STATE_TITLES[stop.visit_state],
        MANNERS[stop.announced], stop.unit_name, OUTCOME_TITLES[stop.outcome], str(stop.problems), str(stop.closed),
        verified, stop.task_ref or "", stop.refusal_reason or "",
    )  # fmt: skip


def _say(kind: str, payload: Mapping[str, Any], names: VisitNames) -> tuple[str, tuple[str, ...]]:
    unit = names.units.get(int(payload.get("unit", 0)), "单位")
    reason = str(payload.get("reason", ""))
    match kind:
        case "visit.planned":
            days = _say_days(date.fromisoformat(payload["from_on"]), date.fromisoformat(payload["to_on"]))
            lines = [f"{days}，到{len(payload['units'])}个单位，{MANNERS[payload['announced']]}。"]
            if "draw" in payload:
                draw = present_draw(DoubleDraw.read(payload["draw"]), names)
                lines += [
                    f"双随机{draw.sentence}。",
                    *(f"{lot.title}：{'、'.join(lot.pool)}。" for lot in draw.lots),
                    draw.rule,
                ]
            return "安排督导", tuple(lines)
        case "visit.changed":
            changed = change_lines(Changed(payload["was"], payload["now"]), names)
            return "改动安排", (*(f"{line}。" for line in changed), f"理由：{reason}")
        case "visit.code_shown":
            return f"在{unit}出示核验码", ()
        case "visit.verified":
            return f"{unit}核验检查组身份", ()
        case "visit.refused":
            return f"{unit}不接受检查", (f"理由：{reason}",)
        case "visit.begun":
            unverified = () if payload.get("verified") else ("开始时单位没有核验。",)
            return f"在{unit}开始检查", (f"检查记录{payload['task']}。", *unverified)
        case "visit.ended":
            return "结束督导", (f"应到{payload['stops']}个单位，填报检查记录{payload['recorded']}份。",)
        case "visit.cancelled":
            return "取消督导", (f"理由：{reason}",)
        case _:
            return kind, ()


def _say_days(first: date, last: date) -> str:
    return show_day(first) if first == last else f"{show_day(first)}至{show_day(last)}"
