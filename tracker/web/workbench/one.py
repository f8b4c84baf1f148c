"""Deciding one after the other: the matter on top is in the viewer's hand, and the next appears with the decision.

What was passed over travels in the address, what was decided leaves the list by itself; so the page knows no state,
works without JavaScript, and survives the back button. Keys are in static/js/one.js.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import OFFICE_SIDE, Action
from tracker.domain.reasons import WAIVE, reasons_for
from tracker.domain.values import local_date, severity_title
from tracker.persistence.queries import triage as triage_queries
from tracker.persistence.queries import workbench as queries
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.queries.paging import Page
from tracker.persistence.queries.triage import DraftLine
from tracker.services.claims import MINUTES
from tracker.services.triage import STEPS, Answer, Picked
from tracker.web.auth import requires
from tracker.web.listing import asked, refs_among
from tracker.web.notices.steps import WARNINGS
from tracker.web.requests import container, given_reason, viewer
from tracker.web.showing import show_moment
from tracker.web.workbench.deciding import DRAFT_ACTS, RESTORE, TITLES
from tracker.web.workbench.filters import bench_filters, kept, ref_of
from tracker.web.workbench.presenters import Bench, Line

blueprint = Blueprint("one_by_one", __name__)

FINDINGS = "findings"
#: list → its title; each can be walked through one by one
WALKS = {FINDINGS: "待处事项", "open": "引擎起草", "sealed": "待审批", "approved": "待印发"}
#: So many rows at a time are looked through for one that nobody else has in hand and that the viewer may decide.
LOOKED_THROUGH = 40
MOST_PASSED = 100
MERGE = "merge"
WHAT_HAPPENS = {
    **WARNINGS, "approve": "批准的是现在的内容；之后由督导组印发。", "send_back": "草稿退回后可以再改。",
    WAIVE: "从所在草稿中划去，记下理由。草稿还没有提请审批的，可以随即撤销。",
}  # fmt: skip
KEYS = {"seal": "i", "approve": "i", "issue": "i", "discard": "w", WAIVE: "w", "send_back": "b", MERGE: "m"}


@dataclass(frozen=True)
class Act:
    """One decision that the page offers. `warning` says what it does; the first without a reason is the usual one."""

    name: str
    title: str
    key: str
    needs_reason: bool
    warning: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """The matter in hand."""

    pick: str
    ref: str
    unit_id: int
    unit: str
    title: str
    url: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[DraftLine, ...]
    acts: tuple[Act, ...]
    why_url: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walk:
    """Where the walk stands: the matter in hand (None = nothing left), how many there are, what was passed over."""

    key: str
    item: Item | None
    total: int
    passed: tuple[str, ...]
    elsewhere: int


@blueprint.get("/workbench/one")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def show() -> str:
    """Show the next matter that nobody else has in hand, and take it."""
    return _page(_walk())


@blueprint.post("/workbench/one")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def decide() -> Response | tuple[str, int]:
    """Decide about the matter in hand, and go on to the next."""
    act, typed = request.form.get("act", ""), request.form.get("pick", "")
    ref, _, version = typed.partition(":")
    refs = refs_among([ref])
    reason = given_reason()
    if not refs or act not in {*STEPS, WAIVE, RESTORE, MERGE} or not (version.isascii() and len(version) <= 15):
        flash("页面不完整，请刷新后再办。", "warning")
        return redirect(_address())
    number = int(version) if version.isdigit() else 0
    try:
        answer = _take(act, refs[0], number, reason)
    except InvalidInput as wrong:
        return _page(_walk(wanted=refs[0]), act=act, reason=reason, wrong=wrong), 422
    if not answer.done:
        flash(f"{answer.ref}：{answer.sentence}", "warning")
        return redirect(_address())
    if act != WAIVE:  # the page says that one itself, with the button that takes it back
        flash(f"{answer.ref} 已{TITLES.get(act, '合并')}。{answer.sentence}", "success")
    return redirect(_address(undo=answer.ref if act == WAIVE else None))


@blueprint.post("/workbench/one/release")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def release() -> Response:
    """Put the matter down: go on without it (and come to it later), or leave."""
    refs = refs_among([request.form.get("pick", "").partition(":")[0]])
    container().team.claims.release(viewer(), refs)
    if request.form.get("leave"):
        return redirect(_list_url(_key()))
    return redirect(_address(passed=refs))


def _take(act: str, ref: str, version: int, reason: str) -> Answer:
    parts, who = container(), viewer()
    if act == MERGE:
        into = "".join(refs_among([request.form.get("into", "")]))
        return parts.team.triage.merge(who, Picked(ref, version), into_ref=into)
    if act == WAIVE:
        return parts.team.triage.waive(who, [ref], reason=reason)[0]
    if act == RESTORE:
        return parts.team.triage.restore(who, [ref])[0]
    return parts.team.triage.step(who, act, [Picked(ref, version)], reason=reason)[0]


def _walk(*, wanted: str | None = None) -> Walk:
    """Return the matter to decide next: the first that is the viewer's to decide and that nobody else has in hand."""
    key, passed = _key(), _passed()
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        chains = read_chains(session, who.units(*OFFICE_SIDE), today=local_date(now))
    bench = Bench(who, parts.catalog, parts.calendars.newest(), now, chains)
    number, elsewhere = 1, 0
    while True:
        found, claims = _look_through(key, number)
        elsewhere += len(claims)
        for row in found.rows:
            acts = _acts(bench, key, row)
            if not acts or row.ref in passed or row.ref in claims or (wanted is not None and row.ref != wanted):
                continue
            if parts.team.claims.take(who, row.ref):
                return Walk(key, _item(bench, key, row, acts), found.total, passed, elsewhere)
        if number >= found.pages:
            return Walk(key, None, found.total, passed, elsewhere)
        number += 1


