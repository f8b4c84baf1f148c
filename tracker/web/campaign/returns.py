"""The returns that a campaign requires: what is in, what is missing, and each form blank, to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template

from tracker.domain.campaign_file import UNIT_KINDS
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Action
from tracker.domain.values import local_date
from tracker.persistence.queries import campaign_page
from tracker.persistence.queries.required_returns import OwedReturn, find_owed_returns, get_owed_return
from tracker.web.auth import requires
from tracker.web.campaign.presenters import unit_kind_choices
from tracker.web.listing import asked
from tracker.web.requests import container, viewer

blueprint = Blueprint("returns", __name__)

MISSING = {"missing": "只看还缺的"}
#: Blank lines of a table on paper.
BLANK_ROWS = 8


@dataclass(frozen=True)
class UnitLine:
    """A unit with what it owes."""

    name: str
    sent: tuple[OwedReturn, ...]
    missing: tuple[OwedReturn, ...]


@dataclass(frozen=True)
class ReturnLine:
    """A return with how many units owe it and how many have sent it."""

    key: str
    title: str
    owed: int
    sent: int


@blueprint.get("/campaigns/<ref>/returns")
@requires(Action.SEE_CAMPAIGN)
def index(ref: str) -> str:
    """Show what is in and what is missing, by return and by unit."""
    kind, only = asked("kind", UNIT_KINDS), asked("only", MISSING)
    parts, who = container(), viewer()
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=parts.clock.now())
        owed = find_owed_returns(session, who, ref)
    shown = [one for one in owed if kind is None or one.unit_kind == kind]
    units = [unit for unit in _units(shown) if unit.missing or only is None]
    return render_template(
        "campaign/returns.html", campaign=campaign, returns=_returns(owed), units=units, kinds=unit_kind_choices(),
        only_choices=list(MISSING.items()), kind=kind, only=only, today=local_date(parts.clock.now()),
    )  # fmt: skip


@blueprint.get("/campaigns/<ref>/returns/<key>")
@requires(Action.SEE_CAMPAIGN)
def blank(ref: str, key: str) -> str:
    """Show a return's form blank, to be printed and filled by hand."""
    parts, who = container(), viewer()
    with parts.reading() as session:
        campaign = campaign_page.get_campaign(session, who, ref, now=parts.clock.now())
        wanted = get_owed_return(session, who, ref, key)
    _, definition = parts.catalog.newest_workflow(wanted.workflow_key)
    form = definition.forms.get(wanted.form_key)
    if form is None:
        raise NotFound("这张报表的格式现在已不用，请联系办公室。")
    return render_template(
        "campaign/blank_return.html", campaign=campaign, wanted=wanted, form=form, forms=definition.forms,
        blank_rows=range(BLANK_ROWS),
    )  # fmt: skip


def _units(owed: Iterable[OwedReturn]) -> list[UnitLine]:
    lines = []
    for _, group in groupby(owed, key=lambda one: one.unit_id):
        mine = tuple(group)
        lines.append(
            UnitLine(
                mine[0].unit_name, tuple(one for one in mine if one.is_in), tuple(one for one in mine if not one.is_in)
            )
        )
    return lines


def _returns(owed: Iterable[OwedReturn]) -> list[ReturnLine]:
    found: dict[str, list[OwedReturn]] = {}
    for one in owed:
        found.setdefault(one.key, []).append(one)
    return [
        ReturnLine(key, mine[0].title, len(mine), sum(one.is_in for one in mine)) for key, mine in sorted(found.items())
    ]
