"""Where a unit stands: cards raise, making good lowers by one step, and another card holds it up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.cards import Card, Standing, StandingStep, after, graver, one_down

GIVE, DOWN, RELEASE = StandingStep.GIVE, StandingStep.STEP_DOWN, StandingStep.RELEASE
NORMAL, RELEASED, YELLOW, RED, LISTED = Standing


@pytest.mark.parametrize(
    ("present", "step", "card", "held", "then"),
    [
        (NORMAL, GIVE, Card.YELLOW, [], YELLOW),
        (YELLOW, GIVE, Card.RED, [], RED),
        (RED, GIVE, Card.YELLOW, [Card.RED], RED),  # a milder card lowers nothing
        (RELEASED, GIVE, Card.YELLOW, [], YELLOW),
        (RED, DOWN, Card.RED, [], YELLOW),  # made good: one step down, not to normal
        (YELLOW, DOWN, Card.YELLOW, [], NORMAL),
        (RED, DOWN, Card.RED, [Card.RED], RED),  # another red still stands
        (RED, DOWN, Card.YELLOW, [Card.RED], RED),  # the yellow one is made good, the red one is not
        (YELLOW, DOWN, Card.RED, [], YELLOW),  # lowered by a decision meanwhile: not raised, not lowered twice
        (LISTED, RELEASE, Card.LISTED, [], RELEASED),
        (LISTED, RELEASE, Card.LISTED, [Card.YELLOW], YELLOW),
        (LISTED, DOWN, Card.RED, [Card.LISTED], LISTED),
    ],
)
def test_each_step(present, step, card, held, then):
    assert after(present, step, card, held=held) is then


@given(st.sampled_from(list(Standing)), st.sampled_from(list(Card)), st.lists(st.sampled_from(list(Card)), max_size=4))
def test_making_good_never_raises_and_never_goes_below_what_is_held(present, card, held):
    then = after(present, DOWN, card, held=held)
    assert graver(present, then) is present or then in {Standing(one.value) for one in held}
    assert all(graver(then, Standing(one.value)) is then for one in held)


def test_one_step_down_ends_at_normal():
    steps = [LISTED]
    while (lower := one_down(steps[-1])) is not steps[-1]:
        steps.append(lower)
    assert steps == [LISTED, RED, YELLOW, NORMAL]
