"""Campaigns: load one from a file, and say what stands against issuing it. Issuing is in `issuing`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.domain.cadence import Cadence
from tracker.domain.campaign_file import CampaignFile, Labels
from tracker.domain.deadlines import MeasureDue, Phase
from tracker.domain.definition import WorkflowDefinition
from tracker.domain.errors import NotFound
from tracker.domain.measure_dues import due_from_plain, printed_day
from tracker.domain.ports import Cipher, Clock, WorkflowCatalog
from tracker.domain.reachability import LOOK_BACK, SUPPORT
from tracker.domain.readiness import CampaignFacts, Definitions, MeasureFacts, reasons_against_issue
from tracker.domain.rising import Level
from tracker.domain.standing import cadence_from_plain
from tracker.domain.values import Ref, local_date
from tracker.persistence.models import Campaign
from tracker.persistence.queries.chains import read_chains
from tracker.persistence.repositories.units import OfficeRow
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.campaign_loading import CampaignLoading
from tracker.services.ladder_choice import ladder_lookup
from tracker.services.recording import Doer

_ROLES = ("liaison", "head", "area_leader")
_OFFICE_ROLES = ("office", "supervisor", "leader")


@dataclass(frozen=True)
class LoadedCampaign:
    """A campaign just loaded, and the person behind each key of the file."""

    ref: Ref
    person_ids: Mapping[str, int]


@dataclass(frozen=True)
class PresentPlaces:
    """Units and sets that a file may address without listing them: key → (name, short name), set → keys."""

    units: Mapping[str, tuple[str, str]]
    sets: Mapping[str, tuple[str, ...]]

    @property
    def labels(self) -> Labels:
        """Return what a measure may write to address them."""
        return Labels(((key, name, short) for key, (name, short) in self.units.items()), self.sets)


@dataclass(frozen=True)
class MeasureSummary:
    """A measure in a list: what, by which workflow, for how many units, by when or how often (as the plan says it)."""

    ordinal: str
    title: str
    workflow: str
    units: int
    due: MeasureDue | None
    cadence: Cadence | None


@dataclass(frozen=True)
class CampaignSummary:
    """A campaign in a list; `version` is what issuing must be asked with."""

    ref: Ref
    key: str
    title: str
    status: str
    starts_on: date
    ends_on: date
    version: int


class CampaignService:
    """Loading and checking."""

    def __init__(
        self, uows: Callable[[], UnitOfWork], clock: Clock, *, catalog: WorkflowCatalog, cipher: Cipher
    ) -> None:
        self._uows = uows
        self._clock = clock
        self._catalog = catalog
        self._cipher = cipher

    def load_campaign(self, file: CampaignFile, *, actor_person_id: int | None) -> Ref:
        """Load a file as a draft campaign and return its ref; see `load`."""
        return self.load(file, actor_person_id=actor_person_id).ref

    def load(self, file: CampaignFile, *, actor_person_id: int | None) -> LoadedCampaign:
        """Write a campaign file down as a draft: all of it, or nothing.

        Raises InvalidInput, with every problem, when the key was loaded before, a printed due date is already
        past, or the file contradicts what the database knows about a unit or a set.
        """
        with self._uows() as uow:
            # One loading at a time, so that two of the same file end in a sentence and not in a broken key.
            uow.installations.lock()
            uow.roster.lock()
            loading = CampaignLoading(uow, file, self._cipher, self._clock.now(), Doer(actor_person_id))
            loading.refuse_what_does_not_fit()
            campaign = loading.write()
            uow.commit()
        return LoadedCampaign(Ref(campaign.ref), loading.person_ids)

    def present_places(self) -> PresentPlaces:
        """Return the units and sets that the database knows, for reading a campaign file."""
        with self._uows() as uow:
            return read_places(uow, [office.id for office in uow.units.find_offices()])

    def find_campaigns(self) -> list[CampaignSummary]:
        """Return every campaign, the newest first."""
        with self._uows() as uow:
            return [_summary(campaign) for campaign in uow.campaigns.find_all()]

    def get_campaign(self, campaign_ref: str) -> tuple[CampaignSummary, list[MeasureSummary]]:
        """Return one campaign with its measures; raises NotFound."""
        with self._uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            counts = Counter(duty.measure_id for duty in uow.campaigns.assignments(campaign.id))
            measures = [
                MeasureSummary(
                    one.ordinal,
                    one.title,
                    one.workflow_key,
                    counts[one.id],
                    due_from_plain(one.due) if one.due else None,
                    cadence_from_plain(one.cadence) if one.cadence else None,
                )
                for one in uow.campaigns.measures(campaign.id)
            ]
            return _summary(campaign), measures

    def check_campaign(self, campaign_ref: str) -> list[str]:
        """Return why issuing this campaign would be refused, one sentence a reason; raises NotFound."""
        with self._uows() as uow:
            return self.reasons_against(uow, uow.campaigns.get_by_ref(campaign_ref))

    def reasons_against(self, uow: UnitOfWork, campaign: Campaign) -> list[str]:
        """Return the same within a transaction that is about to issue the campaign."""
        office = uow.units.get_office(campaign.office_id)
        facts = _facts(uow, campaign, office, self._clock)
        return reasons_against_issue(facts, self._definitions(campaign.settings), now=self._clock.now())

    def _definitions(self, settings: Mapping[str, Any]) -> Definitions:
        """Return look-ups that ask the catalog once for each key."""
        workflows: dict[str, WorkflowDefinition | None] = {}

        def workflow(key: str) -> WorkflowDefinition | None:
            if key not in workflows:
                try:
                    workflows[key] = self._catalog.newest_workflow(key)[1]
                except NotFound:
                    workflows[key] = None
            return workflows[key]

        return Definitions(workflow, ladder_lookup(self._catalog, settings))


def read_places(uow: UnitOfWork, office_ids: Iterable[int]) -> PresentPlaces:
    """Return every unit of today, and the sets of these offices."""
    units = uow.units.units_by_key()
    key_of = {unit.id: key for key, unit in units.items()}
    sets = {
        name: tuple(key_of[unit_id] for unit_id in members)
        for office_id in office_ids
        for name, members in uow.units.set_members(office_id).items()
    }
    return PresentPlaces({key: (unit.name, unit.short_name) for key, unit in units.items()}, sets)


def _summary(campaign: Campaign) -> CampaignSummary:
    return CampaignSummary(
        Ref(campaign.ref), campaign.key, campaign.title, campaign.status, campaign.starts_on,
        campaign.ends_on, campaign.version,
    )  # fmt: skip


def _facts(uow: UnitOfWork, campaign: Campaign, office: OfficeRow, clock: Clock) -> CampaignFacts:
    units_of: dict[int, list[int]] = {}
    supporters: dict[int, list[int]] = {}
    for duty in uow.campaigns.assignments(campaign.id):
        into = supporters if duty.role == "support" else units_of
        into.setdefault(duty.measure_id, []).append(duty.unit_id)
    phases = {
        phase.key: Phase(phase.key, phase.title, phase.starts_on, phase.ends_on)
        for phase in uow.campaigns.phases(campaign.id)
    }
    measures = [
        MeasureFacts(
            measure.ordinal, measure.title, measure.workflow_key, tuple(units_of.get(measure.id, ())),
            printed_day(due_from_plain(measure.due), phases) if measure.due else None,
        )
        for measure in uow.campaigns.measures(campaign.id)
    ]  # fmt: skip
    # A supporter needs what its own part needs, not what the lead's task does.
    measures += [
        MeasureFacts(measure.ordinal, f"配合：{measure.title}", SUPPORT, tuple(supporters[measure.id]), None)
        for measure in uow.campaigns.measures(campaign.id)
        if measure.id in supporters
    ]
    unit_ids = sorted({unit_id for units in (*units_of.values(), *supporters.values()) for unit_id in units})
    if campaign.settings.get("look_back"):
        measures.append(MeasureFacts("", "责任倒查", LOOK_BACK, tuple(unit_ids), None))
    names = {unit_id: unit.name for unit_id, unit in uow.units.by_id(unit_ids).items()}
    levels = _levels(uow, campaign, office, clock)
    above = {(one.unit_id, role): people for one in levels[1:] for role, people in one.holders.items()}
    holders = above | _holders(uow, campaign, office, unit_ids, clock)
    separation = bool(campaign.settings.get("separation", True))
    return CampaignFacts(
        office.unit_id, office.name, names, holders, measures, separation, tuple(one.unit_id for one in levels[1:]),
        campaign.settings.get("first_responsible", "head"),
    )  # fmt: skip


def _levels(uow: UnitOfWork, campaign: Campaign, office: OfficeRow, clock: Clock) -> tuple[Level, ...]:
    chains = read_chains(uow.session, [office.unit_id], today=local_date(clock.now()))
    return chains[office.unit_id].levels(campaign.id)


def _holders(
    uow: UnitOfWork, campaign: Campaign, office: OfficeRow, unit_ids: list[int], clock: Clock
) -> dict[tuple[int, str], frozenset[int]]:
    today = local_date(clock.now())
    found: dict[tuple[int, str], set[int]] = {}
    for roles, units in ((_ROLES, unit_ids), (_OFFICE_ROLES, [office.unit_id])):
        for role in roles:
            for holder in uow.units.holders(units, role, campaign.id, today):
                found.setdefault((holder.unit_id, role), set()).add(holder.person_id)
    return {place: frozenset(people) for place, people in found.items()}
