"""The standing of a unit at an office: normal → yellow → red → listed (挂牌整治) → released. Pure.

Cards are papers: the engine drafts them, people sign them. A card that is given raises the standing, never lowers it;
one that is made good takes it one step down, not to normal (广元: 红牌整改到位后转为黄牌), unless another card still
holds it up. Listing ends by its own acceptance (摘牌). DOMAIN.md §1.3, §1.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Standing(StrEnum):
    """Where a unit stands. `RELEASED` weighs as much as normal, but says that it was listed."""

    NORMAL = "normal"
    RELEASED = "released"
    YELLOW = "yellow"
    RED = "red"
    LISTED = "listed"


class Card(StrEnum):
    """A card, as ladders and workflows write it."""

    YELLOW = "yellow"
    RED = "red"
    LISTED = "listed"


class StandingStep(StrEnum):
    """What a move of a card's paper does to the unit's standing."""

    GIVE = "give"
    STEP_DOWN = "step_down"
    RELEASE = "release"


#: The workflow of the paper by which a card is given.
CARD_PAPERS = {Card.YELLOW: "yellow_card", Card.RED: "red_card", Card.LISTED: "listing"}
STANDING_TITLES = {
    Standing.NORMAL: "正常", Standing.RELEASED: "已摘牌", Standing.YELLOW: "黄牌", Standing.RED: "红牌",
    Standing.LISTED: "挂牌整治",
}  # fmt: skip
_WEIGHTS = {Standing.NORMAL: 0, Standing.RELEASED: 0, Standing.YELLOW: 1, Standing.RED: 2, Standing.LISTED: 3}
_ONE_DOWN = {
    Standing.LISTED: Standing.RED, Standing.RED: Standing.YELLOW, Standing.YELLOW: Standing.NORMAL,
    Standing.NORMAL: Standing.NORMAL, Standing.RELEASED: Standing.RELEASED,
}  # fmt: skip


def after(present: Standing, step: StandingStep, card: Card, *, held: Iterable[Card]) -> Standing:
    """Return the standing after a step of a card's paper; `held` are the unit's other cards that are not made good."""
    own = Standing(card.value)
    if step is StandingStep.GIVE:
        return graver(present, own)
    if _WEIGHTS[present] > _WEIGHTS[own]:
        return graver(present, _gravest(held))
    lower = Standing.RELEASED if step is StandingStep.RELEASE else one_down(own)
    return graver(lower if present is own else present, _gravest(held))


def one_down(present: Standing) -> Standing:
    """Return the standing one step milder; normal and released stay."""
    return _ONE_DOWN[present]


def graver(a: Standing, b: Standing) -> Standing:
    """Return the graver of two standings; the first when they weigh the same."""
    return b if _WEIGHTS[b] > _WEIGHTS[a] else a


def _gravest(cards: Iterable[Card]) -> Standing:
    found = Standing.NORMAL
    for card in cards:
        found = graver(found, Standing(card.value))
    return found
