"""The working-day calendar: look at a year, hand in a notice, see what it changes, import it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion, TransitionNotAllowed
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
from tracker.services.calendar_previews import CalendarPreview
from tracker.services.calendars import RecountReport
from tracker.web.auth import may_somewhere, requires
from tracker.web.calendar.given import (
    Given,
    as_text,
    carried_back,
    carry,
    file_lines,
    from_library,
    from_lines,
    from_rows,
)
from tracker.web.calendar.presenters import WEEKDAYS, group_moving, months_of, year_asked, years_of
from tracker.web.requests import container, viewer

blueprint = Blueprint("calendar", __name__)

Answer = str | tuple[str, int]
MOST_PROBLEMS = 300


@blueprint.get("/calendar")
@requires(Action.SEE_CALENDAR)
def show() -> str:
    """Show the versions, a year (?year=), and the form for a notice."""
    return _page()


@blueprint.post("/calendar/preview")
@requires(Action.MANAGE_CALENDAR)
def preview() -> Answer | Response:
    """Show what a file, pasted lines or the library would change; nothing is stored."""
    container().calendar_imports.keeper(viewer())
    lines, way = request.form.get("lines", ""), request.form.get("way", "lines")
    try:
        if way == "library":
            given = from_library()
        elif way == "file":
            name, rows = file_lines(request.files.get("file"))
            lines = as_text(rows)
            given = from_rows(name, rows)
        else:
            given = from_lines(lines)
    except InvalidInput as wrong:
        return _page(wrong.problems, lines), 422
    return _preview(given, lines)


@blueprint.get("/calendar/previews/<ref>")
@requires(Action.MANAGE_CALENDAR)
def previewed(ref: str) -> str:
    """Show how far a preview in the background is, or what came of it."""
    asked = container().calendar_previews.look(viewer(), ref)
    given = Given(asked.table, asked.source)
    if asked.found is None:
        return render_template("calendar/previewing.html", one=asked.status, source=asked.source, refused=asked.refused)
    return _previewed(given, asked.found, carry(given, asked.found.base_version).rows)


@blueprint.post("/calendar/previews/<ref>/cancel")
@requires(Action.MANAGE_CALENDAR)
def cancel(ref: str) -> Response:
    """Stop a preview in the background."""
    container().calendar_previews.cancel(viewer(), ref)
    flash("预览已取消，没有导入任何内容。", "success")
    return redirect(url_for("calendar.show"))


@blueprint.post("/calendar/apply")
@requires(Action.MANAGE_CALENDAR)
def apply() -> Answer | Response:
    """Import exactly what was previewed; a second press finds it done."""
    service = container().calendar_imports
    service.keeper(viewer())
    rows = request.form.get("rows", "")
    try:
        given, base = carried_back(
            *(request.form.get(name, "") for name in ("rows", "years", "source", "base", "digest"))
        )
    except StaleVersion as changed:
        return _page([FieldProblem("", changed.sentence)], rows), 409
    try:
        report = service.apply(given.table, source=given.source, expected_version=base, viewer=viewer())
    except TransitionNotAllowed as refused:
        return _page([FieldProblem("", refused.sentence)], rows), 409
    except StaleVersion as stale:
        if any(service.changes(given.table)):
            return _preview(given, rows, sentence=stale.sentence)
        # The very same notice is in force already: a second press, or a first one that was cut off half way.
        report = service.resume(viewer())
        flash(
            "这份安排已经在现行日历里，没有重复导入。" + (_done(report) if report.clocks or report.left else ""),
            "success",
        )
        return redirect(url_for("calendar.show"))
    flash(f"已导入。{_done(report)}", "success")
    return redirect(url_for("calendar.show", year=max(given.table.years, default=None)))


def _done(report: RecountReport) -> str:
    if report.left:
        return "在办期限正在后台重算，进度见下。"
    return f"已重算{report.clocks}个在办期限，其中{report.moved}个日期有变，告知{report.people}人。"


def _preview(given: Given, lines: str, *, sentence: str = "") -> Answer | Response:
    """Show what a table would change; where that takes longer than a moment, in the background."""
    parts = container()
    if parts.calendar_imports.takes_long():
        ref = parts.calendar_previews.ask(viewer(), given.table, given.source)
        if sentence:
            flash(f"{sentence}正在重新比对。", "warning")
        return redirect(url_for("calendar.previewed", ref=ref))
    page = _previewed(given, parts.calendar_previews.at_once(viewer(), given.table), lines, sentence=sentence)
    return (page, 409) if sentence else page


def _previewed(given: Given, found: CalendarPreview, lines: str, *, sentence: str = "") -> str:
    return render_template(
        "calendar/preview.html", found=found, carried=carry(given, found.base_version), sentence=sentence,
        groups=group_moving(found.moves, viewer()), lines=lines, source=given.source,
        unknown=sorted({day.year for day in given.table.days} - given.table.years), problems=(), most=MOST_PROBLEMS,
        behind=_behind(container().calendar_imports.versions(viewer()), found.base_version),
        recount=container().calendar_imports.latest(),
    )  # fmt: skip


def _page(problems: Sequence[FieldProblem] = (), lines: str = "") -> str:
    service = container().calendar_imports
    versions, recount = service.versions(viewer()), service.latest()
    if recount is not None and recount.finished_at is None:
        service.take_up()
    present = container().calendars.newest()
    today = local_date(container().clock.now())
    year = year_asked(request.args.get("year"), today)
    return render_template(
        "calendar/show.html", versions=versions[::-1], present=present, year=year, weekdays=WEEKDAYS,
        months=months_of(present, year), years=years_of(present, today, year), problems=problems, lines=lines,
        may_import=may_somewhere(viewer(), Action.MANAGE_CALENDAR), most=MOST_PROBLEMS, recount=recount,
        behind=_behind(versions, present.version),
    )  # fmt: skip


def _behind(versions: Sequence[Mapping[str, Any]], present: int) -> int:
    """Return how many open clocks are still counted with an older version: an import that was cut off."""
    return sum(one["clocks"] for one in versions if one["id"] < present)
