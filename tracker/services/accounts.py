"""Signing in and out: under which password, and what a browser's session stands for.

Sessions, tries and locks keep real time, also in a sample whose clock was moved forward.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.errors import FieldProblem, InvalidInput, LoginRefused, NotFound
from tracker.domain.inputs import cleaned
from tracker.domain.passwords import why_password_unfit, why_username_unfit
from tracker.domain.permissions import Viewer
from tracker.domain.ports import Clock, PasswordHasher
from tracker.domain.values import local_date
from tracker.persistence.models import Account
from tracker.persistence.repositories.accounts import AccountRow, PostRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.person_events import person_event
from tracker.services.recording import event
from tracker.services.seeing import viewer_of

#: The stream of refusals that belong to no account.
DOOR = ("settings", 2)
#: A session's last use is written at most this often, so that reading pages does not write rows.
SEEN_EVERY = timedelta(minutes=1)
#: No password is longer; a megabyte of it would only keep the hasher busy.
LONGEST_LOOKED_AT = 256


@dataclass(frozen=True, kw_only=True)
class SignInRules:
    """How many wrong passwords lock an account and for how long, and when a session ends by itself."""

    tries: int = 5
    lock_for: timedelta = timedelta(minutes=15)
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who is behind a session: the viewer for permissions, and what the page's head shows."""

    viewer: Viewer
    account_id: int
    username: str
    name: str
    posts: tuple[PostRow, ...]
    must_change: bool

    @property
    def person_id(self) -> int:
        """Return the person's id."""
        return self.viewer.person_id


