"""The ledgers on screen, and the same rows as a file. What the address line asks for is all that narrows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from tracker.documents.csv_files import csv_chunks
from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import NotFound
from tracker.domain.ledger_columns import KINDS, PROBLEM_ORIGINS, file_heads, file_row, line_of
from tracker.domain.lights import LIGHTS
from tracker.domain.media_types import WORKBOOK
from tracker.domain.permissions import EDITING, Action
from tracker.domain.values import SEVERITY_TITLES, local_date
from tracker.persistence.queries import ledger_lists as queries
from tracker.services.ledger_files import AT_ONCE, Wanted, read_filters
from tracker.web.auth import may_somewhere, requires
from tracker.web.file_answers import handed_over
from tracker.web.listing import asked
from tracker.web.requests import container, session_view, viewer

blueprint = Blueprint("ledger_lists", __name__)

PAGE_SIZE = 50
MOST_EXPORTED = 100_000
SORT_TITLES = {"oldest": "登记先后", "due": "期限先后", "unit": "单位次序"}
FILTERS = (
    "campaign",
    "unit",
    "unit_kind",
    "workflow",
    "light",
    "stage",
    "due_from",
    "due_to",
    "severity",
    "words",
    "origin",
    "sort",
)


@blueprint.get("/ledger")
@requires(Action.SEE_CAMPAIGN)
def index() -> AnyResponse:
    """Lead to the first ledger."""
    return redirect(url_for("ledger_lists.show", kind="tasks"))


@blueprint.get("/ledger/<kind>")
@requires(Action.SEE_CAMPAIGN)
def show(kind: str) -> str:
    """Show one ledger: sums over all of it, and a page of its rows."""
    ledger, sort = _ledger(kind), _sort()
    parts = container()
    with parts.reading() as session:
        tally = queries.read_tally(session, ledger)
        page = queries.read_page(session, ledger, sort=sort, after=_cursor(sort), size=PAGE_SIZE)
        campaigns, units = queries.ledger_choices(session, ledger.viewer, unit=ledger.filters.unit)
    kept = _kept()
    shown = KINDS[kind]
    following = page.following
    return render_template(
        "ledger/list.html", kind=kind, shown=shown, kinds=_kinds(), lights=LIGHTS, sort=sort, sorts=[one for one in SORT_TITLES.items() if one[0] != "oldest"],
        lines=[line_of(kind, row, parts.catalog) for row in page.rows], first=page.first, total=sum(tally.values()),
        tally=[(code, title, tally[code]) for code, title in shown.stages.items() if tally.get(code)],
        filters=ledger.filters, campaigns=campaigns, units=units, unit_kinds=UNIT_KINDS.items(), now=ledger.now,
        severities=SEVERITY_TITLES.items(), origins=PROBLEM_ORIGINS.items(), wrong_dates=_wrong_dates(), most=MOST_EXPORTED,
        file_url=url_for("ledger_lists.export", kind=kind, **kept), at_once=AT_ONCE,
        book_url=url_for("ledger_lists.write", kind=kind, **kept),
        may_read_back=shown.read_back and any(may_somewhere(ledger.viewer, action) for action in EDITING),
        next_url=url_for(
            "ledger_lists.show", kind=kind, **kept, after=f"{following.key}~{following.id}~{following.number}"
        ) if following else None,
        first_url=url_for("ledger_lists.show", kind=kind, **kept),
    )  # fmt: skip


@blueprint.get("/ledger/<kind>.csv")
@requires(Action.SEE_CAMPAIGN)
def export(kind: str) -> Response:
    """Give every row that the filters show, as CSV; the export stands in the record before the first row leaves."""
    ledger, sort = _ledger(kind), _sort()
    parts, who = container(), session_view()
    with parts.reading() as session:
        total = sum(queries.read_tally(session, ledger).values())
    kept = _kept()
    parts.exports.record(viewer(), ledger=kind, filters=kept, rows=min(total, MOST_EXPORTED))
    stamp = f"{local_date(ledger.now):%Y%m%d}"
    name = who.name if who is not None else ""
    file_name = f"{KINDS[kind].title}-{stamp}-{name}.csv"

    def rows() -> Iterator[tuple[str, ...]]:
        yield file_heads(kind)
        with parts.reading() as session:
            found = queries.stream_rows(session, ledger, sort=sort, most=MOST_EXPORTED)
            for number, row in enumerate(found, start=1):
                line = line_of(kind, row, parts.catalog)
                yield (str(number), *file_row(kind, row, line))
        if total > MOST_EXPORTED:
            yield (f"共{total}行，一次最多导出{MOST_EXPORTED}行，以下未导出。请按单位或时限分次导出。",)

    return handed_over(csv_chunks(rows()), file_name, "text/csv")


@blueprint.post("/ledger/<kind>.xlsx")
@requires(Action.SEE_CAMPAIGN)
def write(kind: str) -> AnyResponse:
    """Give every row that the filters show as a printable workbook: a short one at once, a long one in the background."""
    ledger = _ledger(kind)
    files, who = container().ledger_files, viewer()
    wanted = Wanted(kind, _kept(), _sort(), _in_words(ledger))
    rows = files.count(who, wanted)
    if rows > AT_ONCE:
        return redirect(url_for("exports.writing", ref=files.ask(who, wanted, rows=rows)))
    with files.write_now(who, wanted, rows=rows) as file:
        content = file.read()
    return handed_over(content, f"{KINDS[kind].title}-{local_date(ledger.now):%Y%m%d}.xlsx", WORKBOOK)


def _in_words(ledger: queries.Ledger) -> tuple[str, ...]:
    """Return the filters as the sheet says them under its title."""
    shown, given = KINDS[ledger.kind], ledger.filters.given()
    with container().reading() as session:
        campaigns, units = queries.ledger_choices(session, ledger.viewer, unit=given.get("unit"))
    named = dict(units.few) if units.few is not None else {given.get("unit"): units.typed}
    titles: dict[str, tuple[str, Mapping[Any, str]]] = {
        "campaign": ("专项行动", dict(campaigns)), "unit": ("单位（含下级）", named), "unit_kind": ("单位类别", UNIT_KINDS),
        "light": ("灯", {code: light.title for code, light in LIGHTS.items()}), "stage": ("进展", shown.stages),
        "due_from": ("时限从", {}), "due_to": ("时限到", {}), "severity": ("轻重", SEVERITY_TITLES), "words": ("含有文字", {}),
        "workflow": ("流程", {}), "origin": ("来源", PROBLEM_ORIGINS),
    }  # fmt: skip
    said = [
        f"{titles[name][0]}：{titles[name][1].get(value, value)}" for name, value in given.items() if name in titles
    ]
    return (f"筛选：{'；'.join(said)}。",) if said else ()


def _ledger(kind: str) -> queries.Ledger:
    if kind not in _kinds():
        raise NotFound("没有这本台账，或者您无权查看。")
    parts = container()
    return queries.Ledger(kind, viewer(), read_filters(kind, _kept()), parts.clock.now(), parts.calendars.newest())


def _kept() -> dict[str, Any]:
    """Return the filters of the address line, to be carried to the other pages and to the file."""
    return {name: value for name in FILTERS if (value := asked(name)) is not None}


def _kinds() -> Mapping[str, str]:
    """Return the ledgers that the viewer has: findings are the office's own."""
    inside = may_somewhere(viewer(), Action.SEE_WORKBENCH)
    return {kind: one.title for kind, one in KINDS.items() if inside or kind != "findings"}


def _sort() -> str:
    return asked("sort", SORT_TITLES) or "oldest"


def _date(name: str) -> date | None:
    try:
        return date.fromisoformat(asked(name) or "")
    except ValueError:
        return None


def _wrong_dates() -> list[str]:
    """Return the dates that were typed and cannot be read; the list says so instead of looking narrowed."""
    typed = [value for name in ("due_from", "due_to") if (value := asked(name)) is not None and _date(name) is None]
    return [f"日期“{value}”不对，没有按它筛选。请写成 2026-08-25。" for value in typed]


def _cursor(sort: str) -> queries.Cursor | None:
    """Return where the page begins; an address that was tampered with begins at the beginning."""
    parts = (asked("after") or "").split("~")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts[1:]):
        return None
    key = parts[0]
    if sort == "due":
        try:
            key = date.fromisoformat(key).isoformat()
        except ValueError:
            return None
    elif not key.isascii() or not key.isdigit() or len(key) > 9:
        return None
    return queries.Cursor(key, int(parts[1]), int(parts[2]))
