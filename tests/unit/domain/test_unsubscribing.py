"""The token of a mail names one person, and only we can write it."""

from __future__ import annotations

import pytest

from tracker.domain.messages import KINDS, NEWS, is_optional
from tracker.domain.unsubscribing import person_of, token_of

SECRET = "k" * 48


def test_a_token_leads_back_to_its_person_only() -> None:
    token = token_of(17, SECRET)
    assert person_of(token, SECRET) == 17
    assert person_of(token, "q" * 48) is None
    assert person_of(token.replace("17-", "18-"), SECRET) is None


@pytest.mark.parametrize("token", ["", "17", "17-", "017-" + "0" * 32, "-1-" + "0" * 32, "１７-" + "0" * 32, "9" * 40])
def test_what_we_did_not_write_is_no_token(token: str) -> None:
    assert person_of(token, SECRET) is None


def test_what_serves_a_paper_names_a_date_or_asks_for_something_is_never_optional() -> None:
    optional = {kind for kind in KINDS if is_optional(kind, "liaison")}
    assert optional == NEWS == {"approved", "concluded", "signed_off", "part_confirmed"}
    assert {kind for kind in KINDS if is_optional(kind, "leader")} - optional == {"remind", "urge"}
    assert all(not is_optional("served", role) for role in (None, "leader", "head", "office"))
