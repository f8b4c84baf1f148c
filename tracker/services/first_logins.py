"""The first logins of the people whom a campaign file names: random passwords, told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.passwords import random_password
from tracker.services.campaigns import CampaignService
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


def sample_lines(campaigns: CampaignService, people: PeopleService, file: CampaignFile) -> list[str]:
    """Load the sample unless it is loaded, make the logins that are missing, and return what to print.

    The people of a load that was cut off before its logins were made are known by their names again.
    """
    if any(campaign.key == file.key for campaign in campaigns.find_campaigns()):
        known = {person.name: person.id for person in people.find_people(None)}
        person_ids = {person.key: known[person.name] for person in file.people if person.name in known}
    else:
        person_ids = dict(campaigns.load(file, actor_person_id=None).person_ids)
    logins = give_first_logins(people, file, person_ids, must_change=False)
    if not logins:
        return ["示例数据已在库中，账号口令只在首次启动时显示。忘记口令请用 tracker accounts reset。"]
    lines = [f"  {login.username:<18} {login.password:<20} {login.name}" for login in logins]
    return ["示例账号（口令随机生成，只显示这一次）：", *lines]
