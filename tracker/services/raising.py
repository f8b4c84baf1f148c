"""The writing half of a sweep: a batch of decisions becomes firings, findings, drafts, told rows and events.

Everything is set-based; nothing here decides. Called inside the sweep's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.addressing import AddressBook, Reached
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.chain import Form
from tracker.domain.clocks import tell as tell_clock
from tracker.domain.escalation import MAX_SEVERITY, Cause, severity_of
from tracker.domain.ladder import RungAct
from tracker.domain.messages import names_date
from tracker.domain.papers import default_body, default_title, duty_of, finding_line
from tracker.domain.values import DueClass, local_date
from tracker.persistence.models import Finding, NoticeItem
from tracker.persistence.queries.units import unit_names
from tracker.persistence.repositories.clocks import clock_payload
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.repositories.incidents import NewIncident
from tracker.persistence.repositories.sweeping import CampaignPlace, DraftRow
from tracker.persistence.repositories.told import NewTold
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.checking import move_on
from tracker.services.context import Floor
from tracker.services.firings import Fired, Judged
from tracker.services.gathering import Gathering
from tracker.services.opening import NewTask, open_tasks
from tracker.services.passing_on import pass_on
from tracker.services.recording import event
from tracker.services.telling import Audience, vacancies

#: (campaign id, unit id, kind, severity, firing id of a matter that has a paper of its own, else 0)
DraftKey = tuple[int, int, str, int, int]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What one batch did; `waited_since` is the earliest moment of what was due in it."""

    claimed: int
    fired: int
    findings: int
    drafts: int
    told: int
    deferred: int = 0
    waited_since: datetime | None = None


def write_batch(
    uow: UnitOfWork, floor: Floor, judged: Sequence[Judged], calendar: WorkingCalendar, *, now: datetime
) -> BatchReport:
    """Write what was decided about a batch; the caller commits."""
    fired = _insert_firings(uow, judged, now=now)
    skipped = [f for f in fired if f.reached.served_by is not None]
    fired = [f for f in fired if f.reached.served_by is None]
    places = uow.sweeping.places([j.row["campaign_id"] for j in judged])
    names = unit_names(uow.session, [j.row["unit_id"] for j in judged])
    raising = [f for f in fired if f.reached.rung.act is RungAct.RAISE]
    findings, made, drafts, events = _raise(uow, floor, raising, places, calendar, now=now)
    told, dated = _tell(uow, fired, places, names, calendar, now=now)
    events += _fired_events(fired, findings, dated, now=now)
    events += _fired_events(skipped, {}, {}, now=now)
    events += move_on(uow, judged, now=now)
    uow.events.record(events, begun={("notice", draft.id) for draft in drafts})
    uow.sweeping.move_clocks({j.row["clock_id"]: j.decision.next_fire_at for j in judged}, told=dated)
    return BatchReport(len(judged), len(fired), made, len(drafts), told)


def _insert_firings(uow: UnitOfWork, judged: Sequence[Judged], *, now: datetime) -> list[Fired]:
    pairs = [(j, r) for j in judged for r in j.decision.reached]
    if not pairs:
        return []
    ids = uow.sweeping.insert_firings(
        {
            "clock_id": [j.row["clock_id"] for j, _ in pairs], "task_id": [j.row["task_id"] for j, _ in pairs],
            "occurrence": [j.clock.occurrence for j, _ in pairs], "rung": [r.index for _, r in pairs],
            "rung_name": [r.rung.name for _, r in pairs], "cause": [r.cause.value for _, r in pairs],
            "act": ["skip" if r.served_by else r.rung.act.value for _, r in pairs], "fell_due_at": [r.fell_due_at for _, r in pairs],
        },
        now=now,
    )  # fmt: skip
    return [Fired(j, r, ids[j.row["clock_id"], r.index]) for j, r in pairs if (j.row["clock_id"], r.index) in ids]


