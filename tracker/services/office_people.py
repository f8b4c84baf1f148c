"""People and posts as the office of an administration keeps them. Accounts stay with the security administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound
from tracker.domain.permissions import Action, Viewer
from tracker.domain.ports import Cipher
from tracker.domain.posts import why_post_clashes
from tracker.domain.roster import cells
from tracker.domain.values import ADMIN_ROLES, Role, local_date
from tracker.persistence.queries.roster_page import PersonListed, get_person
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.administration import Administration, administration_of
from tracker.services.context import Floor
from tracker.services.leaving import let_go
from tracker.services.person_events import person_event

ELSEWHERE = "此人在其他办公室也有岗位，不能在这里登记离任或改联系方式。请只终止本办公室的岗位，其余由对方办理。"
OWN = "不能变动自己的岗位。请由另一位办公室人员或安全管理员办理。"


@dataclass(frozen=True)
class Contacts:
    """A person's phone and mail address in clear."""

    phone: str
    email: str


class OfficePeopleService:
    """Reveals contacts, keeps posts, records who left."""

    def __init__(self, floor: Floor, *, cipher: Cipher) -> None:
        self._floor = floor
        self._cipher = cipher

    def units_of(self, viewer: Viewer, action: Action) -> Administration:
        """Return what the viewer keeps or sees by `action`; raises NotFound for those who do not."""
        with self._floor.uows() as uow:
            return administration_of(uow, viewer, action)

    def reveal(self, viewer: Viewer, person_id: int) -> Contacts:
        """Return a person's phone and mail address, and record that they were looked at."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            administration, _ = self._ours(uow, viewer, person_id, Action.SEE_CONTACTS)
            person = uow.accounts.lock_person(person_id)
            if person is None:
                raise NotFound("没有这个人员，或者您无权查看。")
            found = Contacts(self._opened(person.phone_cipher), self._opened(person.email_cipher))
            uow.events.append([
                person_event(person_id, "contacts.revealed", at=now, by=administration.by.person_id),
            ])  # fmt: skip
            uow.commit()
            return found

    def set_addresses(self, viewer: Viewer, person_id: int, *, phone: str, email: str) -> None:
        """Replace a phone or mail address; an empty one is left as it is. Raises InvalidInput at the field."""
        now = self._floor.clock.now()
        wanted_phone, wanted_email = cells.read_phone(phone), cells.read_email(email)
        problems = []
        if wanted_phone and (why := cells.why_phone_unfit(wanted_phone)):
            problems.append(FieldProblem("phone", why))
        if wanted_email and (why := cells.why_email_unfit(wanted_email)):
            problems.append(FieldProblem("email", why))
        if not problems and not wanted_phone and not wanted_email:
            problems.append(FieldProblem("phone", "请填写新的手机号或邮箱。"))
        if problems:
            raise InvalidInput(problems)
        with self._floor.uows() as uow:
            administration, shown = self._ours(uow, viewer, person_id, Action.MANAGE_UNITS)
            self._refuse_elsewhere(administration, shown)
            uow.roster.set_addresses([{
                "id": person_id, "phone": self._cipher.encrypt(wanted_phone) if wanted_phone else None,
                "email": self._cipher.encrypt(wanted_email) if wanted_email else None,
            }])  # fmt: skip
            uow.incidents.resolve(kind="no_address", subject=f"person:{person_id}", now=now)
            uow.events.append([
                person_event(
                    person_id, "person.addresses_changed", at=now, by=administration.by.person_id,
                    has_phone=bool(wanted_phone) or shown.has_phone, has_email=bool(wanted_email) or shown.has_email,
                ),
            ])  # fmt: skip
            uow.commit()

    def give_post(
        self,
        viewer: Viewer,
        person_id: int,
        *,
        unit_id: int | None,
        role: Role | None,
        title: str,
        starts_on: date | None,
    ) -> None:
        """Let a person hold a business role at a unit of the administration; raises InvalidInput at the field."""
        now = self._floor.clock.now()
        begins = starts_on or local_date(now)
        with self._floor.uows() as uow:
            administration, _ = self._ours(uow, viewer, person_id, Action.MANAGE_UNITS)
            if person_id == viewer.person_id:
                raise NotAllowed(OWN)
            present = {unit.id for unit in uow.units.find_present()}
            problems = []
            if unit_id is None or unit_id not in present or not administration.reaches(unit_id):
                problems.append(FieldProblem("unit", "请选择本办公室管理的单位。"))
            if role is None or role in ADMIN_ROLES:
                problems.append(FieldProblem("role", "请选择岗位。管理员岗位由安全管理员设置。"))
            if problems or unit_id is None or role is None:
                raise InvalidInput(problems)
            uow.accounts.lock_person(person_id)
            beside = uow.accounts.posts_from(person_id, begins)
            if (clash := why_post_clashes(role, [Role(post.role) for post in beside])) is not None:
                raise InvalidInput([FieldProblem("role", clash)])
            if any((post.unit_id, post.role, post.campaign_id) == (unit_id, role.value, None) for post in beside):
                raise InvalidInput([FieldProblem("role", "本人在该单位已有这个岗位，不用重复设置。")])
            post_id = uow.units.give_post(
                person_id=person_id, unit_id=unit_id, role=role.value, title=title, campaign_id=None, starts_on=begins
            )
            uow.events.append([
                person_event(
                    person_id, "post.given", at=now, by=administration.by.person_id, post=post_id, unit=unit_id,
                    role=role.value, campaign=None, starts_on=begins, personal={"title": title} if title else None,
                ),
            ])  # fmt: skip
            uow.commit()

    def end_post(self, viewer: Viewer, person_id: int, post_id: int, *, last: date | None) -> None:
        """End a post of the administration after its last day (yesterday, when none is given)."""
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            administration, _ = self._ours(uow, viewer, person_id, Action.MANAGE_UNITS)
            post = uow.accounts.get_post(post_id)
            if post is None or post.person_id != person_id or not administration.reaches(post.unit_id):
                raise NotFound("没有这个岗位，或者您无权办理。")
            if person_id == viewer.person_id:
                raise NotAllowed(OWN)
            ends_on = last or local_date(now) - timedelta(days=1)
            if last is not None and last < post.starts_on:
                raise InvalidInput([FieldProblem("last", f"岗位从{post.starts_on}开始，最后一天不能更早。")])
            uow.accounts.set_post_end(post_id, starts_on=min(post.starts_on, ends_on), ends_on=ends_on)
            uow.events.append([
                person_event(
                    person_id, "post.ended", at=now, by=administration.by.person_id, post=post_id, ends_on=ends_on
                ),
            ])  # fmt: skip
            uow.commit()

    def record_leaving(self, viewer: Viewer, person_id: int, *, on: date | None) -> None:
        """Record that a person left on a day: posts end, accounts stop, sessions end, addresses are wiped.

        Somebody with posts at another office is not theirs to let go: NotAllowed says so.
        """
        now = self._floor.clock.now()
        today = local_date(now)
        left_on = on or today
        with self._floor.uows() as uow:
            administration, shown = self._ours(uow, viewer, person_id, Action.MANAGE_UNITS)
            if person_id == viewer.person_id:
                raise NotAllowed("不能给自己登记离任。请由另一位办公室人员或安全管理员办理。")
            self._refuse_elsewhere(administration, shown)
            if left_on > today or left_on < today - timedelta(days=366):
                raise InvalidInput([FieldProblem("on", "离任日期应在一年以前至今天之间。请核对。")])
            accounts = uow.accounts.accounts_of(person_id)
            person = uow.accounts.lock_person(person_id)
            if person is None:
                raise NotFound("没有这个人员，或者您无权查看。")
            if person.left_on is not None:
                raise InvalidInput([FieldProblem("on", f"此人已在{person.left_on}登记离任。")])
            let_go(
                uow, person, accounts, left_on=left_on, by=administration.by.person_id, now=now, real=self._floor.clock.real_now()
            )  # fmt: skip
            uow.commit()

    def _ours(
        self, uow: UnitOfWork, viewer: Viewer, person_id: int, action: Action
    ) -> tuple[Administration, PersonListed]:
        administration = administration_of(uow, viewer, action)
        today = local_date(self._floor.clock.now())
        return administration, get_person(uow.session, person_id, within=administration.unit_ids, today=today)

    def _refuse_elsewhere(self, administration: Administration, shown: PersonListed) -> None:
        today = local_date(self._floor.clock.now()).isoformat()
        held = [post for post in shown.posts if post["ends_on"] is None or post["ends_on"] >= today]
        if not all(administration.reaches(post["unit_id"]) for post in held):
            raise NotAllowed(ELSEWHERE)

    def _opened(self, cipher: bytes | None) -> str:
        return self._cipher.decrypt(bytes(cipher)) if cipher else ""
