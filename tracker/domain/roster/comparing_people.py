"""People and posts: what a file changes, and what in it cannot be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tracker.domain.masking import mask_phone
from tracker.domain.posts import why_post_clashes
from tracker.domain.roster import cells
from tracker.domain.roster.changes import FieldChange, PersonChange, PostAct, PostChange, UnitAfter
from tracker.domain.roster.entries import PostEntry, RosterFile
from tracker.domain.roster.identifying import FilePerson, gather_people, recognise
from tracker.domain.roster.present import County, PresentPost
from tracker.domain.roster.problems import RowProblem, nearest
from tracker.domain.values import ADMIN_ROLES, ROLE_TITLES, Role

PostKey = tuple[str, Role, int | None]


@dataclass
class PeopleComparison:
    """Compares the people of one file. `units` = every unit, by code, as it will be."""

    county: County
    file: RosterFile
    units: Mapping[str, UnitAfter]
    whole: bool = False
    problems: list[RowProblem] = field(default_factory=list)
    people: list[PersonChange] = field(default_factory=list)
    posts: list[PostChange] = field(default_factory=list)
    without_phone: list[str] = field(default_factory=list)
    unchanged: int = 0

    def compare(self) -> None:
        """Fill changes and problems."""
        self._by_person: dict[int, list[PresentPost]] = defaultdict(list)
        for post in self.county.posts:
            self._by_person[post.person_id].append(post)
        persons = gather_people(self.file.posts)
        self.problems += recognise(persons, self.county)
        kept: set[int] = set()
        for person in persons:
            self._addresses(person)
            kept |= self._posts(person)
        if self.whole and self.file.has_people:
            self._end_the_rest(kept)

    # -- addresses

    def _addresses(self, person: FilePerson) -> None:
        row, known = person.rows[0], person.known
        phones = list(dict.fromkeys(one.phone for one in person.rows if one.phone))
        if len(phones) > 1:
            sentence = f"同一人写了两个手机号（{'、'.join(map(mask_phone, phones))}）。请统一，或核对是不是两个人。"
            self._wrong(next(one for one in person.rows if one.phone == phones[1]), "phone", sentence)
        phone = None if known and known.phone == person.phone else person.phone
        email = None if known and known.email == person.email else person.email
        if phone and (why := cells.why_phone_unfit(phone)):
            self._wrong(next(one for one in person.rows if one.phone), "phone", why)
        if email and (why := cells.why_email_unfit(email)):
            self._wrong(next(one for one in person.rows if one.email), "email", why)
        if person.phone is None and (known is None or known.phone is None):
            self.without_phone.append(person.name)
            sentence = "没有手机号，会照样导入，但发不了短信。请尽快补上；已列入“数据质量”。"
            self.problems.append(row.source.problem("phone", sentence, grave=False))
        gone = {row.unit: self.county.left.get((person.name, row.unit)) for row in person.rows}
        if known is None and (day := next((day for day in gone.values() if day), None)):
            sentence = (
                f"“{person.name}”曾在该单位任职，已于{day}登记离任。若是同一人，请删去这一行；不是的，会新增一人。"
            )
            self.problems.append(row.source.problem("name", sentence, grave=False))
        if person.login and (known is None or person.login not in known.logins):
            sentence = f"还没有“{person.login}”这个账号；导入不开账号，请安全管理员开通。"
            self.problems.append(row.source.problem("login", sentence, grave=False))
        if known is not None and (phone or email) and not self._is_ours(known.id):
            self._wrong(row, "phone", "此人由其他办公室管理，联系方式不能在这里改。请删去手机和邮箱。")
        if known is None or phone or email:
            self.people.append(PersonChange(
                person.index, known.id if known else None, person.name, phone, email,
                bool(known and known.phone), bool(known and known.email),
            ))  # fmt: skip

    def _is_ours(self, person_id: int) -> bool:
        held = [
            post for post in self._by_person[person_id] if post.ends_on is None or post.ends_on >= self.county.today
        ]
        return not held or any(self.county.importer.reaches(post.unit_key) for post in held)

    # -- posts

    def _posts(self, person: FilePerson) -> set[int]:
        """Compare the posts of one person; return the ids of those that the file names."""
        kept: set[int] = set()
        held = list(self._by_person[person.known.id]) if person.known else []
        will_hold = [_Span(post.role, post.unit_key, post.starts_on, post.ends_on, post.id) for post in held]
        named: dict[tuple[PostKey, date | None], PostEntry] = {}
        for entry in person.rows:
            key = self._key(entry)
            if key is None:
                continue
            if (key, entry.starts_on) in named:
                row = named[key, entry.starts_on].source.row.number
                self._wrong(entry, "role", f"与第{row}行是同一人的同一岗位。请删去重复的一行。")
                continue
            named[key, entry.starts_on] = entry
            present = _match(held, key, entry, self.county.today)
            change = self._change(person, entry, key, present)
            if present is not None:
                kept.add(present.id)
                will_hold = [span for span in will_hold if span.post_id != present.id]
            if change is None:
                self.unchanged += 1
                if present is not None:
                    will_hold.append(_Span(key[1], key[0], present.starts_on, present.ends_on, present.id))
                continue
            self.posts.append(change)
            span = _Span(key[1], key[0], change.starts_on, change.ends_on, change.post_id)
            self._refuse_clash(entry, span, will_hold)
            will_hold.append(span)
        return kept

    def _key(self, entry: PostEntry) -> PostKey | None:
        """Return unit, role and campaign of a row; None, with its problem, when one of them cannot be."""
        importer = self.county.importer
        if entry.unit not in self.units:
            named = [
                key for key, unit in self.units.items() if entry.unit in (unit.name, unit.short_name, *unit.aliases)
            ]
            hint = (
                f"“{entry.unit}”的编码是 {named[0]}，请写编码。" if len(named) == 1 else nearest(entry.unit, self.units)
            )
            self._wrong(entry, "unit", f"没有编码为“{entry.unit}”的单位。{hint}")
            return None
        if importer.scope is not None:
            if entry.unit in self.county.units and not importer.reaches(entry.unit):
                self._wrong(entry, "unit", "这个单位不归本办公室管理，不能设岗位。请删去这一行。")
                return None
            if entry.role in ADMIN_ROLES:
                self._wrong(entry, "role", f"{ROLE_TITLES[entry.role]}由安全管理员设置，不能导入。请删去这一行。")
                return None
        campaign_id = None
        if entry.campaign is not None:
            campaign_id = self.county.campaigns.get(entry.campaign)
            if campaign_id is None:
                hint = nearest(entry.campaign, self.county.campaigns)
                self._wrong(entry, "campaign", f"没有“{entry.campaign}”这个专项行动。{hint}不限行动的，留空。")
                return None
        return entry.unit, entry.role, campaign_id

    def _change(
        self, person: FilePerson, entry: PostEntry, key: PostKey, present: PresentPost | None
    ) -> PostChange | None:
        unit_key, role, campaign_id = key
        if present is None:
            starts_on = entry.starts_on or self.county.today
            if entry.ends_on is not None and entry.ends_on < starts_on:
                self._wrong(entry, "starts_on", "岗位已经结束，请填上开始日期。")
                return None
            change = PostChange(
                PostAct.BEGUN, person.index, person.known.id if person.known else None, person.name, None, unit_key,
                role, entry.title or "", campaign_id, starts_on, entry.ends_on,
            )  # fmt: skip
        else:
            title = present.title if entry.title is None else entry.title
            starts_on, ends_on = entry.starts_on or present.starts_on, entry.ends_on or present.ends_on
            if entry.ends_on is not None and entry.ends_on < starts_on:
                self._wrong(entry, "ends_on", f"岗位结束于{entry.ends_on}，早于开始的{starts_on}。请改正。")
                return None
            fields = _fields(present, title, starts_on, ends_on)
            if not fields:
                return None
            act = PostAct.ENDED if [one.field for one in fields] == ["ends_on"] else PostAct.CHANGED
            change = PostChange(
                act, person.index, present.person_id, person.name, present.id, unit_key, role, title, campaign_id,
                starts_on, ends_on, fields,
            )  # fmt: skip
        if person.known is not None and person.known.id == self.county.importer.person_id:
            self._wrong(entry, "role", "不能变动自己的岗位。请由另一位办公室人员或安全管理员办理。")
        return change

    def _refuse_clash(self, entry: PostEntry, new: _Span, others: list[_Span]) -> None:
        beside = [other.role for other in others if other.overlaps(new)]
        if (clash := why_post_clashes(new.role, beside)) is not None:
            self._wrong(entry, "role", clash)

    def _end_the_rest(self, kept: set[int]) -> None:
        """End the posts that a file of everything does not name; administrators and the importer's own stay."""
        last = self.county.today - timedelta(days=1)
        for post in self.county.posts:
            person = self.county.people.get(post.person_id)
            ended = post.ends_on is not None and post.ends_on <= last
            if person is None or post.id in kept or ended or post.role in ADMIN_ROLES:
                continue
            if not self.county.importer.reaches(post.unit_key) or post.person_id == self.county.importer.person_id:
                continue
            fields = (FieldChange("ends_on", _day(post.ends_on), _day(last)),)
            self.posts.append(PostChange(
                PostAct.ENDED, None, post.person_id, person.name, post.id, post.unit_key, post.role, post.title,
                post.campaign_id, min(post.starts_on, last), last, fields,
            ))  # fmt: skip

    def _wrong(self, entry: PostEntry, name: str, sentence: str) -> None:
        self.problems.append(entry.source.problem(name, sentence))


