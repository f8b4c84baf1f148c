"""The lines of the leader's page: each thing with its reason and the one button that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.extending import WAITING_TITLES, AnswerStep
from tracker.domain.progress import WHOLE, share_of
from tracker.persistence.queries.campaign_week import CampaignWeek, SittingRow
from tracker.web.charts import Segment, one_bar
from tracker.web.risen import RisenLine
from tracker.web.showing import say_date
from tracker.web.workbench.presenters import Line, Section

MOST_LINES = 10
SIDES = {"supervisor": "督导组", "office": "办公室"}
#: section of the workbench → what a leader does there
BUTTONS = {
    "sealed": "去审批",
    "approved": "去签发",
    "reviews": "去审定",
    "objections": "去答复",
    "extensions": "去批准",
}


@dataclass(frozen=True)
class Need:
    """One thing that needs the leader: what, why, the button, and how much it presses (the smallest first)."""

    title: str
    why: str
    button: str
    url: str
    weight: int
    grave: bool = False


@dataclass(frozen=True)
class CampaignLine:
    """A campaign in a line: its figures and the bar of done, late, open."""

    week: CampaignWeek
    done_share: int
    bar: tuple[Segment, ...]
    said: str


def needs_of_leader(
    sections: Iterable[Section], risen: Iterable[RisenLine], sitting: Iterable[SittingRow],
    weeks: Iterable[CampaignWeek], *, today: date,
) -> list[Need]:  # fmt: skip
    """Return what needs the leader: his own decisions first, then what others let lie, then who is furthest behind."""
    found = [_own(section.key, line) for section in sections for line in section.lines if _is_his(section.key, line)]
    found += [Need(f"{one.unit} · {one.title}", one.why, "去决定", one.url, 1) for one in risen]
    found += [_sitting(row, today) for row in sitting]
    found += [_behind(week) for week in weeks if week.worst and week.late > 1]
    return sorted(found, key=lambda one: one.weight)


def campaign_lines(weeks: Sequence[CampaignWeek]) -> list[CampaignLine]:
    """Return each campaign in a line."""
    return [
        CampaignLine(
            week, share_of(week.done, week.tasks) * 100 // WHOLE if week.tasks else 0,
            one_bar([("done", week.done), ("late", week.late), ("open", week.tasks - week.done - week.late)]),
            f"共{week.tasks}项，办结{week.done}项，逾期{week.late}项，其余{week.tasks - week.done - week.late}项在办",
        )
        for week in weeks
    ]  # fmt: skip


def _is_his(section: str, line: Line) -> bool:
    if section == "extensions":
        return line.state == WAITING_TITLES[AnswerStep.FINAL]
    return not line.blocked


def _own(section: str, line: Line) -> Need:
    why = "；".join(part for part in (line.state, *line.marks, line.due_text) if part)
    return Need(f"{line.unit} · {line.title}", why, BUTTONS[section], line.url, 0 if line.late else 1, line.late)


def _sitting(row: SittingRow, today: date) -> Need:
    side = SIDES[row.waits_for]
    why = f"最早的一件应在{say_date(row.oldest_on, today)}前处理。可以请{side}抓紧，或者先看是哪几件。"
    return Need(
        f"{side}有{row.many}件超过处理期限", why, "看是哪些", url_for("workbench.overview", all=1), 2, grave=True
    )


def _behind(week: CampaignWeek) -> Need:
    worst = week.worst[0]
    url = url_for("unit_records.show", unit_id=worst["id"])
    why = f"{week.title}：逾期{week.late}项，{week.worst_units}。"
    return Need(f"{worst['name']}逾期最多（{worst['late']}项）", why, "看这个单位", url, 3)
