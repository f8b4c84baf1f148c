"""Which rows are one person, and whether the database knows that person.

A login name tells a person for certain, a name with a phone number nearly so; a name at a unit does where only one
bears it there. Two rows of one name at one unit with different phones are two persons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.domain.roster.entries import PostEntry
from tracker.domain.roster.present import County, PresentPerson
from tracker.domain.roster.problems import RowProblem


@dataclass
class FilePerson:
    """One person of a file with the rows that speak of him. `known` = the person of the database."""

    index: int
    name: str
    rows: list[PostEntry] = field(default_factory=list)
    known: PresentPerson | None = None

    @property
    def phone(self) -> str | None:
        """Return the phone that the rows give, if any."""
        return next((row.phone for row in self.rows if row.phone), None)

    @property
    def email(self) -> str | None:
        """Return the mail address that the rows give, if any."""
        return next((row.email for row in self.rows if row.email), None)

    @property
    def login(self) -> str | None:
        """Return the login name that the rows give, if any."""
        return next((row.login for row in self.rows if row.login), None)


def gather_people(entries: Sequence[PostEntry]) -> list[FilePerson]:
    """Return the persons of a file in order of their first row."""
    people: list[FilePerson] = []
    by_login: dict[str, FilePerson] = {}
    by_phone: dict[tuple[str, str], FilePerson] = {}
    at_unit: dict[tuple[str, str], list[FilePerson]] = defaultdict(list)
    for entry in entries:
        found = by_login.get(entry.login or "") or by_phone.get((entry.name, entry.phone or ""))
        if found is None:
            near = at_unit[(entry.name, entry.unit)]
            found = next((one for one in near if _may_be_one(one, entry)), None)
        if found is None:
            found = FilePerson(len(people), entry.name)
            people.append(found)
        found.rows.append(entry)
        if entry.login:
            by_login[entry.login] = found
        if entry.phone:
            by_phone[(entry.name, entry.phone)] = found
        if found not in at_unit[(entry.name, entry.unit)]:
            at_unit[(entry.name, entry.unit)].append(found)
    return people


def recognise(people: Sequence[FilePerson], county: County) -> list[RowProblem]:
    """Find the database's person for each; return what cannot be told apart."""
    by_login = {login: person for person in county.people.values() for login in person.logins}
    by_phone: dict[tuple[str, str], list[PresentPerson]] = defaultdict(list)
    for person in county.people.values():
        if person.phone:
            by_phone[(person.name, person.phone)].append(person)
    taken: set[int] = set()
    problems: list[RowProblem] = []
    for one in people:
        known = by_login.get(one.login or "")
        if known is not None and known.name != one.name:
            sentence = f"登录名“{one.login}”在系统里是“{known.name}”，不是“{one.name}”。请核对。"
            problems.append(one.rows[0].source.problem("login", sentence))
            continue
        if known is None and one.phone:
            same = by_phone.get((one.name, one.phone), [])
            known = same[0] if len(same) == 1 else None
        if known is not None and known.id not in taken:
            one.known = known
            taken.add(known.id)
    problems += _by_unit([one for one in people if one.known is None], county, taken)
    return problems


def _by_unit(people: Sequence[FilePerson], county: County, taken: set[int]) -> list[RowProblem]:
    at_unit: dict[tuple[str, str], dict[int, PresentPerson]] = defaultdict(dict)
    for post in county.posts:
        person = county.people.get(post.person_id)
        if person is not None and (post.ends_on is None or post.ends_on >= county.today):
            at_unit[(person.name, post.unit_key)][person.id] = person
    problems: list[RowProblem] = []
    for one in people:
        found = {
            person.id: person
            for row in one.rows
            for person in at_unit.get((one.name, row.unit), {}).values()
            if person.id not in taken and not (one.login and person.logins)
        }
        if len(found) == 1:
            (one.known,) = found.values()
            taken.add(one.known.id)
        elif len(found) > 1:
            sentence = f"这个单位有{len(found)}位“{one.name}”，分不清是哪一位。请填写登录名或手机号。"
            problems.append(one.rows[0].source.problem("name", sentence))
    return problems


def _may_be_one(person: FilePerson, entry: PostEntry) -> bool:
    if person.phone and entry.phone and person.phone != entry.phone:
        return False
    return not (person.login and entry.login and person.login != entry.login)