@dataclass(frozen=True, slots=True)
class _Span:
    role: Role
    unit_key: str
    starts_on: date
    ends_on: date | None
    post_id: int | None

    def overlaps(self, other: _Span) -> bool:
        return (self.ends_on is None or self.ends_on >= other.starts_on) and (
            other.ends_on is None or other.ends_on >= self.starts_on
        )


def _match(held: list[PresentPost], key: PostKey, entry: PostEntry, today: date) -> PresentPost | None:
    """Return the present post that a row means: one of its very start or end, else the one that has not ended."""
    same = [post for post in held if (post.unit_key, post.role, post.campaign_id) == key]
    exact = [post for post in same if post.starts_on == entry.starts_on]
    # A row of a term that is over means that term, and never the one that runs now.
    over = [post for post in same if entry.ends_on is not None and post.ends_on == entry.ends_on]
    going_on = [
        post for post in same
        if (post.ends_on is None or post.ends_on >= today) and (entry.ends_on is None or entry.ends_on >= post.starts_on)
    ]  # fmt: skip
    return next(iter([*exact, *over, *going_on]), None)


def _fields(present: PresentPost, title: str, starts_on: date, ends_on: date | None) -> tuple[FieldChange, ...]:
    pairs = (
        ("title", present.title, title), ("starts_on", _day(present.starts_on), _day(starts_on)),
        ("ends_on", _day(present.ends_on), _day(ends_on)),
    )  # fmt: skip
    return tuple(FieldChange(name, before, after) for name, before, after in pairs if before != after)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