def _look_through(
    key: str, number: int
) -> tuple[Page[queries.FindingRow] | Page[queries.DraftRow], dict[str, triage_queries.Claim]]:
    """Return a part of the list, and what of it others have in hand."""
    parts, who, filters = container(), viewer(), bench_filters()
    found: Page[queries.FindingRow] | Page[queries.DraftRow]
    with parts.reading() as session:
        if key == FINDINGS:
            found = queries.find_findings(session, who, filters, status="waiting", page=number, size=LOOKED_THROUGH)
        else:
            found = queries.find_drafts(session, who, filters, key, page=number, size=LOOKED_THROUGH)
        claims = triage_queries.find_claims(
            session, map(ref_of, found.rows), person_id=who.person_id, now=parts.clock.real_now()
        )
    return found, claims


def _acts(bench: Bench, key: str, row: queries.FindingRow | queries.DraftRow) -> tuple[Act, ...]:
    settings = row.settings
    if isinstance(row, queries.FindingRow):
        if not row.draft_open:
            return ()
        return (Act(WAIVE, TITLES[WAIVE], KEYS[WAIVE], True, WHAT_HAPPENS[WAIVE], reasons_for(WAIVE, settings)),)
    return tuple(
        Act(step, title, KEYS[step], STEPS[step], WHAT_HAPPENS.get(step, ""), reasons_for(step, settings))
        for step, (title, stage) in DRAFT_ACTS.items()
        if stage == key and not bench.why_not(row, step)
    )


def _item(bench: Bench, key: str, row: queries.FindingRow | queries.DraftRow, acts: tuple[Act, ...]) -> Item:
    if isinstance(row, queries.FindingRow):
        shown = bench.finding(row)
        facts: tuple[tuple[str, str], ...] = (
            ("单位", ""), ("专项行动", row.campaign_title), ("任务", f"{row.task_title}（{row.task_ref}）"),
            ("轻重", str(shown["severity"])), ("拟用文书", str(shown["kind"])), ("提出时间", show_moment(row.raised_at)),
            ("任务期限", bench.left(row.due_on, row.due_at) or "—"),
        )  # fmt: skip
        return Item(
            row.ref, row.ref, row.unit_id, row.unit_name, row.summary, url_for("tasks.show", ref=row.task_ref), facts,
            (), acts, url_for("explaining.explain", ref=row.ref),
        )  # fmt: skip
    line: Line = bench.line(row)
    facts = (
        ("单位", ""), ("专项行动", row.campaign_title), ("轻重", line.kind), ("状态", line.state),
        ("情况", "；".join(mark for mark in line.marks if mark)), ("处理期限", line.due_text or "—"),
    )  # fmt: skip
    with container().reading() as session:
        lines = triage_queries.find_lines(session, row.ref)
        others = triage_queries.find_mergeable(session, row.ref) if not bench.why_not(row, "discard") else ()
    return Item(
        f"{row.ref}:{row.version}", row.ref, row.unit_id, row.unit_name, line.title, line.url, facts, lines, acts,
        url_for("explaining.explain", ref=row.ref), tuple((one.ref, _say_other(one, row.settings)) for one in others),
        _blocked(bench, row, key),
    )  # fmt: skip


def _blocked(bench: Bench, row: queries.DraftRow, key: str) -> tuple[str, ...]:
    """Return why the usual step cannot be taken here, in words; empty when it can."""
    usual = next(step for step, (_, stage) in DRAFT_ACTS.items() if stage == key)
    why = bench.why_not(row, usual)
    return (why,) if why else ()


def _say_other(other: triage_queries.OtherDraft, settings: Mapping[str, Any]) -> str:
    severity = severity_title(other.severity, dict(settings.get("severity_titles", {})))
    return f"{NOTICE_TITLES.get(other.kind, other.kind)}（{severity}，{other.items}项）"


def _page(walk: Walk, *, act: str = "", reason: str = "", wrong: InvalidInput | None = None) -> str:
    return render_template(
        "workbench/one.html", walk=walk, title=WALKS[walk.key], walks=WALKS, filters=bench_filters(),
        kept=kept(), tried=act, reason=reason, wrong=wrong, undo="".join(refs_among([asked("undo") or ""])),
        list_url=_list_url(walk.key), address=_address(), again=_address(passed=None, forget=True), merge=MERGE,
        restore=RESTORE, minutes=MINUTES,
    )  # fmt: skip


def _key() -> str:
    return asked("list", WALKS) or FINDINGS


def _passed() -> tuple[str, ...]:
    return tuple(refs_among(request.args.get("passed", "")[: MOST_PASSED * 16].split(","))[-MOST_PASSED:])


def _address(*, passed: Sequence[str] | None = (), forget: bool = False, undo: str | None = None) -> str:
    """Return the address of the walk as it goes on."""
    over = () if forget else (*_passed(), *(passed or ()))
    return url_for(
        "one_by_one.show", list=_key(), **kept(), passed=",".join(over[-MOST_PASSED:]) or None, undo=undo
    )  # fmt: skip


def _list_url(key: str) -> str:
    if key == FINDINGS:
        return url_for("workbench.findings", **{**kept(), "status": "waiting"})
    return url_for("workbench.overview", **{**kept(), "section": key})
