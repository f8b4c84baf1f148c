"""What a campaign file says, as values. `definitions` reads the file, the campaign service writes it down.

The file is how an office loads a campaign: its period, phases and measures. Units, sets and people may
stand in it too; those that the database already knows are simply left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.cadence import Cadence, periods
from tracker.domain.calendar import WorkingCalendar
from tracker.domain.deadlines import MeasureDue, Phase
from tracker.domain.printed_papers import PaperLayout
from tracker.domain.progress import Schedule
from tracker.domain.sampling import SHARE
from tracker.domain.standing import cadence_to_plain
from tracker.domain.values import Role
from tracker.domain.visits import WINDOW_DAYS

MAX_SHORT_NAME = 12

UNIT_KINDS = {
    "township": "乡镇街道", "office": "办公室", "group": "功能组", "department": "部门", "police": "派出所",
    "bank": "银行网点", "school": "学校", "village": "村", "community": "社区", "enterprise": "企业",
    "other": "其他",
}  # fmt: skip


@dataclass(frozen=True)
class UnitEntry:
    """A unit. `parent` is the key of the unit above it; `position` is its place in protocol order."""

    key: str
    name: str
    short_name: str
    kind: str
    parent: str | None
    position: int
    level: str = "member"


@dataclass(frozen=True)
class PostEntry:
    """A role at a unit (by key). `campaign_only` = the post counts for this campaign and no other."""

    role: Role
    unit: str
    title: str = ""
    campaign_only: bool = False


@dataclass(frozen=True)
class PersonEntry:
    """A person with posts. A `username` that the database knows means that very person, not a second one."""

    key: str
    name: str
    posts: tuple[PostEntry, ...]
    email: str | None = None
    phone: str | None = None
    username: str | None = None


@dataclass(frozen=True)
class MeasureEntry:
    """One line of the plan. `units` names sets and units as printed; `row` is its place in the file.

    A duty that is done once has `due`, a standing one `cadence`; never both.
    A joint measure has a `lead` instead, the one unit that reports, and the units that `support` it.
    `schedule` says how much is to be done by when; `severity_floor` is where its tasks start (三明: 重大事项可直接从橙色起).
    """

    key: str
    ordinal: str
    title: str
    text: str
    workflow: str
    units: tuple[str, ...]
    due: MeasureDue | None
    row: int
    cadence: Cadence | None = None
    lead: str | None = None
    support: tuple[str, ...] = ()
    schedule: Schedule | None = None
    severity_floor: int = 0

    @property
    def timing(self) -> MeasureDue | Cadence:
        """Return when it is to be done; the file's reader has seen to it that one of the two is there."""
        timing = self.cadence or self.due
        if timing is None:
            raise ValueError(f"measure {self.key!r} has neither a due rule nor a cadence")
        return timing


@dataclass(frozen=True)
class RequiredReturnEntry:
    """A return that some units owe: a form of a workflow under the plan's own title, of one measure or of any."""

    key: str
    title: str
    workflow: str
    form: str
    units: tuple[str, ...]
    measure: str | None = None


@dataclass(frozen=True)
class CampaignSettings:
    """What a campaign sets for itself. `number_words`: paper workflow → 机关代字; `rhythm`: what 持续推进 reports by.

    extension_steps in how many steps an extension is answered: 2 = examined by the supervisors, approved by a leader
    deemed_received_days   so many working days after its issue a paper that nobody signs for is deemed received
    ladders         the ladder that a clock's file names → the one that this campaign climbs instead
    card_titles     card → what it is called here; colours are no shared language (DOMAIN.md §1.3)
    reasons         what is offered when sending back or waiving (domain/reasons.py), kind → texts
    severity_colours, card_colours   severity or card → the colour beside its word, one of `values.COLOURS`
    leader_approves_from   from this severity on a paper is approved by a leader, whatever its kind allows
    paper_layout    how the office prints its papers: red head, forms, 附注, 抄送
    ranking_basis   the title of what a table of units in a 通报 rests on; without it there is none (domain/ranking.py)
    papers_at_any_hour   the serving of a paper does not wait for quiet hours, rest days and daily ceilings
    occurrences     kinds of occurrence that may be recorded, key → title; those in `look_back` open an inquiry at the
                    unit, which has `look_back_days` working days to explain
    look_back_share percent of the items signed off in a month that are drawn for a second look
    visit_window_days  a unit that was visited within so many days is pointed out when the next visit is planned
    """

    severity_titles: Mapping[int, str] = field(default_factory=dict)
    number_words: Mapping[str, str] = field(default_factory=dict)
    cutoff: str = "24:00"
    separation: bool = True
    extension_steps: int = 1
    rectification_days: int = 15
    objection_days: int = 30
    deemed_received_days: int | None = None
    rhythm: Cadence | None = None
    first_responsible: str = "head"
    occurrences: Mapping[str, str] = field(default_factory=dict)
    look_back: tuple[str, ...] = ()
    look_back_days: int = 5
    look_back_share: int = SHARE
    visit_window_days: int = WINDOW_DAYS
    ladders: Mapping[str, str] = field(default_factory=dict)
    card_titles: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity_colours: Mapping[int, str] = field(default_factory=dict)
    card_colours: Mapping[str, str] = field(default_factory=dict)
    leader_approves_from: int | None = None
    paper_layout: PaperLayout | None = None
    papers_at_any_hour: bool = False
    ranking_basis: str = ""

    def to_plain(self) -> dict[str, object]:
        """Return the settings as they are stored; JSON has no numbers as keys, so severities become text."""
        return {
            "severity_titles": {str(level): title for level, title in sorted(self.severity_titles.items())},
            "number_words": dict(self.number_words),
            "cutoff": self.cutoff,
            "separation": self.separation,
            **({"extension_steps": self.extension_steps} if self.extension_steps != 1 else {}),
            "rectification_days": self.rectification_days,
            "objection_days": self.objection_days,
            **({"deemed_received_days": self.deemed_received_days} if self.deemed_received_days else {}),
            **({"rhythm": cadence_to_plain(self.rhythm)} if self.rhythm else {}),
            "first_responsible": self.first_responsible,
            **self._occurrences(),
            **({"look_back_share": self.look_back_share} if self.look_back_share != SHARE else {}),
            **({"visit_window_days": self.visit_window_days} if self.visit_window_days != WINDOW_DAYS else {}),
            **({"ladders": dict(self.ladders)} if self.ladders else {}),
            **({"card_titles": dict(self.card_titles)} if self.card_titles else {}),
            **({"reasons": {kind: list(given) for kind, given in self.reasons.items()}} if self.reasons else {}),
            **self._colours(),
            **({"leader_approves_from": self.leader_approves_from} if self.leader_approves_from else {}),
            **({"paper_layout": self.paper_layout.to_plain()} if self.paper_layout else {}),
            **({"papers_at_any_hour": True} if self.papers_at_any_hour else {}),
            **({"ranking_basis": self.ranking_basis} if self.ranking_basis else {}),
        }

    def _colours(self) -> dict[str, object]:
        severities = {str(level): colour for level, colour in sorted(self.severity_colours.items())}
        given = {"severity_colours": severities, "card_colours": dict(self.card_colours)}
        return {key: colours for key, colours in given.items() if colours}

    def _occurrences(self) -> dict[str, object]:
        if not self.occurrences:
            return {}
        return {
            "occurrences": dict(self.occurrences), "look_back": list(self.look_back),
            "look_back_days": self.look_back_days,
        }  # fmt: skip


