"""The draws of a campaign as its record holds them, and the one by which a visit is planned."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.domain.double_draw import DRAWN, DoubleDraw
from tracker.domain.errors import FieldProblem, InvalidInput
from tracker.domain.inputs import text_of
from tracker.domain.visits import Choices, VisitPlan
from tracker.persistence.models import Campaign
from tracker.persistence.unit_of_work import UnitOfWork

GONE = "没有这次抽取，请从抽取结果里点“用这次结果安排督导”。"


def drawn_lots(uow: UnitOfWork, campaign: Campaign) -> dict[int, DoubleDraw]:
    """Return the draws of a campaign by their numbers."""
    made = [DoubleDraw.read(one.payload) for one in uow.visits.draw_events(campaign.id) if one.kind == DRAWN]
    return {one.number: one for one in made}


def draw_of_plan(
    uow: UnitOfWork, campaign: Campaign, given: Mapping[str, object], wanted: VisitPlan, choices: Choices
) -> DoubleDraw | None:
    """Return the draw that a plan carries out, or None where it names none.

    Raises InvalidInput where there is no such draw, another visit carries it out, or somebody who was drawn is left out;
    who is added stays marked as not drawn.
    """
    named = text_of(given.get("draw"))
    if not named:
        return None
    known = drawn_lots(uow, campaign)
    draw = known.get(int(named)) if named.isascii() and named.isdigit() and len(named) < 10 else None
    if draw is None:
        raise InvalidInput([FieldProblem("units", GONE)])
    if (used := uow.visits.draw_used_for(campaign.id, draw.number)) is not None:
        raise InvalidInput([FieldProblem("units", f"第{draw.number}次抽取已经用于{used}，一次抽取只用于一次督导。")])
    problems = []
    if {choices.units.get(code) for code in draw.drawn_units} - set(wanted.units):
        problems.append(FieldProblem("units", f"第{draw.number}次抽取抽中的单位不能去掉；有单位不能去的，请重新抽取。"))
    if {choices.people.get(code) for code in draw.drawn_people} - set(wanted.people):
        problems.append(
            FieldProblem("people", f"第{draw.number}次抽取抽中的督导员不能去掉；有人不能去的，请重新抽取。")
        )
    if problems:
        raise InvalidInput(problems)
    return draw
