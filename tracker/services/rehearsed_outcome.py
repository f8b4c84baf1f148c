"""What came of a rehearsal, read from the rows that the engine wrote."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.digests import week_of
from tracker.domain.papers import NOTICE_TITLES
from tracker.domain.rehearsal import BUSIEST, Busy, Outcome, Paper, Rung, Stuck, Week
from tracker.domain.values import local_date
from tracker.persistence.queries import rehearsed as queries
from tracker.persistence.queries.reached import find_reached
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor

PEAK_DAYS = 10
#: Incidents that say that somebody who should be told is not there.
NOBODY_THERE = frozenset({"vacancy", "nobody"})


@dataclass(frozen=True)
class Lived:
    """What was lived through: the file, how, from which day; until which, when time ran out before the end."""

    file: CampaignFile
    assumption: str
    seed: str
    begun: date
    stopped: date | None
    late_units: frozenset[str]
    against: tuple[str, ...]
    stuck: tuple[Stuck, ...]


def outcome_of(floor: Floor, lived: Lived) -> Outcome:
    """Return what came of it."""
    now = floor.clock.now()
    with floor.uows() as uow:
        told, papers = queries.find_told(uow.session), queries.find_papers(uow.session)
        duties = queries.find_duties(uow.session, now=now)
        keys = queries.find_duty_units(uow.session)
        incidents = queries.find_incidents(uow.session)
        names = {key: unit.name for key, unit in uow.units.units_by_key().items()}
        days = Counter(local_date(one.at) for one in told)
        return Outcome(
            title=lived.file.title, assumption=lived.assumption, seed=lived.seed, starts_on=lived.begun.isoformat(),
            ends_on=lived.file.ends_on.isoformat(), stopped_on=lived.stopped.isoformat() if lived.stopped else "",
            tasks=len(duties), late=sum(1 for _, late in duties if late), units=len(keys),
            late_units=tuple(names[key] for key in keys if key in lived.late_units), messages=len(told),
            people=len({one.person_id for one in told}), busiest=_busiest(uow, told),
            peak_days=tuple((day.isoformat(), many) for day, many in _most(days)[:PEAK_DAYS]),
            weeks=_weeks(lived, told, papers, [day for day, _ in duties if day is not None]),
            rungs=_rungs(uow, floor), papers=_papers(papers),
            vacancies=tuple(dict.fromkeys(sentence for kind, sentence in incidents if kind in NOBODY_THERE)),
            unreachable=_unreachable(uow, keys, lived.begun), against=lived.against,
            incidents=tuple(dict.fromkeys(sentence for kind, sentence in incidents if kind not in NOBODY_THERE)),
            stuck=lived.stuck,
        )  # fmt: skip


def _most(counted: Counter[date]) -> list[tuple[date, int]]:
    """Return days by how many, the most first; of equal ones the earliest."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _busiest(uow: UnitOfWork, told: Sequence[queries.ToldAt]) -> tuple[Busy, ...]:
    weeks: dict[int, Counter[date]] = defaultdict(Counter)
    for one in told:
        weeks[one.person_id][week_of(local_date(one.at))] += 1
    names = {one.person_id: one.name for one in told}
    holders = queries.find_holders(uow.session, list(weeks))
    found = []
    for person, counted in weeks.items():
        peak_week, peak = _most(counted)[0]
        unit, role = holders.get(person, ("", ""))
        found.append(Busy(names[person], unit, role, counted.total(), peak, peak_week.isoformat()))
    return tuple(sorted(found, key=lambda one: (-one.peak, -one.messages, one.name))[:BUSIEST])


def _weeks(
    lived: Lived, told: Sequence[queries.ToldAt], papers: Sequence[queries.PaperRow], dues: Iterable[date]
) -> tuple[Week, ...]:
    people: dict[date, Counter[int]] = defaultdict(Counter)
    for one in told:
        people[week_of(local_date(one.at))][one.person_id] += 1
    drafted = Counter(week_of(local_date(one.drafted_at)) for one in papers)
    due = Counter(week_of(day) for day in dues)
    first, last = week_of(lived.begun), week_of(lived.stopped or lived.file.ends_on)
    mondays = [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]
    return tuple(
        Week(day.isoformat(), people[day].total(), max(people[day].values(), default=0), due[day], drafted[day])
        for day in mondays
    )


def _rungs(uow: UnitOfWork, floor: Floor) -> tuple[Rung, ...]:
    fired: Counter[str] = Counter()
    papers: dict[str, set[int]] = defaultdict(set)
    order: dict[str, tuple[int, str]] = {}
    for ladder_version_id, index, times, drafted in queries.find_rungs(uow.session):
        rung = floor.catalog.ladder(ladder_version_id).rungs[index]
        fired[rung.title] += times
        papers[rung.title].update(drafted)
        order[rung.title] = (rung.severity, rung.title)
    return tuple(Rung(title, fired[title], len(papers[title])) for title in sorted(fired, key=order.__getitem__))


def _papers(rows: Sequence[queries.PaperRow]) -> tuple[Paper, ...]:
    found = []
    for kind in NOTICE_TITLES:
        mine = [one for one in rows if one.kind == kind]
        if mine:
            issued = sum(1 for one in mine if one.issued)
            found.append(Paper(NOTICE_TITLES[kind], len(mine), issued, sum(one.matters for one in mine)))
    return tuple(found)


def _unreachable(uow: UnitOfWork, keys: Sequence[str], day: date) -> tuple[str, ...]:
    found = []
    for one in find_reached(uow.session, keys, today=day):
        if not one.liaisons:
            whom = "消息改送负责人" if one.heads else "也没有负责人，任务没有人签收"
            found.append(f"{one.name}没有联络员，{whom}。请先登记联络员。")
        if not one.phones:
            found.append(f"{one.name}没有人登记手机号，短信送不到。请补登手机号。")
    return tuple(found)
