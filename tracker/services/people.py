"""People, their posts and their accounts, as administrators keep them. Every change is an event.

`by` is who acts: a viewer who may manage accounts, or None for the operator at the command line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound
from tracker.domain.passwords import random_password, why_password_unfit, why_username_unfit
from tracker.domain.permissions import Action, Viewer, may
from tracker.domain.phones import is_mobile, plain_number
from tracker.domain.ports import Cipher, Clock, JobQueue, PasswordHasher
from tracker.domain.posts import why_post_clashes
from tracker.domain.values import Role, local_date
from tracker.persistence.models import Account, Person, PostHeld
from tracker.persistence.repositories.accounts import AccountRow
from tracker.persistence.repositories.units import PersonRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import SETTLE_JOB
from tracker.services.leaving import forget_idle_addresses, let_go
from tracker.services.person_events import check_may_manage, person_event

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
NAME = re.compile(r"[^\x00-\x1f\x7f]{1,40}")


class PeopleService:
    """Keeps people, posts and accounts."""

    def __init__(
        self, *, uows: Callable[[], UnitOfWork], hasher: PasswordHasher, cipher: Cipher, clock: Clock, queue: JobQueue
    ) -> None:
        self._uows = uows
        self._hasher = hasher
        self._cipher = cipher
        self._clock = clock
        self._queue = queue

    # -- people

    def add_person(self, *, name: str, phone: str = "", email: str = "", by: Viewer | None) -> int:
        """Add a person; raises InvalidInput at `name`, `phone` or `email`."""
        actor, now = check_may_manage(by), self._clock.now()
        name, phone, email = name.strip(), plain_number(phone), email.strip()
        problems = _address_problems(phone, email)
        if not NAME.fullmatch(name):
            problems.insert(0, FieldProblem("name", "请填写姓名，最多 40 个字。"))
        if problems:
            raise InvalidInput(problems)
        with self._uows() as uow:
            person_id = uow.units.add_person(
                name=name, email_cipher=self._sealed(email), phone_cipher=self._sealed(phone), now=now
            )
            uow.events.append([
                person_event(person_id, "person.added", at=now, by=actor, personal={"name": name},
                             has_phone=bool(phone), has_email=bool(email)),
            ])  # fmt: skip
            uow.commit()
        return person_id

    def set_addresses(self, person_id: int, *, phone: str, email: str, by: Viewer | None) -> None:
        """Replace a person's phone and mail address; empty removes one."""
        actor, now = check_may_manage(by), self._clock.now()
        phone, email = plain_number(phone), email.strip()
        if problems := _address_problems(phone, email):
            raise InvalidInput(problems)
        with self._uows() as uow:
            person = _locked_person(uow, person_id)
            person.phone_cipher, person.email_cipher = self._sealed(phone), self._sealed(email)
            uow.incidents.resolve(kind="no_address", subject=f"person:{person_id}", now=now)
            uow.events.append([
                person_event(person_id, "person.addresses_changed", at=now, by=actor,
                             has_phone=bool(phone), has_email=bool(email)),
            ])  # fmt: skip
            uow.commit()

    def record_leaving(self, person_id: int, *, by: Viewer | None) -> None:
        """Record that a person has left: posts and sessions end, accounts stop, addresses are wiped."""
        actor, now = check_may_manage(by), self._clock.now()
        with self._uows() as uow:
            accounts = uow.accounts.accounts_of(person_id)
            person = _locked_person(uow, person_id)
            let_go(uow, person, accounts, left_on=local_date(now), by=actor, now=now, real=self._clock.real_now())
            self._let_decisions_settle(uow)
            uow.commit()

    def forget_idle_addresses(self) -> int:
        """Wipe the addresses of people who have held no post for a while, and return how many they are."""
        now = self._clock.now()
        with self._uows() as uow:
            wiped = forget_idle_addresses(uow, today=local_date(now), now=now)
            uow.commit()
        return wiped

    # -- posts

    def give_post(
        self, *, person_id: int, unit_id: int, role: Role, title: str = "", campaign_id: int | None = None,
        starts_on: date | None = None, ends_on: date | None = None, by: Viewer | None,
    ) -> int:  # fmt: skip
        """Let a person hold a role at a unit and return the post's id; `ends_on` is the last day.

        Raises InvalidInput at `role` when posts exclude each other, and NotAllowed for one's own rights.
        """
        actor, now = check_may_manage(by), self._clock.now()
        if actor == person_id:
            raise NotAllowed("不能给自己授予岗位。请由另一位安全管理员办理。")
        begins = starts_on or local_date(now)
        if ends_on is not None and ends_on < begins:
            raise InvalidInput([FieldProblem("ends_on", "结束日期早于开始日期。请改正。")])
        with self._uows() as uow:
            _locked_person(uow, person_id)
            if unit_id not in {unit.id for unit in uow.units.find_present()}:
                raise InvalidInput([FieldProblem("unit", "没有这个单位。请重新选择。")])
            if campaign_id is not None and campaign_id not in {each.id for each in uow.campaigns.find_all()}:
                raise InvalidInput([FieldProblem("campaign", "没有这个专项行动。请重新选择。")])
            posts = uow.accounts.posts_from(person_id, begins)
            beside = [post for post in posts if ends_on is None or post.starts_on <= ends_on]
            _check_beside(beside, unit_id=unit_id, role=role, campaign_id=campaign_id)
            post_id = uow.units.give_post(
                person_id=person_id, unit_id=unit_id, role=role.value, title=title.strip(),
                campaign_id=campaign_id, starts_on=begins,
            )  # fmt: skip
            if ends_on is not None:
                uow.accounts.set_post_end(post_id, starts_on=begins, ends_on=ends_on)
            uow.events.append([
                person_event(person_id, "post.given", at=now, by=actor, post=post_id, unit=unit_id,
                             role=role.value, campaign=campaign_id, starts_on=begins, ends_on=ends_on),
            ])  # fmt: skip
            self._let_decisions_settle(uow)
            uow.commit()
        return post_id

    def end_post(self, post_id: int, *, ends_on: date | None = None, by: Viewer | None) -> None:
        """End a post after a day, or at once without one: then yesterday was the last."""
        actor, now = check_may_manage(by), self._clock.now()
        with self._uows() as uow:
            post = uow.accounts.get_post(post_id)
            if post is None:
                raise NotFound("没有这个岗位。")
            if actor == post.person_id:
                raise NotAllowed("不能变动自己的岗位。请由另一位安全管理员办理。")
            last = ends_on or local_date(now) - timedelta(days=1)
            if ends_on is not None and ends_on < post.starts_on:
                raise InvalidInput([FieldProblem("ends_on", "结束日期早于开始日期。请改正。")])
            # A post that began today and ends at once was never held for a day; its events keep the story.
            uow.accounts.set_post_end(post_id, starts_on=min(post.starts_on, last), ends_on=last)
            uow.events.append(
                [person_event(post.person_id, "post.ended", at=now, by=actor, post=post_id, ends_on=last)]
            )
            self._let_decisions_settle(uow)
            uow.commit()

    # -- accounts

    def create_account(
        self, *, person_id: int, username: str, password: str, by: Viewer | None, must_change: bool = True
    ) -> int:
        """Give a person an account and return its id; raises InvalidInput at `username` or `password`."""
        actor, now = check_may_manage(by), self._clock.now()
        username = username.strip().lower()
        _check_credentials(username, password)
        hashed = self._hasher.hash(password)
        with self._uows() as uow:
            _locked_person(uow, person_id)
            account_id = uow.accounts.add(
                person_id=person_id, username=username, password_hash=hashed, must_change=must_change, now=now
            )
            if account_id is None:
                raise InvalidInput([FieldProblem("username", f"用户名 {username} 已有人用。请换一个。")])
            uow.events.append([
                person_event(person_id, "account.created", at=now, by=actor, account=account_id,
                             personal={"username": username}),
            ])  # fmt: skip
            uow.commit()
        return account_id

    def reset_password(self, account_id: int, *, by: Viewer | None) -> str:
        """Give an account a new random password, to be changed at the next sign-in, and return it once."""
        check_may_manage(by)
        password = random_password()
        hashed = self._hasher.hash(password)

        def reset(uow: UnitOfWork, account: Account) -> None:
            account.password_hash, account.must_change = hashed, True
            account.failed_tries, account.locked_until = 0, None
            uow.accounts.end_sessions(account.id, at=self._clock.real_now())

        self._change_account(account_id, "account.password_reset", reset, by=by)
        return password

    def unlock(self, account_id: int, *, by: Viewer | None) -> None:
        """Lift a lock before its time."""

        def lift(uow: UnitOfWork, account: Account) -> None:
            account.failed_tries, account.locked_until = 0, None

        self._change_account(account_id, "account.unlocked", lift, by=by)

    def disable(self, account_id: int, *, by: Viewer | None) -> None:
        """Stop an account and end its sessions; nobody stops the own one."""

        def stop(uow: UnitOfWork, account: Account) -> None:
            if by is not None and by.person_id == account.person_id:
                raise NotAllowed("不能停用自己的账号。请由另一位安全管理员办理。")
            account.disabled = True
            uow.accounts.end_sessions(account.id, at=self._clock.real_now())

        self._change_account(account_id, "account.disabled", stop, by=by)

    def enable(self, account_id: int, *, by: Viewer | None) -> None:
        """Let a stopped account be used again."""

        def start(uow: UnitOfWork, account: Account) -> None:
            account.disabled = False

        self._change_account(account_id, "account.enabled", start, by=by)

    def find_people(self, viewer: Viewer | None) -> list[PersonRow]:
        """Return everybody in service with accounts and posts; raises NotFound as `find_accounts` does."""
        _check_may_see(viewer)
        with self._uows() as uow:
            return uow.units.find_people(local_date(self._clock.now()))

    def find_accounts(self, viewer: Viewer | None) -> list[AccountRow]:
        """Return all accounts by user name; raises NotFound for those who may not see them."""
        _check_may_see(viewer)
        with self._uows() as uow:
            return uow.accounts.rows()

    def _change_account(
        self, account_id: int, kind: str, change: Callable[[UnitOfWork, Account], None], *, by: Viewer | None
    ) -> None:
        actor, now = check_may_manage(by), self._clock.now()
        with self._uows() as uow:
            account = uow.accounts.lock(account_id)
            if account is None:
                raise NotFound("没有这个账号。")
            change(uow, account)
            uow.events.append([person_event(account.person_id, kind, at=now, by=actor, account=account_id)])
            uow.commit()

    def _let_decisions_settle(self, uow: UnitOfWork) -> None:
        """Ring, once committed: with a post gone or filled, decisions may rise to the unit above or come back."""
        uow.on_commit(lambda: self._queue.enqueue("housekeeping", SETTLE_JOB))

    def _sealed(self, address: str) -> bytes | None:
        return self._cipher.encrypt(address) if address else None


