"""The working-day calendar: look at a year, hand in a notice, see what it changes, import it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.domain.errors import FieldProblem, InvalidInput, StaleVersion
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
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
def preview() -> Answer:
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


@blueprint.post("/calendar/apply")
@requires(Action.MANAGE_CALENDAR)
def apply() -> Answer | Response:
    """Import exactly what was previewed; a second press finds it done."""
    service = container().calendar_imports
    service.keeper(viewer())
    try:
        given, base = carried_back(
            *(request.form.get(name, "") for name in ("rows", "years", "source", "base", "digest"))
        )
    except StaleVersion as changed:
        return _page([FieldProblem("", changed.sentence)], request.form.get("rows", "")), 409
    try:
        report = service.apply(given.table, source=given.source, expected_version=base, viewer=viewer())
    except StaleVersion as stale:
        found = service.diff(given.table, viewer())
        if found.days or found.new_years:
            return _preview(given, request.form.get("rows", ""), sentence=stale.sentence), 409
        # The very same notice is in force already: a second press, or a first one that was cut off half way.
        report = service.recount()
        flash("这份安排已经在现行日历里，没有重复导入。" + (_done(report) if report.clocks else ""), "success")
        return redirect(url_for("calendar.show"))
    flash(f"已导入。{_done(report)}", "success")
    return redirect(url_for("calendar.show", year=max(given.table.years, default=None)))


def _done(report: RecountReport) -> str:
    return f"已重算{report.clocks}个在办期限，其中{report.moved}个日期有变，告知{report.people}人。"


def _preview(given: Given, lines: str, *, sentence: str = "") -> str:
    found = container().calendar_imports.diff(given.table, viewer())
    return render_template(
        "calendar/preview.html", found=found, carried=carry(given, found.base_version), sentence=sentence,
        groups=group_moving(found.moving, viewer()), lines=lines, source=given.source,
        unknown=sorted({day.year for day in given.table.days} - given.table.years), problems=(), most=MOST_PROBLEMS,
        told=sum(one.was_told for one in found.moving), behind=_behind(found.base_version),
    )  # fmt: skip


def _page(problems: Sequence[FieldProblem] = (), lines: str = "") -> str:
    versions = container().calendar_imports.versions(viewer())
    present = container().calendars.newest()
    today = local_date(container().clock.now())
    year = year_asked(request.args.get("year"), today)
    return render_template(
        "calendar/show.html", versions=versions[::-1], present=present, year=year, weekdays=WEEKDAYS,
        months=months_of(present, year), years=years_of(present, today, year), problems=problems, lines=lines,
        may_import=may_somewhere(viewer(), Action.MANAGE_CALENDAR), most=MOST_PROBLEMS, behind=_behind(present.version),
    )  # fmt: skip


def _behind(version: int) -> int:
    """Return how many open clocks are still counted with an older version: an import that was cut off."""
    return sum(one["clocks"] for one in container().calendar_imports.versions(viewer()) if one["id"] < version)
