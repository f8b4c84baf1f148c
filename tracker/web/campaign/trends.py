"""How a campaign goes, as pictures that each stand beside their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, url_for

from tracker.domain.digests import WEEK, week_of
from tracker.domain.permissions import Action
from tracker.domain.progress import WHOLE, share_of, show_share
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries.trends import Funnel, Part, WeekPair, read_trends
from tracker.web.auth import requires
from tracker.web.campaign.presenters import workflow_title
from tracker.web.charts import Chart, Segment, columns, one_bar
from tracker.web.requests import container, viewer

blueprint = Blueprint("trends", __name__)

#: A campaign of two years is shown whole; what is longer begins later.
MOST_WEEKS = 104


@dataclass(frozen=True)
class Step:
    """One step of the funnel: its title, how many got there, their share of all, its bar."""

    title: str
    many: int
    share: str
    bar: tuple[Segment, ...]


@dataclass(frozen=True)
class PartLine:
    """The tasks of one unit or kind."""

    title: str
    url: str
    part: Part
    share: str
    bar: tuple[Segment, ...]


@dataclass(frozen=True)
class WeekLine:
    """One week, with the sums up to its end. `done_by` and `left` are None for weeks to come.

    due, done  what falls due, what was finished in it
    due_by     what should be finished by its end
    left       what was due by its end and not finished then
    """

    begins: date
    due: int
    done: int
    due_by: int
    done_by: int | None
    left: int | None


@blueprint.get("/campaigns/<ref>/trends")
@requires(Action.SEE_CAMPAIGN)
def show(ref: str) -> str:
    """Show the funnel, the weeks against the schedule, units and kinds."""
    parts, who = container(), viewer()
    now = parts.clock.now()
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=now)
        found = read_trends(session, who, campaign, now=now)
    today = local_date(now)
    weeks = week_lines(found.weeks, begins=campaign.starts_on, ends=campaign.ends_on, today=today)
    present = next((one for one in weeks if one.begins == week_of(today)), None)
    kinds = [(workflow_title(one.title, parts.catalog), one) for one in found.kinds]
    return render_template(
        "campaign/trends.html", campaign=campaign, funnel=found.funnel, steps=_steps(found.funnel), weeks=weeks,
        chart=_chart(weeks), progress=_progress(weeks, found.funnel), present=present, today=today, now=now,
        units=[_part(one.title, one, url_for("unit_records.show", unit_id=one.unit_id)) for one in found.units],
        kinds=[_part(title, one, url_for("campaign.tasks", ref=ref, workflow=one.title)) for title, one in kinds],
    )  # fmt: skip


def week_lines(pairs: Sequence[WeekPair], *, begins: date, ends: date, today: date) -> list[WeekLine]:
    """Return every week of the campaign, and those before or after it in which something was due or finished."""
    named = [day for pair in pairs for day in (pair.due_week, pair.done_week) if day is not None]
    first = min([week_of(begins), *named])
    last = max([week_of(min(ends, max(today, begins))), *named])
    weeks = []
    for number in range(min((last - first) // WEEK + 1, MOST_WEEKS)):
        week = max(first, last - WEEK * (MOST_WEEKS - 1)) + WEEK * number
        ahead = week > today
        due_by = sum(pair.many for pair in pairs if pair.due_week is not None and pair.due_week <= week)
        done_by = sum(pair.many for pair in pairs if pair.done_week is not None and pair.done_week <= week)
        left = sum(
            pair.many for pair in pairs
            if pair.due_week is not None and pair.due_week <= week and (pair.done_week is None or pair.done_week > week)
        )  # fmt: skip
        weeks.append(WeekLine(
            week, sum(pair.many for pair in pairs if pair.due_week == week),
            sum(pair.many for pair in pairs if pair.done_week == week),
            due_by, None if ahead else done_by, None if ahead else left,
        ))  # fmt: skip
    return weeks


def _steps(funnel: Funnel) -> list[Step]:
    return [
        Step(title, many, _percent(many, funnel.tasks), one_bar([(style, many)], of=funnel.tasks))
        for title, many, style in (
            ("下达", funnel.tasks, "open"), ("已签收", funnel.accepted, "due"), ("已报送", funnel.reported, "due"),
            ("办结", funnel.done, "done"), ("逾期", funnel.late, "late"),
        )
    ]  # fmt: skip


def _part(title: str, part: Part, url: str) -> PartLine:
    bar = one_bar([("done", part.done), ("late", part.late), ("open", part.tasks - part.done - part.late)])
    return PartLine(title, url, part, _percent(part.done, part.tasks), bar)


def _chart(weeks: Sequence[WeekLine]) -> Chart:
    return columns(_labels(weeks), [("due", [one.due for one in weeks]), ("done", [one.done for one in weeks])])


def _progress(weeks: Sequence[WeekLine], funnel: Funnel) -> Chart:
    """Return done and scheduled as shares of all: lines that should lie on each other."""

    def share(many: int) -> int:
        return share_of(many, funnel.tasks) * 100 // WHOLE if funnel.tasks else 0

    lines: list[tuple[str, list[int | None]]] = [
        ("scheduled", [share(one.due_by) for one in weeks]),
        ("actual", [None if one.done_by is None else share(one.done_by) for one in weeks]),
    ]
    return columns(_labels(weeks), [], lines, most=100, unit="%")


def _labels(weeks: Sequence[WeekLine]) -> list[str]:
    return [f"{one.begins.month}.{one.begins.day}" for one in weeks]


def _percent(many: int, of: int) -> str:
    return show_share(share_of(many, of) // 100 * 100) if of else "—"
