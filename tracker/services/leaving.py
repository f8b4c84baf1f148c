"""What goes when somebody goes: addresses are kept for as long as they are needed to write to a person, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tracker.persistence.models import Account, Person
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.person_events import person_event

#: Somebody without a post may be given the next one; after so long he is asked for his address again.
IDLE_FOR = timedelta(days=30)


def let_go(
    uow: UnitOfWork, person: Person, accounts: Sequence[Account], *, left_on: date, by: int | None, now: datetime,
    real: datetime,
) -> None:  # fmt: skip
    """Record that a person has left: accounts stop, sessions end, addresses go, those on messages as well.

    The caller has locked the accounts and then the person. What was sent to him stays, with its moments and receipts;
    the provider is asked no more what became of it.
    """
    person.left_on, person.phone_cipher, person.email_cipher = left_on, None, None
    for account in accounts:
        account.disabled = True
        uow.accounts.end_sessions(account.id, at=real)
    uow.deliveries.forget_addresses([person.id])
    uow.events.append([person_event(person.id, "person.left", at=now, by=by, left_on=left_on)])


def forget_idle_addresses(uow: UnitOfWork, *, today: date, now: datetime) -> int:
    """Wipe the addresses of people whose last post ended `IDLE_FOR` ago, and return how many they are."""
    people = uow.accounts.forget_addresses_without_post(since=today - IDLE_FOR)
    uow.deliveries.forget_addresses(people)
    uow.events.append([
        person_event(one, "person.addresses_changed", at=now, by=None, has_phone=False, has_email=False,
                     reason="岗位结束已满30日")
        for one in people
    ])  # fmt: skip
    return len(people)
