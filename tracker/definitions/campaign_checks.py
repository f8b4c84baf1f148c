"""What lies between the parts of a campaign file: names that must exist, dates and posts that must fit.

Works on loaded content that may have holes: a file with one wrong date is still told about its unknown unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.definitions.campaign_ladder_checks import check_ladder_choice, check_schedule
from tracker.definitions.problems import Problem, unknown
from tracker.definitions.required_return_checks import check_required_returns
from tracker.domain.cadence import why_never
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.campaign_file import Labels
from tracker.domain.deadlines import DueAtPhaseEnd, DueByDate, DueFromTo, DueInPart, DueStartBy, show_day
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.ladder import Ladder
from tracker.domain.posts import why_post_clashes
from tracker.domain.reachability import SUPPORT
from tracker.domain.standing import cadence_from_plain
from tracker.domain.values import ROLE_TITLES, Role

Content = Mapping[str, Any]

#: Whether a cadence ever comes round does not hang on holidays.
_PLAIN_WEEKS = WorkingCalendar(0, {}, frozenset())
#: Roles that act for the issuing office; held anywhere else they would open nothing.
_AT_OFFICE = frozenset({Role.OFFICE, Role.SUPERVISOR, Role.LEADER})


@dataclass(frozen=True)
class Known:
    """What exists beside the file: definitions, and the units and sets that the database has already.

    units   key → (name, short name) of today
    sets    name → keys
    """

    workflows: Mapping[str, WorkflowDefinition]
    ladders: Mapping[str, Ladder]
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def find_problems(content: Content, known: Known, labels: Labels) -> list[Problem]:
    """Return everything that does not fit together, in the order of the file."""
    return [
        *_check_period(content),
        *_check_units(content, known),
        *_check_sets(content, known),
        *_check_people(content, known, labels),
        *_check_measures(content, known, labels),
        *_check_settings(content, known),
        *check_required_returns(content, known.workflows, labels),
    ]


def unit_names(content: Content, known: Known) -> dict[str, tuple[str, str]]:
    """Return name and short name of every unit of the file and of the database, by key."""
    named = {
        unit["key"]: (unit["name"], unit.get("short_name") or unit["name"])
        for unit in content.get("units", ())
        if "key" in unit and "name" in unit
    }
    return {**known.units, **named}


def _check_period(content: Content) -> Iterator[Problem]:
    starts_on, ends_on = content.get("starts_on"), content.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        yield Problem("ends_on", f"行动结束日{show_day(ends_on)}早于开始日{show_day(starts_on)}。")
    for number, phase in enumerate(content.get("phases", ()), start=1):
        path = f"phases.第{number}项"
        begins, ends = phase.get("starts_on"), phase.get("ends_on")
        if begins and ends and ends < begins:
            yield Problem(f"{path}.ends_on", f"阶段结束日{show_day(ends)}早于开始日{show_day(begins)}。")
        for name in ("starts_on", "ends_on"):
            if name in phase:
                yield from _check_inside(f"{path}.{name}", phase[name], content)
    yield from _check_twice("phases", "阶段名称", content.get("phases", ()), "key")


def _check_inside(path: str, day: date, content: Content) -> Iterator[Problem]:
    starts_on, ends_on = content.get("starts_on"), content.get("ends_on")
    if starts_on and ends_on and not starts_on <= day <= ends_on:
        span = f"{show_day(starts_on)}至{show_day(ends_on)}"
        yield Problem(path, f"{show_day(day)}不在行动期间（{span}）内，请核对。")


def _check_twice(path: str, what: str, entries: Iterable[Content], name: str) -> Iterator[Problem]:
    counted = Counter(entry[name] for entry in entries if entry.get(name) is not None)
    for word, times in counted.items():
        if times > 1:
            yield Problem(path, f"{what}“{word}”写了{times}次，每个只能写一次。")


def _check_units(content: Content, known: Known) -> Iterator[Problem]:
    units = content.get("units", ())
    yield from _check_twice("units", "单位编码", units, "key")
    yield from _check_twice("units", "单位名称", units, "name")
    names = unit_names(content, known)
    for unit in units:
        path = f"units.{unit.get('name', '')}"
        parent = unit.get("parent")
        if parent is not None and parent not in names:
            yield Problem(f"{path}.parent", unknown("上级单位", parent, names))
        if "short_name" not in unit and len(unit.get("name", "")) > 12:
            yield Problem(f"{path}.short_name", "单位名称超过12个字，要另写一个不超过12个字的简称。")
    if content.get("office") is not None and content["office"] not in names:
        yield Problem("office", unknown("单位编码", content["office"], names))
    yield from _check_cycles(units)


def _check_cycles(units: Iterable[Content]) -> Iterator[Problem]:
    parents = {unit["key"]: unit.get("parent") for unit in units if "key" in unit}
    told: set[str] = set()
    for key in parents:
        chain = [key]
        while (above := parents.get(chain[-1])) is not None and above not in chain:
            chain.append(above)
        if above == key and key not in told:
            told.update(chain)
            yield Problem("units", f"上级单位绕成了圈：{' → '.join([*chain, key])}，请改正其中一个的 parent。")


def _check_sets(content: Content, known: Known) -> Iterator[Problem]:
    names = unit_names(content, known)
    for set_name, members in content.get("unit_sets", {}).items():
        for key in members:
            if key not in names:
                yield Problem(f"unit_sets.{set_name}", unknown("单位编码", key, names))


def _check_people(content: Content, known: Known, labels: Labels) -> Iterator[Problem]:
    people = content.get("people", ())
    yield from _check_twice("people", "人员编码", people, "key")
    yield from _check_twice("people", "登录名", people, "username")
    for person in people:
        path = f"people.{person.get('name', '')}"
        roles = [Role(post["role"]) for post in person.get("posts", ()) if "role" in post]
        clashes = (why_post_clashes(role, roles[:place]) for place, role in enumerate(roles))
        yield from (Problem(f"{path}.posts", clash) for clash in clashes if clash)
        for number, post in enumerate(person.get("posts", ()), start=1):
            yield from _check_post(f"{path}.posts.第{number}项", post, content, labels)


def _check_post(path: str, post: Content, content: Content, labels: Labels) -> Iterator[Problem]:
    words = post.get("units") or ([post["unit"]] if "unit" in post else [])
    yield from _check_labels(path, words, labels)
    if post.get("role") in _AT_OFFICE and all(word in labels for word in words):
        elsewhere = [key for key in labels.expand(words) if key != content.get("office")]
        if elsewhere:
            title = ROLE_TITLES[Role(post["role"])]
            yield Problem(path, f"{title}要登记在发文办公室（{content.get('office')}），不能登记在{elsewhere[0]}。")


def _check_labels(path: str, words: Iterable[str], labels: Labels) -> Iterator[Problem]:
    for word in words:
        if word in labels.shared:
            yield Problem(path, f"有几个单位都叫“{word}”，请改写单位编码。")
        elif word not in labels:
            # 各村 is nearer to 各村（社区） than to 甲村, though by letters it is not.
            longer = [label for label in labels.words() if word in label]
            yield Problem(path, unknown("单位或单位集合", word, longer or labels.words()))


def _check_measures(content: Content, known: Known, labels: Labels) -> Iterator[Problem]:
    measures = content.get("measures", ())
    yield from _check_twice("measures", "措施编码", measures, "key")
    for number, measure in enumerate(measures, start=1):
        path = f"measures.第{number}项"
        if "workflow" in measure:
            yield from _check_workflow(f"{path}.workflow", measure["workflow"], known)
        words = measure.get("units", ())
        yield from _check_labels(f"{path}.units", words, labels)
        if words and all(word in labels for word in words) and not labels.expand(words):
            yield Problem(f"{path}.units", f"“{'、'.join(words)}”里没有单位，这项措施没有人承担。")
        yield from _check_joint(path, measure, labels)
        if "due" in measure:
            yield from _check_due(f"{path}.due", measure["due"][0], content)
        if "cadence" in measure:
            yield from _check_cadence(f"{path}.cadence", measure["cadence"], content)
        if "schedule" in measure:
            yield from check_schedule(f"{path}.schedule", measure, content, known.workflows)


def _check_joint(path: str, measure: Content, labels: Labels) -> Iterator[Problem]:
    lead, support = measure.get("lead"), measure.get("support", ())
    if lead is None:
        return
    yield from _check_labels(f"{path}.lead", (lead,), labels)
    yield from _check_labels(f"{path}.support", support, labels)
    if lead not in labels or any(word not in labels for word in support):
        return
    leads = labels.expand((lead,))
    if len(leads) != 1:
        yield Problem(f"{path}.lead", f"牵头单位只能是一个，“{lead}”里有{len(leads)}个单位。")
    elif support and not set(labels.expand(support)) - set(leads):
        yield Problem(f"{path}.support", f"配合单位里除了牵头单位“{lead}”没有别的单位，请补上或删去这一项。")


def _check_workflow(path: str, key: str, known: Known) -> Iterator[Problem]:
    definition = known.workflows.get(key)
    duties = [name for name, one in known.workflows.items() if not one.paper and name != SUPPORT]
    if definition is None and key in known.ladders:
        yield Problem(path, f"“{key}”是升级规则，不是流程。可以写：{'、'.join(duties)}。")
    elif definition is None:
        yield Problem(path, unknown("流程", key, duties))
    elif definition.paper:
        yield Problem(path, f"“{key}”是文书的流程，由升级规则形成，不能作工作措施。可以写：{'、'.join(duties)}。")
    elif key == SUPPORT:
        yield Problem(path, "“support”是配合单位的流程，由系统开出，不能直接写作措施的流程；请写 lead 和 support。")
    elif not any(clock.from_measure for clock in definition.clocks.values()):
        yield Problem(path, f"流程“{key}”没有由措施给出时限的计时，措施的 due 会不起作用。")


def _check_due(path: str, due: object, content: Content) -> Iterator[Problem]:
    if isinstance(due, DueByDate | DueInPart | DueStartBy):
        yield from _check_inside(f"{path}.by_date" if isinstance(due, DueByDate) else path, due.day, content)
    if isinstance(due, DueFromTo):
        yield from _check_inside(f"{path}.from", due.opens_on, content)
        yield from _check_inside(f"{path}.to", due.day, content)
    if isinstance(due, DueAtPhaseEnd):
        phases = [phase["key"] for phase in content.get("phases", ()) if "key" in phase]
        if due.phase not in phases:
            yield Problem(f"{path}.phase_end", unknown("阶段", due.phase, phases))


def _check_cadence(path: str, written: Content, content: Content) -> Iterator[Problem]:
    rhythm = (content.get("settings") or {}).get("rhythm")
    try:
        cadence = cadence_from_plain(written, rhythm=rhythm)
    except ValueError as wrong:
        yield Problem(path, str(wrong))
        return
    for key, day in (("starts_by", cadence.starts_by), ("from", cadence.from_on), ("until", cadence.until_on)):
        if day is not None:
            yield from _check_inside(f"{path}.{key}", day, content)
    starts_on, ends_on = content.get("starts_on"), content.get("ends_on")
    if starts_on and ends_on:
        never = why_never(cadence, starts_on, ends_on, _PLAIN_WEEKS)
        if never is not None:
            yield Problem(path, never)


def _check_settings(content: Content, known: Known) -> Iterator[Problem]:
    words = content.get("settings", {}).get("number_words", {})
    papers = {key for key, one in known.workflows.items() if one.paper}
    for key in words:
        if key not in papers:
            yield Problem(f"settings.number_words.{key}", unknown("文书流程", key, papers))
    settings = content.get("settings", {})
    for key in (settings.get("paper_layout") or {}).get("forms", {}):
        if key not in papers:
            yield Problem(f"settings.paper_layout.forms.{key}", unknown("文书流程", key, papers))
    for kind in settings.get("look_back", ()):
        if kind not in settings.get("occurrences", {}):
            yield Problem("settings.look_back", unknown("事件类别", kind, settings.get("occurrences", {})))
    yield from check_ladder_choice(content, known.workflows, known.ladders)
