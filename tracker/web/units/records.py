"""How a unit does its work: tasks, lateness and whose it was, papers, cards, who answers there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, url_for

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.lateness import Lateness, add_up, divide
from tracker.domain.lights import LIGHTS, WORST_FIRST, Light
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import Action
from tracker.domain.ports import WorkflowCatalog
from tracker.domain.values import WAITS_FOR_TITLES, WaitsFor, local_date, severity_title
from tracker.persistence.queries.lateness import LateTask
from tracker.persistence.queries.unit_record import MOST_PAPERS, MOST_TASKS, CampaignSum, UnitRecord, read_unit_record
from tracker.web.auth import may_somewhere, requires
from tracker.web.campaign.standings import MARKS, standing_titles
from tracker.web.charts import Segment, one_bar
from tracker.web.requests import container, viewer
from tracker.web.showing import left_or_late

blueprint = Blueprint("unit_records", __name__)

MOST_LATE = 20
#: part of a lateness → its title, in the order of the bar
PARTS = {"own": "本单位自身", "handed": "接手已晚", "waiting": "等待审核、答复", "extension": "经批准延期"}


@dataclass(frozen=True)
class LateLine:
    """One task that is or was late, and how that divides."""

    task: LateTask
    light: Light
    parts: Lateness


@dataclass(frozen=True)
class LatenessView:
    """How the unit's lateness divides: each part (style, title, working days), the bar, the worst tasks."""

    parts: tuple[tuple[str, str, int], ...]
    total: int
    tasks: int
    bar: tuple[Segment, ...]
    lines: tuple[LateLine, ...]

    @property
    def said(self) -> str:
        """Return the division in words."""
        return "，".join(f"{title}{days}个工作日" for _, title, days in self.parts)


@blueprint.get("/units/<int:unit_id>/record")
@requires(Action.SEE_CAMPAIGN)
def show(unit_id: int) -> str:
    """Show how a unit does its work, as far as the viewer sees its tasks."""
    parts, who = container(), viewer()
    now, calendar = parts.clock.now(), parts.calendars.newest()
    with parts.reading() as session:
        record = read_unit_record(session, who, unit_id, now=now, calendar=calendar)
    lines = [LateLine(task, LIGHTS[task.light], divide(task.facts(local_date(now)), calendar)) for task in record.late]
    return render_template(
        "units/record.html", record=record, unit=record.unit, kind=UNIT_KINDS.get(record.unit.kind, record.unit.kind),
        counts=_counts(record.sums), sums=[(one, _lit(one, record.unit.key)) for one in record.sums], lateness=_lateness(lines),
        open=[_task(one, parts.catalog, now, calendar) for one in record.open],
        open_total=_total(record.open), done_total=_total(record.done), papers=[_paper(one, parts.catalog) for one in record.papers],
        papers_total=_total(record.papers), standings=[_standing(one) for one in record.standings],
        steps=[_step(one, record) for one in record.steps], today=local_date(now), most=MOST_TASKS, most_papers=MOST_PAPERS,
        keeps=may_somewhere(who, Action.SEE_UNITS),
    )  # fmt: skip


def _counts(sums: Sequence[CampaignSum]) -> list[tuple[Light, int]]:
    found: Counter[str] = Counter()
    for one in sums:
        found.update(one.lights)
    return [(light, found[light.code]) for light in WORST_FIRST if found[light.code] or light.code in ("late", "done")]


def _lit(one: CampaignSum, unit_key: str) -> list[tuple[Light, int, str]]:
    return [
        (
            light, one.lights[light.code],
            url_for("campaign.tasks", ref=one.campaign_ref, unit=unit_key, light=light.code),
        )
        for light in WORST_FIRST
        if one.lights.get(light.code)
    ]  # fmt: skip


def _lateness(lines: Sequence[LateLine]) -> LatenessView:
    late = [one for one in lines if one.parts.total]
    whole = add_up(one.parts for one in late)
    shown = sorted(late, key=lambda one: (one.light.code != "late", -one.parts.own, one.task.ref))[:MOST_LATE]
    days = {style: getattr(whole, style) for style in PARTS}
    return LatenessView(
        tuple((style, title, days[style]) for style, title in PARTS.items()), whole.total, len(late),
        one_bar(list(days.items())), tuple(shown),
    )  # fmt: skip


def _task(row: Mapping[str, Any], catalog: WorkflowCatalog, now: datetime, calendar: WorkingCalendar) -> dict[str, Any]:
    definition = catalog.workflow(row["workflow_version_id"])
    return {
        **row, "light": LIGHTS[row["light"]], "state": definition.states[row["state"]].title,
        "waits": WAITS_FOR_TITLES[WaitsFor(row["waits_for"])],
        "left": left_or_late(row["due_on"], row["due_at"], now=now, calendar=calendar)
        if row["waits_for"] == "unit" else "",
    }  # fmt: skip


def _paper(row: Mapping[str, Any], catalog: WorkflowCatalog) -> dict[str, Any]:
    state = catalog.workflow(row["workflow_version_id"]).states[row["state"]].title
    titles = dict(row["settings"].get("severity_titles", {}))
    return {
        **row, "kind": NOTICE_TITLES.get(row["kind"], row["kind"]), "state": state,
        "severity": severity_title(row["severity"], titles), "light": LIGHTS[row["light"]],
    }  # fmt: skip


def _standing(row: Mapping[str, Any]) -> dict[str, Any]:
    titles = standing_titles(row["settings"] or {})
    return {**row, "mark": MARKS[row["standing"]], "title": titles[row["standing"]]}


def _step(row: Mapping[str, Any], record: UnitRecord) -> dict[str, Any]:
    settings = next((s["settings"] for s in record.standings if s["office_name"] == row["office_name"]), None)
    titles, payload = standing_titles(settings or {}), row["payload"]
    return {
        "at": row["at"], "office": row["office_name"], "mark": MARKS[payload["to"]], "after": titles[payload["to"]],
        "before": titles[payload["from"]], "notice": payload.get("notice"), "number": payload.get("number"),
        "reason": payload.get("reason") or "",
    }  # fmt: skip


def _total(rows: Sequence[Mapping[str, Any]]) -> int:
    return int(rows[0]["total"]) if rows else 0
