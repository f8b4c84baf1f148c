"""The first logins of the people whom a campaign file names: random passwords, told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.passwords import random_password
from tracker.services.people import PeopleService


@dataclass(frozen=True)
class FirstLogin:
    """A login just made. The password is stored nowhere in clear; printing it is the only time it is seen."""

    username: str
    password: str
    name: str


def give_first_logins(
    people: PeopleService, file: CampaignFile, person_ids: Mapping[str, int], *, must_change: bool = True
) -> list[FirstLogin]:
    """Make an account for each person of the file with a username that nobody has yet, in the file's order.

    Safe to repeat: who has an account already is left alone.
    """
    taken = {account.username for account in people.find_accounts(None)}
    made = []
    for person in file.people:
        if person.username is None or person.username in taken or person.key not in person_ids:
            continue
        password = random_password()
        people.create_account(
            person_id=person_ids[person.key], username=person.username, password=password, by=None,
            must_change=must_change,
        )  # fmt: skip
        made.append(FirstLogin(person.username, password, person.name))
    return made
