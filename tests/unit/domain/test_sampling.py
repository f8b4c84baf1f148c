"""Who is drawn for a second look: decided by campaign, month and seal alone, so that anybody can draw again."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.months import Month
from tracker.domain.sampling import draw, how_many, seed_of, seed_text

refs = st.lists(st.integers(1, 9999).map(lambda n: f"ZG-2026-{n:04}"), unique=True, max_size=60)


@given(refs, st.integers(1, 100), st.randoms())
def test_the_order_in_which_items_are_given_draws_nobody_else(pool, share, random):
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert draw("a" * 64, pool, share) == draw("a" * 64, shuffled, share)


@given(refs, st.integers(1, 100))
def test_a_share_is_drawn_rounded_up_and_nobody_twice(pool, share):
    drawn = draw("b" * 64, pool, share)
    assert len(drawn) == len(set(drawn)) == how_many(len(pool), share)
    assert set(drawn) <= set(pool)
    assert bool(drawn) == bool(pool)


def test_somebody_with_sha256_and_a_pencil_draws_the_same():
    text = seed_text(campaign="XD-2026-0001", occasion=Month(2026, 3).key, root="0f" * 32)
    assert text == f"XD-2026-0001|2026-03|{'0f' * 32}"
    seed = hashlib.sha256(text.encode()).hexdigest()
    assert seed_of(text) == seed
    pool = [f"ZG-2026-{n:04}" for n in range(1, 11)]
    by_hand = sorted(pool, key=lambda ref: hashlib.sha256(f"{seed}|{ref}".encode()).hexdigest())[:2]
    assert list(draw(seed, pool, 20)) == by_hand


def test_another_root_draws_others():
    pool = [f"ZG-2026-{n:04}" for n in range(1, 101)]
    assert draw("0" * 64, pool, 20) != draw("1" * 64, pool, 20)


@pytest.mark.parametrize("key", ["", "2026-13", "2026-3-1", "x", "2026-02-30"])
def test_what_is_no_month_is_none(key):
    assert Month.read(key) is None


def test_months_follow_each_other_over_the_year():
    months = list(Month(2026, 11).until(Month(2027, 2)))
    assert [month.key for month in months] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert Month.of(date(2028, 2, 3)).last == date(2028, 2, 29)
