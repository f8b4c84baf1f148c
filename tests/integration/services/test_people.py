"""People, posts that exclude each other, and accounts that administrators keep."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, NotAllowed, NotFound
from tracker.domain.values import Role
from tracker.persistence.secrets import ArgonHasher
from tracker.services.people import PeopleService

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)


@standing_world()
def world(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]), issue=False)


@pytest.fixture
def people(world: World) -> PeopleService:
    container = world.container
    hasher = ArgonHasher(time_cost=1, memory_kib=64)
    return PeopleService(
        uows=container.uows, hasher=hasher, cipher=container.cipher, clock=world.clock, queue=world.queue
    )


@pytest.fixture
def town(world: World) -> int:
    return int(world.value("SELECT id FROM unit WHERE key = 'town'"))


def problem(refused: pytest.ExceptionInfo[InvalidInput]) -> str:
    return next(iter(refused.value.by_field().values()))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, "必须由不同的人担任"),
        (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, "必须由不同的人担任"),
        (Role.LIAISON, Role.SECURITY_ADMIN, "管理员不能兼任业务岗位"),
        (Role.AUDIT_ADMIN, Role.SUPERVISOR, "管理员不能兼任业务岗位"),
        (Role.HEAD, Role.HEAD, "已有这个岗位"),
    ],
)
def test_posts_that_exclude_each_other_are_not_given_together(
    people: PeopleService, town: int, first: Role, second: Role, said: str
) -> None:
    person = people.add_person(name="甲", by=None)
    people.give_post(person_id=person, unit_id=town, role=first, by=None)
    with pytest.raises(InvalidInput) as refused:
        people.give_post(person_id=person, unit_id=town, role=second, by=None)
    assert said in problem(refused)


def test_an_excluded_post_can_follow_once_the_other_has_ended(people: PeopleService, town: int) -> None:
    person = people.add_person(name="甲", by=None)
    liaison = people.give_post(person_id=person, unit_id=town, role=Role.LIAISON, by=None)
    people.end_post(liaison, ends_on=date(2026, 3, 31), by=None)
    with pytest.raises(InvalidInput):
        people.give_post(person_id=person, unit_id=town, role=Role.AUDIT_ADMIN, starts_on=date(2026, 3, 31), by=None)
    people.give_post(person_id=person, unit_id=town, role=Role.AUDIT_ADMIN, starts_on=date(2026, 4, 1), by=None)


def test_two_administrators_posts_given_at_the_same_moment_do_not_both_hold(
    world: World, people: PeopleService, town: int
) -> None:
    person = people.add_person(name="甲", by=None)
    start, refused = threading.Barrier(2), []

    def give(role: Role) -> None:
        start.wait()
        try:
            people.give_post(person_id=person, unit_id=town, role=role, by=None)
        except InvalidInput as problem:
            refused.append(problem)

    giving = [threading.Thread(target=give, args=(role,)) for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)]
    for each in giving:
        each.start()
    for each in giving:
        each.join()
    assert len(refused) == 1
    assert world.value("SELECT count(*) FROM post WHERE person_id = :person", person=person) == 1


def test_a_post_ended_without_a_day_gives_no_rights_from_now_on(world: World, people: PeopleService, town: int) -> None:
    person = people.add_person(name="甲", by=None)
    post = people.give_post(person_id=person, unit_id=town, role=Role.HEAD, by=None)
    with world.container.uows() as uow:
        assert uow.accounts.posts_on(person, world.today)
    people.end_post(post, by=None)
    with world.container.uows() as uow:
        assert not uow.accounts.posts_on(person, world.today)


def test_only_a_security_administrator_keeps_accounts_and_never_the_own_rights(
    world: World, people: PeopleService, town: int
) -> None:
    guard = people.add_person(name="安全员", by=None)
    post = people.give_post(person_id=guard, unit_id=town, role=Role.SECURITY_ADMIN, by=None)
    account = people.create_account(person_id=guard, username="guard", password="Good-Pass-99x", by=None)
    world.person_ids = {**world.person_ids, "guard": guard}
    viewer = world.viewer("guard")
    clerk = world.person_ids["clerk-east"]
    assert people.give_post(person_id=clerk, unit_id=town, role=Role.HEAD, by=viewer)
    with pytest.raises(NotAllowed, match="不能给自己授予岗位"):
        people.give_post(person_id=guard, unit_id=town, role=Role.SECURITY_ADMIN, by=viewer)
    with pytest.raises(NotAllowed, match="不能变动自己的岗位"):
        people.end_post(post, by=viewer)
    with pytest.raises(NotAllowed, match="不能停用自己的账号"):
        people.disable(account, by=viewer)
    with pytest.raises(NotFound):
        people.reset_password(account, by=world.viewer("boss"))
    with pytest.raises(NotFound):
        people.find_accounts(world.viewer("boss"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "甲\n乙"}, "name"),
        ({"name": "甲", "phone": "12345"}, "phone"),
        ({"name": "甲", "email": "不是邮箱"}, "email"),
    ],
)
def test_a_person_who_cannot_be_reached_as_written_is_refused(
    people: PeopleService, given: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        people.add_person(**given, by=None)
    assert field in refused.value.by_field()


def test_phones_are_kept_encrypted_and_as_carriers_take_them(world: World, people: PeopleService) -> None:
    person = people.add_person(name="甲", phone="+86 138-0000 0000", by=None)
    kept = bytes(world.value("SELECT phone_cipher FROM person WHERE id = :id", id=person))
    assert b"138" not in kept
    assert world.container.cipher.decrypt(kept) == "13800000000"


def test_a_registered_address_closes_the_incident_about_it(world: World, people: PeopleService) -> None:
    person = people.add_person(name="甲", by=None)
    with world.container.uows() as uow:
        uow.incidents.raise_(kind="no_address", subject=f"person:{person}", sentence="x", now=world.clock.now())
        uow.commit()
    people.set_addresses(person, phone="", email="jia@town.example", by=None)
    assert world.value("SELECT resolved_at IS NOT NULL FROM incident WHERE kind = 'no_address'")


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("ab", "Good-Pass-99x", "username"),
        ("王芳", "Good-Pass-99x", "username"),
        ("taken", "Good-Pass-99x", "username"),
        ("fresh", "short", "password"),
    ],
)
def test_an_account_that_cannot_be_made_says_why_at_its_field(
    people: PeopleService, username: str, password: str, field: str
) -> None:
    person = people.add_person(name="甲", by=None)
    people.create_account(person_id=person, username="taken", password="Good-Pass-99x", by=None)
    with pytest.raises(InvalidInput) as refused:
        people.create_account(person_id=person, username=username, password=password, by=None)
    assert field in refused.value.by_field()