@dataclass(frozen=True)
class CampaignFile:
    """A whole file. `office` is the key of the unit that issues it; `unit_sets` name → unit keys."""

    key: str
    version: int
    title: str
    summary: str
    office: str
    starts_on: date
    ends_on: date
    phases: tuple[Phase, ...]
    units: tuple[UnitEntry, ...]
    unit_sets: Mapping[str, tuple[str, ...]]
    people: tuple[PersonEntry, ...]
    measures: tuple[MeasureEntry, ...]
    settings: CampaignSettings
    required_returns: tuple[RequiredReturnEntry, ...] = ()


def standing_tasks(file: CampaignFile) -> list[tuple[MeasureEntry, int]]:
    """Return each standing measure with how many periods it asks of a unit over the campaign.

    Holidays move no period but those of `working_day`, which are counted as if there were none.
    """
    plain = WorkingCalendar(0, {}, frozenset())
    return [
        (measure, sum(1 for _ in periods(measure.cadence, file.starts_on, file.ends_on, plain)))
        for measure in file.measures
        if measure.cadence is not None
    ]


class Labels:
    """What a measure may write to address units: the name of a set, the name, short name or key of a unit.

    A set wins over a unit of the same name, a key over a name. A name that two units share addresses none.
    """

    def __init__(self, units: Iterable[tuple[str, str, str]], sets: Mapping[str, Sequence[str]]) -> None:
        """Take units as (key, name, short name), and sets as name → keys."""
        self._keys: dict[str, tuple[str, ...]] = {}
        listed = list(units)
        shared: dict[str, set[str]] = {}
        for key, name, short_name in listed:
            shared.setdefault(name, set()).add(key)
            shared.setdefault(short_name, set()).add(key)
        self._keys.update({name: tuple(keys) for name, keys in shared.items() if len(keys) == 1})
        self._keys.update({key: (key,) for key, _, _ in listed})
        self._keys.update({name: tuple(dict.fromkeys(keys)) for name, keys in sets.items()})
        self.shared = frozenset(name for name, keys in shared.items() if len(keys) > 1) - self._keys.keys()

    def __contains__(self, label: object) -> bool:
        return label in self._keys

    def words(self) -> frozenset[str]:
        """Return every label."""
        return frozenset(self._keys)

    def expand(self, labels: Iterable[str]) -> tuple[str, ...]:
        """Return the keys of all units addressed, each once, in the order in which they are met.

        Raises KeyError for a label that addresses nothing; the file's reader has refused those before.
        """
        return tuple(dict.fromkeys(key for label in labels for key in self._keys[label]))


def duties_of(entry: MeasureEntry, labels: Labels) -> tuple[tuple[str, str], ...]:
    """Return (unit key, role) of every duty under a measure: each unit's own, or the lead's and the supporters'.

    The lead does not support itself, though a set among the supporters may hold it. Raises KeyError for a label
    that addresses nothing.
    """
    if entry.lead is None:
        return tuple((key, "each") for key in labels.expand(entry.units))
    leads = labels.expand((entry.lead,))
    supporters = [key for key in labels.expand(entry.support) if key not in leads]
    return (*((key, "lead") for key in leads), *((key, "support") for key in supporters))
