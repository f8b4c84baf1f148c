"""A preview of a read-back fits the form that confirms it, and comes back as it went out."""

from __future__ import annotations

import random

import pytest

from tracker.domain.errors import StaleVersion
from tracker.domain.ledger_reading import EDITABLE, MOST_ROWS, ReadRow
from tracker.web.assembly import MOST_FORM_BYTES
from tracker.web.ledger.carrying import Carrier

SECRET = "s" * 32


def test_the_longest_file_that_is_read_fits_the_form_that_confirms_it() -> None:
    made_up = random.Random(7)
    rows = [
        ReadRow(
            n, f"RW-2026-{n:04d}", 3,
            {name: "".join(chr(made_up.randint(0x4E00, 0x9FA5)) for _ in range(most)) for name, (_, most) in EDITABLE.items()},
        )
        for n in range(MOST_ROWS)
    ]  # fmt: skip
    carried = Carrier(SECRET, 1).carry(rows, "ab" * 32)
    assert len(carried) < MOST_FORM_BYTES
    assert carried.replace("-", "").replace("_", "").replace(".", "").isalnum(), "no letter grows on the way"
    assert Carrier(SECRET, 1).take_back(carried) == (rows, "ab" * 32)


@pytest.mark.parametrize("who", [Carrier(SECRET, 2), Carrier("t" * 32, 1)])
def test_what_was_shown_to_somebody_else_is_not_confirmed(who: Carrier) -> None:
    carried = Carrier(SECRET, 1).carry([ReadRow(1, "RW-2026-0001", 1, {"leader": "村支书"})], "ab" * 32)
    with pytest.raises(StaleVersion):
        who.take_back(carried)
