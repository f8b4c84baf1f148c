"""What was found, as lines that lead there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from tracker.domain.ports import WorkflowCatalog
from tracker.domain.visits import STATE_TITLES
from tracker.persistence.queries.search import Hit, Hits

TITLES = {
    "campaigns": "专项行动",
    "tasks": "任务",
    "papers": "文书",
    "problems": "问题",
    "visits": "实地督导",
    "units": "单位",
}


@dataclass(frozen=True)
class FoundLine:
    """One thing found. `parts` is its title cut at what was sought: plain, sought, plain, …"""

    url: str
    parts: tuple[str, ...]
    ref: str
    small: str
    state: str
    due_on: date | None
    final: bool


@dataclass(frozen=True)
class Group:
    """What was found of one kind."""

    kind: str
    title: str
    lines: tuple[FoundLine, ...]
    total: int


def present(found: Sequence[Hits], catalog: WorkflowCatalog, words: str) -> tuple[Group, ...]:
    """Return the groups that hold anything."""
    return tuple(
        Group(
            hits.kind, TITLES[hits.kind], tuple(_line(hits.kind, hit, catalog, words) for hit in hits.rows), hits.total
        )
        for hits in found
        if hits.rows
    )


def _line(kind: str, hit: Hit, catalog: WorkflowCatalog, words: str) -> FoundLine:
    state = ""
    if hit.workflow_version_id:
        states = catalog.workflow(hit.workflow_version_id).states
        state = states[hit.state].title if hit.state in states else ""
    elif kind == "visits":
        state = STATE_TITLES[hit.state]
    small = " · ".join(part for part in (hit.unit_name if kind != "units" else "", hit.campaign_title) if part)
    ref = "" if kind in ("units", "campaigns") else hit.ref
    return FoundLine(_url(kind, hit), _cut(hit.title, words), ref, small, state, hit.due_on, hit.final)


def _url(kind: str, hit: Hit) -> str:
    match kind:
        case "campaigns":
            return url_for("campaign.show", ref=hit.ref)
        case "units":
            return url_for("campaign.tasks", ref=hit.campaign_ref, unit=hit.ref)
        case _:
            return page_of(kind, hit.ref)


def page_of(kind: str, ref: str) -> str:
    """Return the address of a task, a paper or a visit."""
    return url_for({"papers": "notices.show", "visits": "visits.show"}.get(kind, "tasks.show"), ref=ref)


def _cut(title: str, words: str) -> tuple[str, ...]:
    at = title.casefold().find(words.casefold())
    if at < 0:
        return (title,)
    return title[:at], title[at : at + len(words)], title[at + len(words) :]