class AccountService:
    """Signs people in and out, and lets them change their own password."""

    def __init__(
        self, *, uows: Callable[[], UnitOfWork], hasher: PasswordHasher, clock: Clock, rules: SignInRules
    ) -> None:
        self._uows = uows
        self._hasher = hasher
        self._clock = clock
        self._rules = rules
        # What an unknown name is verified against, so that it takes as long as a wrong password.
        self._nobody = hasher.hash(secrets.token_urlsafe(16))

    # -- signing in

    def authenticate(self, username: str, password: str, *, address: str) -> AccountRow:
        """Return the account when the password fits.

        Raises LoginRefused with one and the same sentence, after the same work, for an unknown name, a wrong
        password and a locked account, so that an outsider learns nothing from it.
        """
        username = username.strip().lower()
        charged = self._charge(username)
        fits = self._hasher.verify(charged[1] if charged else self._nobody, password[:LONGEST_LOOKED_AT])
        if charged is None or not fits:
            self._note_refusal(charged[0] if charged else None, username=username, address=address)
            raise LoginRefused(self._refusal())
        with self._uows() as uow:
            account = uow.accounts.lock(charged[0])
            row = uow.accounts.rows(account_id=charged[0])
            if account is None or not row:
                raise LoginRefused(self._refusal())
            account.failed_tries, account.locked_until = 0, None
            if account.disabled:
                uow.commit()
                raise LoginRefused("这个账号已停用。请联系安全管理员。")
            account.last_login_at = self._clock.real_now()
            self._append(uow, account, "account.signed_in", address=address)
            uow.commit()
        return row[0]

    def open_session(self, account_id: int) -> str:
        """Return a new random token for the cookie; the database keeps its SHA-256 only."""
        token = secrets.token_urlsafe(32)
        with self._uows() as uow:
            uow.accounts.add_session(_digest(token), account_id=account_id, at=self._clock.real_now())
            uow.commit()
        return token

    def viewer_for(self, token: str) -> SessionView | None:
        """Return who is behind a session token, with the posts of today; None for an unknown or old one."""
        real, today = self._clock.real_now(), local_date(self._clock.now())
        with self._uows() as uow:
            row = uow.accounts.find_session(_digest(token), today=today)
            if row is None or self._ran_out(row.created_at, row.seen_at, real):
                return None
            if real - row.seen_at >= SEEN_EVERY:
                uow.accounts.touch_session(_digest(token), at=real)
                uow.commit()
            posts = uow.accounts.posts_on(row.person_id, today)
            viewer = viewer_of(uow, row.person_id, posts, account_id=row.account_id)
        return SessionView(viewer, row.account_id, row.username, row.name, tuple(posts), row.must_change)

    def close_session(self, token: str) -> None:
        """End a session; an unknown token is nobody's."""
        with self._uows() as uow:
            account_id = uow.accounts.end_session(_digest(token), at=self._clock.real_now())
            if account_id is not None and (account := uow.accounts.lock(account_id)) is not None:
                self._append(uow, account, "account.signed_out")
            uow.commit()

    # -- passwords

    def change_password(self, account_id: int, *, current: str, new: str, token: str = "") -> None:
        """Change one's own password and end one's other sessions (all but that of `token`).

        Raises InvalidInput at the fields `current` and `new`. Wrong tries count towards the lock.
        """
        with self._uows() as uow:
            rows = uow.accounts.rows(account_id=account_id)
        if not rows:
            raise NotFound("没有这个账号。")
        username = rows[0].username
        if (unfit := why_password_unfit(new, username=username)) is not None:
            raise InvalidInput([FieldProblem("new", unfit)])
        if new == current:
            raise InvalidInput([FieldProblem("new", "新密码和现在的一样。请换一个。")])
        charged = self._charge(username)
        if charged is None or not self._hasher.verify(charged[1], current[:LONGEST_LOOKED_AT]):
            raise InvalidInput([FieldProblem("current", "现在的密码不对。请重新输入。")])
        hashed = self._hasher.hash(new)
        with self._uows() as uow:
            account = _locked(uow, account_id)
            account.password_hash, account.must_change = hashed, False
            account.failed_tries, account.locked_until = 0, None
            uow.accounts.end_sessions(account.id, at=self._clock.real_now(), besides=_digest(token))
            self._append(uow, account, "account.password_changed", by=account.person_id)
            uow.commit()

    def forget_old_sessions(self) -> None:
        """Delete sessions that ran out more than a month ago; housekeeping calls this."""
        with self._uows() as uow:
            uow.accounts.forget_sessions(before=self._clock.real_now() - self._rules.longest - timedelta(days=31))
            uow.commit()

    # -- tries

    def _charge(self, username: str) -> tuple[int, str] | None:
        """Count a try before it is looked at and return account and hash; None for an unknown or locked one.

        Counting first means that guesses sent in parallel cannot all pass the check before the first is
        counted, and no row stays locked while a hash is computed.
        """
        if why_username_unfit(username) is not None:
            return None
        real = self._clock.real_now()
        with self._uows() as uow:
            account = uow.accounts.lock_by_username(username)
            if account is None:
                return None
            if account.locked_until is not None:
                if account.locked_until > real:
                    return None
                account.failed_tries, account.locked_until = 0, None
            account.failed_tries += 1
            if account.failed_tries >= self._rules.tries:
                account.locked_until = real + self._rules.lock_for
            uow.commit()
            return account.id, account.password_hash

    def _note_refusal(self, account_id: int | None, *, username: str, address: str) -> None:
        """Record every refusal (DOMAIN.md §6), for a name that nobody has or that is locked just as for a known one.

        The name is a personal field, since people type a password into the wrong box now and then.
        """
        with self._uows() as uow:
            if account_id is None:
                personal = {"username": cleaned(username[:LONGEST_LOOKED_AT]), "address": address}
                refused = event(DOOR, "account.sign_in_refused", {}, at=self._clock.now(), personal=personal)
                uow.events.append([refused])
                uow.commit()
                return
            account = _locked(uow, account_id)
            kinds = ["account.sign_in_failed"] + (["account.locked"] if account.locked_until is not None else [])
            self._append(uow, account, *kinds, address=address)
            uow.commit()

    def _refusal(self) -> str:
        minutes = int(self._rules.lock_for.total_seconds() // 60)
        return (
            f"用户名或密码不对，或者账号已被锁定。连续输错 {self._rules.tries} 次会锁定 {minutes} 分钟；"
            "忘了密码请联系安全管理员。"
        )

    def _ran_out(self, created_at: datetime, seen_at: datetime, real: datetime) -> bool:
        # seen_at is up to SEEN_EVERY old, and somebody who was active must not be thrown out early.
        return real - created_at >= self._rules.longest or real - seen_at >= self._rules.idle + SEEN_EVERY

    def _append(self, uow: UnitOfWork, account: Account, *kinds: str, by: int | None = None, address: str = "") -> None:
        personal = {"address": address} if address else None
        now = self._clock.now()
        uow.events.append([
            person_event(account.person_id, kind, at=now, by=by, account=account.id, personal=personal)
            for kind in kinds
        ])  # fmt: skip


def _locked(uow: UnitOfWork, account_id: int) -> Account:
    account = uow.accounts.lock(account_id)
    if account is None:
        raise NotFound("没有这个账号。")
    return account


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
