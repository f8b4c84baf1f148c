"""The proof of one person: everything told in a time, with states, times, ids and receipts; as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from tracker.documents.csv_files import csv_chunks
from tracker.documents.file_names import safe_name
from tracker.domain.deadlines import local_moment
from tracker.domain.permissions import Action
from tracker.domain.values import SHANGHAI, local_date
from tracker.persistence.queries import person_proof as queries
from tracker.web.auth import may_somewhere, requires
from tracker.web.file_answers import handed_over
from tracker.web.listing import asked, page_number, page_url
from tracker.web.requests import container, viewer

blueprint = Blueprint("told", __name__)

PAGE_SIZE = 50
CSV_SIZE = 500
#: How far back the page looks when nobody says.
USUAL = timedelta(days=30)
#: Nothing was told before or is told after; clocks cannot count with the ends of the calendar.
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
HEADINGS = (
    "告知时间", "消息", "事项", "专项行动", "任务或文书", "系统内打开", "方式", "状态", "原因", "编号", "提交次数", "服务商编号", "代码",
    "提交时间", "服务商接收", "送达时间", "回执",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The days asked for, and what was typed that is no day."""

    first: date
    last: date
    wrong: tuple[str, ...]

    @property
    def window(self) -> queries.Window:
        """Return the moments between which something was told."""
        return queries.Window(local_moment(self.first, time(0)), local_moment(self.last + timedelta(days=1), time(0)))


@blueprint.get("/told")
@requires(Action.SEE_PROOF)
def index() -> str:
    """Find a person by name."""
    sought = asked("q")
    with container().reading() as session:
        found = queries.find_told_people(session, viewer(), sought) if sought else []
    return render_template(
        "told/index.html", found=found, sought=sought or "", most=queries.MOST_FOUND,
        may_outbox=may_somewhere(viewer(), Action.SEE_OUTBOX),
    )  # fmt: skip


@blueprint.get("/told/<int:person_id>")
@requires(Action.SEE_PROOF)
def show(person_id: int) -> str:
    """Show what one person was told."""
    days, who = _days(), viewer()
    with container().reading() as session:
        person = queries.get_told_person(session, who, person_id)
        found, ways = queries.find_told(session, who, person_id, days.window, page=page_number(), size=PAGE_SIZE)
    kept: dict[str, Any] = {} if days.wrong else {"from": days.first.isoformat(), "until": days.last.isoformat()}
    return render_template(
        "told/show.html", person=person, found=found, ways=ways, days=days, now=container().clock.now(),
        typed={name: request.args.get(name, "")[:20] for name in ("from", "until")},
        url=page_url("told.show", person_id=str(person_id)),
        file_url=url_for("told.export", person_id=person_id, **kept),
    )  # fmt: skip


@blueprint.get("/told/<int:person_id>.csv")
@requires(Action.SEE_PROOF)
def export(person_id: int) -> Response:
    """Give the same as CSV; that it was taken out stands in the record before the first row leaves."""
    days, who, parts = _days(), viewer(), container()
    with parts.reading() as session:
        person = queries.get_told_person(session, who, person_id)
        found, _ = queries.find_told(session, who, person_id, days.window, page=1, size=1)
    filters = {"person": str(person_id), "from": days.first.isoformat(), "until": days.last.isoformat()}
    parts.exports.record(who, ledger="told", filters=filters, rows=found.total)

    def rows() -> Iterator[tuple[str, ...]]:
        yield HEADINGS
        before = (
            found.rows[0].id + 1 if found.rows else 0
        )  # what is told from now on is not in the count, nor in the file
        while True:
            with parts.reading() as session:
                page, ways = queries.find_told_before(
                    session, who, person_id, days.window, before=before, size=CSV_SIZE
                )
            for row in page:
                for way in ways[row.id] or (None,):
                    yield _line(row, way)
            if len(page) < CSV_SIZE:
                return
            before = page[-1].id

    name = f"告知记录-{person.name}-{days.first:%Y%m%d}-{days.last:%Y%m%d}.csv"
    return handed_over(csv_chunks(rows()), safe_name(name, "csv"), "text/csv")


def _line(row: queries.ToldRow, way: queries.PersonWay | None) -> tuple[str, ...]:
    about = (
        _moment(row.created_at), row.kind_title, row.title or "" if row.ours else "", row.campaign or "" if row.ours else "",
        row.notice_ref or row.task_ref or "" if row.ours else "", _moment(row.read_at),
    )  # fmt: skip
    if way is None:
        return (*about, "没有外发", *[""] * (len(HEADINGS) - len(about) - 1))
    return (
        *about, way.channel_title, way.status_title, way.why, way.ref, str(way.submissions), way.provider_id, way.code,
        _moment(way.submitted_at), _moment(way.accepted_at), _moment(way.delivered_at), "；".join(way.receipts),
    )  # fmt: skip


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if at is not None else ""


def _days() -> Asked:
    """Return the days asked for: the last thirty when nothing is asked, or when it cannot be read."""
    today = local_date(container().clock.now())
    found, wrong = {}, []
    for name, title, usual in (("from", "起", today - USUAL), ("until", "止", today)):
        typed = asked(name) or ""
        try:
            found[name] = date.fromisoformat(typed) if typed else usual
        except ValueError:
            wrong.append(f"{title}日“{typed[:20]}”不是日期，例如 2026-03-01。")
    if not wrong and found["from"] > found["until"]:
        wrong.append("起日在止日之后。")
    if wrong:
        return Asked(today - USUAL, today, (*wrong, "先列出最近三十天的。"))
    return Asked(max(found["from"], EARLIEST), min(found["until"], LATEST), ())