def _raise(
    uow: UnitOfWork, floor: Floor, raising: Sequence[Fired], places: Mapping[int, CampaignPlace],
    calendar: WorkingCalendar, *, now: datetime,
) -> tuple[dict[int, str], int, list[DraftRow], list[NewEvent]]:  # fmt: skip
    """Insert findings and their lines in open drafts.

    Returns refs by firing id, findings made, drafts opened, events. A missed period of a standing duty joins the
    finding that waits in the draft already, so that a silent unit gets one line with its count.
    """
    if not raising:
        return {}, 0, [], []
    keys = [_draft_key(f) for f in raising]
    drafts, opened, events = _drafts_for(uow, floor, sorted(set(keys)), places, now=now)
    gathering = Gathering.of(uow, raising, [drafts[key] for key in keys], calendar, now=now)
    fresh = gathering.fresh
    ordered = [f.judged.row["task_id"] for f in fresh if f.reached.cause is Cause.ORDER]
    reasons = uow.sweeping.order_reasons(ordered) if ordered else {}
    today = local_date(now)
    lines = [
        gathering.line(f) or _line(f, calendar, reasons.get(f.judged.row["task_id"], ""), today=today) for f in fresh
    ]
    refs = uow.tasks.new_refs("DC", today.year, len(fresh))
    fresh_keys = [_draft_key(f) for f in fresh]
    ids = uow.sweeping.insert_findings(
        {
            "ref": refs, "firing_id": [f.firing_id for f in fresh], "campaign_id": [key[0] for key in fresh_keys],
            "unit_id": [key[1] for key in fresh_keys], "task_id": [f.judged.row["task_id"] for f in fresh],
            "kind": [key[2] for key in fresh_keys], "severity": [key[3] for key in fresh_keys], "summary": lines,
            "assignment_id": [gathering.assignment_of(f) for f in fresh],
            "points": [f.reached.rung.points for f in fresh],
        },
        now=now,
    )  # fmt: skip
    items: dict[str, list[Any]] = {name: [] for name in ("notice_id", "finding_id", "task_id", "position", "text")}
    for f, key, line, ref in zip(fresh, fresh_keys, lines, refs, strict=True):
        draft = drafts[key]
        draft.last_position += 1
        row = (draft.id, ids[f.firing_id], f.judged.row["task_id"], draft.last_position, line)
        for name, value in zip(items, row, strict=True):
            items[name].append(value)
        payload = {"finding": ref, "task": f.judged.row["task_ref"], "position": draft.last_position}
        events.append(event(("notice", draft.id), "notice.finding_gathered", payload, at=now))
    uow.sweeping.insert_items(items)
    found = {f.firing_id: ref for f, ref in zip(fresh, refs, strict=True)}
    joined, more = gathering.write(uow, found, ids, now=now)
    # Nobody can have seen a draft that was opened just now.
    uow.sweeping.bump_drafts({draft.id for draft in drafts.values()} - {draft.id for draft in opened})
    return found | joined, len(fresh), opened, events + more


def _drafts_for(
    uow: UnitOfWork, floor: Floor, keys: Sequence[DraftKey], places: Mapping[int, CampaignPlace], *, now: datetime
) -> tuple[dict[DraftKey, DraftRow], list[DraftRow], list[NewEvent]]:
    """Return the open draft of each key, locked; which of them were opened, each with its task; and their events."""
    gathering = [key[:4] for key in keys if not key[4]]
    uow.notices.lock_draft_keys(gathering)
    drafts = {(*key, 0): draft for key, draft in uow.sweeping.open_drafts(gathering).items()} if gathering else {}
    missing = [key for key in keys if key not in drafts]
    if not missing:
        return drafts, [], []
    titles = {key: default_title(key[2], places[key[0]].campaign_title) for key in missing}
    new = [NewTask(key[0], key[1], key[2], titles[key], severity_floor=key[3], paper=True) for key in missing]
    tasks = open_tasks(uow, floor, new, now=now)
    refs = uow.tasks.new_refs("WS", local_date(now).year, len(missing))
    columns: dict[str, list[Any]] = {
        "ref": refs, "task_id": [task.id for task in tasks], "alone": [bool(key[4]) for key in missing],
        "campaign_id": [key[0] for key in missing], "office_id": [places[key[0]].office_id for key in missing],
        "unit_id": [key[1] for key in missing], "kind": [key[2] for key in missing],
        "severity": [key[3] for key in missing], "title": [titles[key] for key in missing],
        "body": [default_body(key[2], places[key[0]].campaign_title) for key in missing],
    }  # fmt: skip
    opened = uow.sweeping.insert_drafts(columns, now=now)
    events = [
        event(
            ("notice", draft.id),
            "notice.drafted",
            {"ref": draft.ref, "kind": draft.kind, "unit": draft.unit_id, "severity": draft.severity, "task": draft.task_id},
            at=now,
        )
        for draft in opened
    ]  # fmt: skip
    keyed = dict(zip(refs, missing, strict=True))
    return drafts | {keyed[draft.ref]: draft for draft in opened}, opened, events