def _check_may_see(viewer: Viewer | None) -> None:
    if viewer is not None and not may(viewer, Action.SEE_ACCOUNTS):
        raise NotFound("没有这个页面，或者您无权查看。")


def _check_beside(beside: Sequence[PostHeld], *, unit_id: int, role: Role, campaign_id: int | None) -> None:
    if (clash := why_post_clashes(role, [Role(post.role) for post in beside])) is not None:
        raise InvalidInput([FieldProblem("role", clash)])
    if any((p.unit_id, p.role, p.campaign_id) == (unit_id, role.value, campaign_id) for p in beside):
        raise InvalidInput([FieldProblem("role", "本人在该单位已有这个岗位，不用重复设置。")])


def _address_problems(phone: str, email: str) -> list[FieldProblem]:
    problems = []
    if phone and not is_mobile(phone):
        problems.append(FieldProblem("phone", "手机号应是 1 开头的 11 位数字。请核对。"))
    if email and not (EMAIL.fullmatch(email) and len(email) <= 254):
        problems.append(FieldProblem("email", "邮箱地址写得不对，例如 name@example.gov.cn。请核对。"))
    return problems


def _check_credentials(username: str, password: str) -> None:
    found = (
        ("username", why_username_unfit(username)),
        ("password", why_password_unfit(password, username=username)),
    )
    problems = [FieldProblem(field, sentence) for field, sentence in found if sentence is not None]
    if problems:
        raise InvalidInput(problems)


def _locked_person(uow: UnitOfWork, person_id: int) -> Person:
    person = uow.accounts.lock_person(person_id)
    if person is None:
        raise NotFound("没有这个人员。")
    return person
