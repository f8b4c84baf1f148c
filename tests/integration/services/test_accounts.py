"""Signing in, locks and sessions, on the real database; real time, whatever the sample's clock says."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.kept import standing_world
from tests.support.world import World, small_campaign
from tracker.domain.errors import InvalidInput, LoginRefused
from tracker.domain.values import Role
from tracker.persistence.secrets import ArgonHasher
from tracker.services.accounts import AccountService, SessionView, SignInRules
from tracker.services.people import PeopleService

SURVEY = (
    "{key: s1, ordinal: （一）, title: 摸排, text: 摸排, workflow: survey, units: [各村], due: {by_date: 2026-03-20}}"
)
PASSWORD = "Correct-Horse-7"
RULES = SignInRules(tries=3, lock_for=timedelta(minutes=15), idle=timedelta(minutes=30), longest=timedelta(hours=12))
QUICK = ArgonHasher(time_cost=1, memory_kib=64)


class County:
    """The small world, with the services under test and an account for the clerk of the east village."""

    def __init__(self, world: World) -> None:
        self.world = world
        container = world.container
        self.accounts = AccountService(uows=container.uows, hasher=QUICK, clock=world.clock, rules=RULES)
        self.people = PeopleService(
            uows=container.uows, hasher=QUICK, cipher=container.cipher, clock=world.clock, queue=world.queue
        )
        self.person_id = world.person_ids["clerk-east"]
        self.account_id = self.people.create_account(
            person_id=self.person_id, username="clerk.east", password=PASSWORD, by=None, must_change=False
        )

    def sign_in(self, password: str = PASSWORD, username: str = "clerk.east") -> str:
        account = self.accounts.authenticate(username, password, address="10.0.0.7")
        return self.accounts.open_session(account.id)

    def refusal(self, password: str, username: str = "clerk.east") -> str:
        with pytest.raises(LoginRefused) as refused:
            self.accounts.authenticate(username, password, address="10.0.0.7")
        return refused.value.sentence

    def seen(self, token: str) -> SessionView:
        session = self.accounts.viewer_for(token)
        assert session is not None
        return session

    def wait(self, **span: float) -> None:
        self.world.clock.set(self.world.clock.now() + timedelta(**span))

    def events(self) -> list[str]:
        rows = self.world.rows(
            "SELECT e.kind FROM event e JOIN stream s ON s.id = e.stream_id"
            " WHERE s.kind = 'person' AND s.subject_id = :person ORDER BY e.id",
            person=self.person_id,
        )
        return [row["kind"] for row in rows]


@standing_world(shown=County)
def county(world: World) -> None:
    world.load(small_campaign(measures=[SURVEY]), issue=False)


# -- signing in


def test_the_right_password_opens_a_session_with_the_posts_of_today(county: County) -> None:
    session = county.seen(county.sign_in())
    assert (session.person_id, session.name, session.username) == (county.person_id, "clerk-east", "clerk.east")
    assert [(post.role, post.unit_name) for post in session.posts] == [("liaison", "east村")]
    assert session.viewer.roles() == {Role.LIAISON}
    assert not session.must_change


def test_a_session_reaches_the_units_below_its_posts(county: County) -> None:
    town, east = (county.world.value("SELECT id FROM unit WHERE key = :key", key=key) for key in ("town", "east"))
    county.people.give_post(person_id=county.person_id, unit_id=town, role=Role.AREA_LEADER, by=None)
    viewer = county.seen(county.sign_in()).viewer
    assert east in viewer.units(Role.AREA_LEADER)
    assert viewer.units(Role.LIAISON) == {east}


def test_the_user_name_is_read_as_people_type_it(county: County) -> None:
    assert county.accounts.authenticate(" Clerk.East ", PASSWORD, address="").id == county.account_id


def test_an_unknown_name_a_wrong_password_and_a_lock_sound_alike(county: County) -> None:
    sentences = {county.refusal("wrong-Password-1"), county.refusal(PASSWORD, "nobody.here"), county.refusal("x")}
    sentences |= {county.refusal("x\0y", "clerk\0"), county.refusal("x" * 100_000)}
    sentences |= {county.refusal(PASSWORD)}
    assert len(sentences) == 1
    assert "连续输错 3 次会锁定 15 分钟" in sentences.pop()


def test_a_refusal_is_in_the_record_whether_or_not_anybody_has_the_name(county: County) -> None:
    county.refusal("whatever", username="nobody.at.all")
    rows = county.world.rows(
        "SELECT e.payload, p.fields FROM event e JOIN event_personal p ON p.event_id = e.id"
        " WHERE e.kind = 'account.sign_in_refused'"
    )
    assert rows == [{"payload": {}, "fields": {"username": "nobody.at.all", "address": "10.0.0.7"}}]


def test_too_many_wrong_tries_lock_the_account_and_time_unlocks_it(county: County) -> None:
    for _ in range(3):
        county.refusal("wrong-Password-1")
    county.refusal(PASSWORD)
    county.wait(minutes=14)
    county.refusal(PASSWORD)
    county.wait(minutes=1)
    assert county.sign_in()
    assert "account.locked" in county.events()


def test_success_starts_the_count_anew(county: County) -> None:
    for _ in range(3):
        county.refusal("wrong-Password-1")
        county.refusal("wrong-Password-1")
        assert county.sign_in()


def test_guesses_sent_in_parallel_all_count(county: County) -> None:
    looked_at: list[str] = []

    class Counting(ArgonHasher):
        def verify(self, encoded: str, password: str) -> bool:
            looked_at.append(encoded)
            return super().verify(encoded, password)

    hasher = Counting(time_cost=1, memory_kib=64)
    accounts = AccountService(uows=county.world.container.uows, hasher=hasher, clock=county.world.clock, rules=RULES)
    start = threading.Barrier(8)

    def guess(number: int) -> None:
        start.wait()
        with pytest.raises(LoginRefused):
            accounts.authenticate("clerk.east", f"Guess-Number-{number}", address="10.0.0.9")

    guessing = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for each in guessing:
        each.start()
    for each in guessing:
        each.join()
    real = county.world.value("SELECT password_hash FROM account WHERE id = :id", id=county.account_id)
    assert looked_at.count(real) == RULES.tries
    assert len(looked_at) == 8


def test_a_stopped_account_says_so_only_to_whoever_knows_its_password(county: County) -> None:
    token = county.sign_in()
    county.people.disable(county.account_id, by=None)
    assert county.accounts.viewer_for(token) is None
    assert "已停用" in county.refusal(PASSWORD)
    assert "已停用" not in county.refusal("wrong-Password-1")
    county.people.enable(county.account_id, by=None)
    assert county.sign_in()


# -- sessions


def test_the_database_never_holds_a_token_that_would_open_a_session(county: County) -> None:
    token = county.sign_in()
    (row,) = county.world.rows("SELECT token_hash FROM login_session")
    assert token.encode() not in bytes(row["token_hash"])
    assert len(row["token_hash"]) == 32


def test_a_session_ends_when_nobody_uses_it(county: County) -> None:
    token = county.sign_in()
    county.wait(minutes=29)
    assert county.accounts.viewer_for(token)
    county.wait(minutes=29)
    assert county.accounts.viewer_for(token)
    county.wait(minutes=31)
    assert county.accounts.viewer_for(token) is None


def test_a_session_ends_after_twelve_hours_however_busy(county: County) -> None:
    token = county.sign_in()
    for _ in range(35):
        county.wait(minutes=20)
        assert county.accounts.viewer_for(token)
    county.wait(minutes=20)
    assert county.accounts.viewer_for(token) is None


def test_moving_the_samples_clock_signs_nobody_out(county: County) -> None:
    token = county.sign_in()
    county.world.clock.moment += timedelta(days=30)
    assert county.accounts.viewer_for(token)


def test_signing_out_ends_the_session(county: County) -> None:
    token = county.sign_in()
    county.accounts.close_session(token)
    county.accounts.close_session("never-was")
    assert county.accounts.viewer_for(token) is None
    assert county.events()[-2:] == ["account.signed_in", "account.signed_out"]


@pytest.mark.parametrize("token", ["", "x", "\udcff", "a" * 10_000])
def test_a_token_that_nobody_was_given_opens_nothing(county: County, token: str) -> None:
    assert county.accounts.viewer_for(token) is None


def test_old_sessions_are_forgotten(county: County) -> None:
    county.sign_in()
    county.wait(days=32)
    county.accounts.forget_old_sessions()
    assert county.world.value("SELECT count(*) FROM login_session") == 0


# -- passwords


def test_a_changed_password_ends_the_other_sessions(county: County) -> None:
    here, elsewhere = county.sign_in(), county.sign_in()
    county.accounts.change_password(county.account_id, current=PASSWORD, new="New-Horse-8-away", token=here)
    assert county.accounts.viewer_for(here)
    assert county.accounts.viewer_for(elsewhere) is None
    county.refusal(PASSWORD)
    assert county.sign_in("New-Horse-8-away")


@pytest.mark.parametrize(
    ("current", "new", "field", "said"),
    [
        (PASSWORD, "Short-7", "new", "至少 10 位"),
        (PASSWORD, "alllowercase", "new", "至少三种"),
        (PASSWORD, "Clerk.East-2026", "new", "不能含有用户名"),
        (PASSWORD, PASSWORD, "new", "和现在的一样"),
        ("wrong", "New-Horse-8-away", "current", "现在的密码不对"),
    ],
)
def test_a_password_that_is_not_taken_says_why_at_its_field(
    county: County, current: str, new: str, field: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        county.accounts.change_password(county.account_id, current=current, new=new)
    assert said in refused.value.by_field()[field]


def test_wrong_current_passwords_lock_too(county: County) -> None:
    for _ in range(3):
        with pytest.raises(InvalidInput):
            county.accounts.change_password(county.account_id, current="wrong", new="New-Horse-8-away")
    county.refusal(PASSWORD)


def test_a_reset_password_is_new_and_must_be_changed(county: County) -> None:
    token = county.sign_in()
    password = county.people.reset_password(county.account_id, by=None)
    assert county.accounts.viewer_for(token) is None
    session = county.seen(county.sign_in(password))
    assert session.must_change
    county.accounts.change_password(county.account_id, current=password, new="New-Horse-8-away")
    assert not county.seen(county.sign_in("New-Horse-8-away")).must_change


def test_unlocking_lifts_the_lock_before_its_time(county: County) -> None:
    for _ in range(3):
        county.refusal("wrong-Password-1")
    county.people.unlock(county.account_id, by=None)
    assert county.sign_in()


def test_what_happened_to_an_account_is_in_the_persons_record_without_names(county: County) -> None:
    county.refusal("wrong-Password-1")
    county.accounts.close_session(county.sign_in())
    rows: list[dict[str, Any]] = county.world.rows("SELECT e.kind, e.payload::text AS payload FROM event e")
    assert [kind for kind in county.events() if kind.startswith("account.")][-4:] == [
        "account.created", "account.sign_in_failed", "account.signed_in", "account.signed_out",
    ]  # fmt: skip
    assert not any("10.0.0.7" in row["payload"] or "clerk.east" in row["payload"] for row in rows)
    assert county.world.container.ledger.verify() is not None


def test_a_person_who_left_is_signed_out_and_cannot_sign_in(county: County) -> None:
    token = county.sign_in()
    county.people.record_leaving(county.person_id, by=None)
    assert county.accounts.viewer_for(token) is None
    assert "已停用" in county.refusal(PASSWORD)
    with county.world.container.uows() as uow:
        kept = uow.session.execute(
            text("SELECT phone_cipher, email_cipher FROM person WHERE id = :id"), {"id": county.person_id}
        ).one()
    assert tuple(kept) == (None, None)