def _tell(
    uow: UnitOfWork, fired: Sequence[Fired], places: Mapping[int, CampaignPlace], names: Mapping[int, str],
    calendar: WorkingCalendar, *, now: datetime,
) -> tuple[int, dict[int, int]]:  # fmt: skip
    """Write told rows; return how many, and for each clock whose computed date was told by them, by which firing."""
    if not fired:
        return 0, {}
    today = local_date(now)
    units = {f.judged.row["unit_id"] for f in fired} | {p.office_unit_id for p in places.values()}
    units |= {judging for f in fired if (judging := _judging_unit(f)) is not None}
    posts = uow.told.posts_at(sorted(units), today=today)
    book = AddressBook(
        ((r.unit_id, r.role, r.campaign_id, r.person_id, r.post_id) for r in posts),
        uow.campaigns.first_responsible(places),
    )
    rows: list[NewTold] = []
    dated: dict[int, int] = {}
    vacant: dict[tuple[int, str], NewIncident] = {}
    answers: dict[tuple[tuple[str, ...], int, int, int, int | None], Reached] = {}
    passed_on = [f for f in fired if f.reached.rung.act is RungAct.PASS_ON]
    for f in fired:
        if f.reached.rung.act is RungAct.PASS_ON:
            continue
        row = f.judged.row
        place = places[row["campaign_id"]]
        asked = (f.reached.rung.to, row["unit_id"], place.office_unit_id, row["campaign_id"], _judging_unit(f))
        if asked not in answers:
            roles, unit_id, office_unit_id, campaign_id, judging = asked
            answers[asked] = book.reach(
                roles, unit_id=unit_id, office_unit_id=office_unit_id, campaign_id=campaign_id, judging_unit_id=judging
            )
        reached = answers[asked]
        message, facts = _message(f, names[row["unit_id"]], place, calendar, today=today)
        rows += [
            NewTold(f"firing:{f.firing_id}", h.person_id, h.post_id, message, facts, row["campaign_id"], row["task_id"])
            for h in reached.holders
        ]
        if reached.holders and names_date(message) and f.judged.clock.due.due_class is DueClass.COMPUTED:
            dated.setdefault(row["clock_id"], f.firing_id)
        if reached.vacant:
            audience = Audience(row["campaign_id"], row["unit_id"], place.office_unit_id, names[row["unit_id"]])
            vacant |= {(row["unit_id"], one.subject): one for one in vacancies(audience, reached.vacant)}
    more, missing = pass_on(uow, passed_on, places, names, book)
    rows += more
    uow.told.add(rows, now=now)
    uow.incidents.raise_many([*vacant.values(), *missing], now=now)
    return len(rows), dated


def _judging_unit(f: Fired) -> int | None:
    """Return the unit that handed the duty down, which is woken where supervisors would be.

    What a rung raises stays with the supervisors: a unit cannot raise a paper against another.
    """
    row = f.judged.row
    return row["upper_unit_id"] if row["tie"] == "share" and f.reached.rung.act is not RungAct.RAISE else None


def _message(
    f: Fired, unit_name: str, place: CampaignPlace, calendar: WorkingCalendar, *, today: date
) -> tuple[str, dict[str, Any]]:
    row, due_on = f.judged.row, f.judged.clock.due.due_on
    facts: dict[str, Any] = {
        "task_ref": row["task_ref"], "title": row["title"], "unit": unit_name, "campaign": place.campaign_title,
        "due_on": due_on.isoformat(), "rung_title": f.reached.rung.title, "duty": duty_of(f.judged.clock.name),
    }  # fmt: skip
    match f.reached.rung.act:
        case RungAct.REMIND:
            left = calendar.working_days_between(today, due_on)
            # Due on a rest day: the reminder of the due day comes on the last working day before it.
            return "remind", facts | {"working_days_left": left, "falls_on_rest_day": left == 0 and today != due_on}
        case RungAct.URGE:
            return "urge", facts | {"working_days_late": max(0, calendar.working_days_between(due_on, today))}
        case RungAct.RAISE:
            return "raised", facts
        case RungAct.PASS_ON:
            raise ValueError("what is told of an unopened paper is written by services.passing_on")


