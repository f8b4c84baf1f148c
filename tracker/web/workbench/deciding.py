"""Deciding about many matters at once: what would happen is shown first, then done, each for itself.

The list sends refs, the page that asks reads their present versions, and these are what is decided about. Works
without JavaScript; with it the keyboard does the same (static/js/bench.js).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import InvalidInput
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.permissions import OFFICE_SIDE, Action
from tracker.domain.reasons import reasons_for
from tracker.domain.values import local_date
from tracker.persistence.queries import workbench as queries
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.queries.paging import Page
from tracker.services.triage import MOST_AT_ONCE, STEPS, Answer, Picked
from tracker.web.auth import requires
from tracker.web.listing import refs_among
from tracker.web.notices.steps import WARNINGS
from tracker.web.requests import container, given_reason, viewer
from tracker.web.workbench.presenters import Bench

blueprint = Blueprint("deciding", __name__)

WAIVE, RESTORE = "waive", "restore"
#: step → its title, and the section of the workbench in which its drafts stand
DRAFT_ACTS = {
    "seal": ("提请审批", "open"), "discard": ("弃用", "open"), "approve": ("批准", "sealed"), "send_back": ("退回修改", "sealed"),
    "issue": ("印发", "approved"),
}  # fmt: skip
TITLES = {**{step: title for step, (title, _) in DRAFT_ACTS.items()}, WAIVE: "免于处理", RESTORE: "恢复"}
WHAT_HAPPENS = {
    **WARNINGS, "approve": "批准的是现在的内容；之后由督导组印发。", "send_back": "退回后草稿可以再改，各件都附上同一个理由。",
    WAIVE: "各项都记下同一个理由，从所在草稿中划去。草稿还没有提请审批的，可以随即撤销。",
}  # fmt: skip
GONE = "已不在这一步，可能有人先办理。"
MOST_SAID = 5


@dataclass(frozen=True)
class Chosen:
    """One matter on the page that asks.

    pick     what the form sends back
    why_not  it is left out, and why
    reasons  often given ones that its campaign offers
    """

    pick: str
    url: str
    title: str
    unit: str
    ref: str
    marks: str
    why_not: str = ""
    reasons: tuple[str, ...] = ()


@blueprint.get("/workbench/decide")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def ask() -> str | Response:
    """Show what a decision about the chosen matters would do; changes nothing."""
    act, refs = request.args.get("act", ""), _refs(request.args.getlist("pick"))
    if act not in TITLES or not refs:
        flash("还没有选中任何一项。先勾选，再办理。", "warning")
        return redirect(_back(act))
    return _page(act, refs)


@blueprint.post("/workbench/decide")
@requires(Action.ACT_AS_SUPERVISOR, Action.ACT_AS_OFFICE, Action.ACT_AS_LEADER)
def decide() -> Response | tuple[str | Response, int]:
    """Decide about each chosen matter, and say what became of them."""
    act, picks = request.form.get("act", ""), request.form.getlist("pick")
    if act not in TITLES:
        flash("没有这项批量操作。", "warning")
        return redirect(_back(act))
    reason = given_reason()
    triage, who = container().team.triage, viewer()
    try:
        if act == WAIVE:
            answers = triage.waive(who, _refs(picks), reason=reason)
        elif act == RESTORE:
            answers = triage.restore(who, _refs(picks))
        else:
            answers = triage.step(who, act, [_picked(one) for one in picks], reason=reason)
    except InvalidInput as wrong:
        if act == RESTORE or not _refs(picks):
            flash(wrong.problems[0].sentence if wrong.problems else wrong.sentence, "warning")
            return redirect(_back(act))
        return _page(act, _refs(picks), wrong=wrong), 422
    _say(act, answers)
    done = [one.ref for one in answers if one.done]
    if act == WAIVE and done:
        return redirect(url_for("workbench.findings", status="waiting", undo=",".join(done)))
    return redirect(_back(act))


def _page(act: str, refs: Sequence[str], *, wrong: InvalidInput | None = None) -> str:
    asked = _findings(refs) if act == WAIVE else _drafts(act, refs)
    chosen = [one for one in asked if not one.why_not]
    typed = request.form.get
    return render_template(
        "workbench/decide.html", act=act, title=TITLES[act], happens=WHAT_HAPPENS.get(act, ""), back=_back(act),
        chosen=chosen, left_out=[one for one in asked if one.why_not], wrong=wrong,
        needs_reason=act == WAIVE or STEPS.get(act, False), reasons=_shared_reasons(chosen),
        reason=typed("reason", ""), picked_reason=typed("picked_reason", ""),
    )  # fmt: skip


def _shared_reasons(chosen: Sequence[Chosen]) -> list[str]:
    """Return the reasons that are offered for every matter, for one reason is given to all."""
    return [one for one in chosen[0].reasons if all(one in other.reasons for other in chosen)] if chosen else []


def _drafts(act: str, refs: Sequence[str]) -> list[Chosen]:
    _, stage = DRAFT_ACTS[act]
    parts, who = container(), viewer()
    now = parts.clock.now()
    filters = queries.Filters(refs=tuple(refs))
    with parts.reading() as session:
        chains = read_chains(session, who.units(*OFFICE_SIDE), today=local_date(now))
        found: Page[queries.DraftRow] = queries.find_drafts(session, who, filters, stage, page=1, size=MOST_AT_ONCE)
    bench = Bench(who, parts.catalog, parts.calendars.newest(), now, chains)
    rows = {row.ref: _draft(bench, act, row) for row in found.rows}
    return [rows.get(ref) or Chosen(ref, "", ref, "", ref, "", GONE) for ref in refs]


def _draft(bench: Bench, act: str, row: queries.DraftRow) -> Chosen:
    line = bench.line(row)
    return Chosen(
        f"{row.ref}:{row.version}", line.url, NOTICE_TITLES.get(row.kind, line.title), row.unit_name, row.ref,
        "；".join(mark for mark in line.marks if mark), bench.why_not(row, act), reasons_for(act, row.settings),
    )  # fmt: skip


def _findings(refs: Sequence[str]) -> list[Chosen]:
    parts, who = container(), viewer()
    filters = queries.Filters(refs=tuple(refs))
    with parts.reading() as session:
        found = queries.find_findings(session, who, filters, status="waiting", page=1, size=MOST_AT_ONCE)
    rows = {row.ref: row for row in found.rows}
    chosen = []
    for ref in refs:
        row = rows.get(ref)
        if row is None:
            chosen.append(Chosen(ref, "", ref, "", ref, "", GONE))
            continue
        url = url_for("explaining.explain", ref=ref)
        why_not = "" if row.draft_open else "所在文书已提请审批，要先退回修改。"
        reasons = reasons_for(WAIVE, row.settings)
        chosen.append(Chosen(ref, url, row.summary, row.unit_name, ref, "", why_not, reasons))
    return chosen


def _say(act: str, answers: Sequence[Answer]) -> None:
    title, counter = TITLES[act], "项" if act in (WAIVE, RESTORE) else "件"
    done = [one for one in answers if one.done]
    refused = [one for one in answers if not one.done]
    if done and act != WAIVE:  # the page says that one itself, with the button that takes it back
        numbers = [one.sentence for one in done if one.sentence]
        got = f"编号{numbers[0]}{f'至{numbers[-1]}' if len(numbers) > 1 else ''}。" if numbers else ""
        flash(f"已{title}{len(done)}{counter}。{got}", "success")
    if refused:
        said = "".join(f"{one.ref}：{one.sentence}" for one in refused[:MOST_SAID])
        more = f"另有{len(refused) - MOST_SAID}{counter}，见列表。" if len(refused) > MOST_SAID else ""
        flash(f"{len(refused)}{counter}没有办成。{said}{more}", "warning")


def _refs(picks: Sequence[str]) -> list[str]:
    """Return the refs of what was picked, each once; the version that a form adds is cut off."""
    return refs_among(pick.partition(":")[0] for pick in picks)[: MOST_AT_ONCE + 1]


def _picked(typed: str) -> Picked:
    ref, _, version = typed.partition(":")
    if not version.isascii() or not version.isdigit() or len(version) > 15:
        raise InvalidInput([], "页面不完整，请刷新后再办。")
    return Picked("".join(refs_among([ref])), int(version))


def _back(act: str) -> str:
    if act in (WAIVE, RESTORE):
        return url_for("workbench.findings", status="waiting")
    stage = DRAFT_ACTS[act][1] if act in DRAFT_ACTS else None
    return url_for("workbench.overview", section=stage, all=None if stage else 1)