def _line(f: Fired, calendar: WorkingCalendar, ordered_reason: str, *, today: date) -> str:
    clock = f.judged.clock
    return finding_line(
        cause=f.reached.cause, duty=duty_of(clock.name), title=f.judged.row["title"], due_on=clock.due.due_on,
        working_days_late=max(0, calendar.working_days_between(clock.due.due_on, today)),
        quality_failures=clock.quality_failures, failed_rechecks=clock.failed_rechecks, ordered_reason=ordered_reason,
        pace=f.reached.pace, checked_on=clock.due.due_on, counted=f.reached.counted, points=f.reached.rung.points,
    )  # fmt: skip


def _draft_key(f: Fired) -> DraftKey:
    row, rung = f.judged.row, f.reached.rung
    if rung.raises is None:
        raise ValueError(f"rung {rung.name!r} raises nothing")
    severity = min(MAX_SEVERITY, severity_of(rung, f.judged.clock) + row["severity_raise"])
    return (row["campaign_id"], row["unit_id"], rung.raises, severity, f.firing_id if rung.alone else 0)


def _fired_events(
    fired: Sequence[Fired], findings: Mapping[int, str], dated: Mapping[int, int], *, now: datetime
) -> list[NewEvent]:
    """Return the record of firings: `findings` by firing, and by clock the firing whose message first told its date."""
    forms: dict[tuple[int, int, bool], tuple[str, Form]] = {}
    events = []
    for f in fired:
        tells_date = dated.get(f.judged.row["clock_id"]) == f.firing_id
        # Clocks that are alike were decided about once, and what is said of their firings differs in the finding only.
        alike = (id(f.judged.decision), f.reached.index, tells_date)
        if alike not in forms:
            forms[alike] = _form(f, tells_date=tells_date)
        kind, form = forms[alike]
        said = form.filled(findings.get(f.firing_id))
        events.append(event(("task", f.judged.row["task_id"]), kind, said, at=now))
    return events


def _form(f: Fired, *, tells_date: bool) -> tuple[str, Form]:
    """Return the kind of a firing's event and what it says but for the finding; a clock whose date is told stands in it."""
    clock, reached = f.judged.clock, f.reached
    payload: dict[str, Any] = {
        "clock": clock.name, "occurrence": clock.occurrence, "rung": reached.index, "rung_name": reached.rung.name,
        "act": reached.rung.act.value, "cause": reached.cause.value, "fell_due_at": reached.fell_due_at.isoformat(),
        "ladder": f.judged.row["ladder_version_id"], "due_on": clock.due.due_on.isoformat(),
        "quality_failures": clock.quality_failures, "failed_rechecks": clock.failed_rechecks,
    }  # fmt: skip
    if reached.pace is not None:
        payload |= {"scheduled": reached.pace[0], "actual": reached.pace[1]}
    if reached.counted:
        payload["counted"] = list(reached.counted)
    if tells_date:
        payload["clocks"] = {clock.name: clock_payload(tell_clock(clock), f.judged.row["ladder_version_id"])}
    kind = "rung.fired"
    if reached.served_by is not None:
        kind, payload["served_by"] = "rung.skipped", reached.served_by
    return kind, Form(payload, "finding")


def gather_again(uow: UnitOfWork, floor: Floor, findings: Sequence[Finding], *, now: datetime) -> None:
    """Put findings that were kept out of papers while their duty was contested into the open drafts of their kind.

    The struck line keeps its words and its reason; the finding moves on to a line of its own in the draft.
    """
    if not findings:
        return
    alone = uow.notices.findings_alone([one.id for one in findings])
    keys = {
        one.id: (one.campaign_id, one.unit_id, one.kind, one.severity, one.firing_id if one.id in alone else 0)
        for one in findings
    }
    campaigns = uow.sweeping.places([one.campaign_id for one in findings])
    drafts, opened, events = _drafts_for(uow, floor, sorted(set(keys.values())), campaigns, now=now)
    uow.notices.release_findings([one.id for one in findings])
    for one in findings:
        draft = drafts[keys[one.id]]
        draft.last_position += 1
        uow.notices.add_item(
            NoticeItem(
                notice_id=draft.id, finding_id=one.id, task_id=one.task_id, position=draft.last_position,
                text=one.summary,
            )
        )  # fmt: skip
        one.status, one.decided_at, one.decided_by, one.reason = "waiting", None, None, ""
        payload = {"finding": one.ref, "position": draft.last_position}
        events.append(event(("notice", draft.id), "notice.finding_gathered", payload, at=now))
    uow.events.record(events, begun={("notice", draft.id) for draft in opened})
    uow.sweeping.bump_drafts({draft.id for draft in drafts.values()})
