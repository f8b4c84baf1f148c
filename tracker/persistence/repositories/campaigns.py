"""Campaigns, their phases, measures and assignments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.domain.bigrams import bigrams
from tracker.domain.errors import NotFound
from tracker.persistence.holding import held
from tracker.persistence.models import Assignment, Campaign, Measure, Phase

INSERT_ASSIGNMENTS = text("""
    INSERT INTO assignment (measure_id, unit_id, role)
    SELECT * FROM unnest(CAST(:measures AS bigint[]), CAST(:units AS bigint[]), CAST(:roles AS text[]))""")

INSERT_SHARES = text("""
    INSERT INTO assignment (measure_id, unit_id, role)
    SELECT :measure, unit_id, 'share' FROM unnest(CAST(:units AS bigint[])) AS given(unit_id)
    ON CONFLICT (measure_id, unit_id, role) DO NOTHING""")

STANDING_DUTIES = text("""
    SELECT a.id, a.measure_id, a.unit_id, a.role FROM assignment a JOIN measure m ON m.id = a.measure_id
    WHERE m.campaign_id = :campaign AND a.role <> 'share' AND a.withdrawn_at IS NULL
    ORDER BY m.position, a.id""")

WITHDRAW_DUTIES = text("""
    UPDATE assignment SET withdrawn_at = CAST(:now AS timestamptz), next_opens_at = NULL
    WHERE measure_id = :measure AND unit_id = ANY(CAST(:units AS bigint[])) AND withdrawn_at IS NULL""")

SUPPORTERS = text("""
    SELECT a.id, a.measure_id, a.unit_id, a.role FROM assignment a
    WHERE a.measure_id = ANY(CAST(:measures AS bigint[])) AND a.role = 'support' AND a.withdrawn_at IS NULL
    ORDER BY a.id""")


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A duty of one unit under one measure."""

    id: int
    measure_id: int
    unit_id: int
    role: str


class CampaignRepository:
    """Campaigns and what the plan says."""

    def first_responsible(self, campaign_ids: Iterable[int]) -> dict[int, str]:
        """Return which role each campaign calls 第一责任人, where it says so."""
        wanted = sorted(campaign_ids)
        in_hand = held(self._session, Campaign, wanted)
        if len(in_hand) == len(wanted):  # as most steps have their campaign
            said = {campaign_id: one.settings.get("first_responsible") for campaign_id, one in in_hand.items()}
            return {campaign_id: role for campaign_id, role in said.items() if role is not None}
        query = text("""
            SELECT id, settings->>'first_responsible' AS role FROM campaign
            WHERE id = ANY(CAST(:ids AS bigint[])) AND settings ? 'first_responsible'""")
        return {row.id: row.role for row in self._session.execute(query, {"ids": wanted})}

    def settings_of(self, campaign_ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
        """Return what each campaign sets for itself."""
        found = self._session.execute(
            select(Campaign.id, Campaign.settings).where(Campaign.id.in_(sorted(campaign_ids)))
        )
        return {row.id: row.settings for row in found}

    def __init__(self, session: Session) -> None:
        self._session = session

    def claim_digest(self, *, now: datetime) -> Campaign | None:
        """Lock the campaign whose leaders have waited longest for their weekly news; None when nobody else is due."""
        query = select(Campaign).where(Campaign.digest_at <= now).order_by(Campaign.digest_at, Campaign.id).limit(1)
        return self._session.scalars(query.with_for_update(skip_locked=True, key_share=True)).one_or_none()

    def get(self, campaign_id: int) -> Campaign:
        """Return a campaign by id; raises NotFound."""
        return self._one(self._session.get(Campaign, campaign_id))

    def get_many(self, campaign_ids: Collection[int]) -> dict[int, Campaign]:
        """Return campaigns by id."""
        found = self._session.scalars(select(Campaign).where(Campaign.id.in_(campaign_ids)))
        return {campaign.id: campaign for campaign in found}

    def get_by_ref(self, ref: str) -> Campaign:
        """Return a campaign by its public ref; raises NotFound."""
        return self._one(self._session.scalars(select(Campaign).where(Campaign.ref == ref)).one_or_none())

    def lock_by_ref(self, ref: str) -> Campaign:
        """Return a campaign read afresh under its row lock, for deciding about it; raises NotFound."""
        found = self._session.scalars(
            select(Campaign).where(Campaign.ref == ref).with_for_update().execution_options(populate_existing=True)
        )
        return self._one(found.one_or_none())

    def lock_running(self, ref: str) -> Campaign:
        """Return a running campaign read afresh, held against other changes of it; raises NotFound.

        Its tasks go on meanwhile: the lock is one that new rows which point to the campaign do not wait for.
        """
        query = select(Campaign).where(Campaign.ref == ref).with_for_update(key_share=True)
        return self._one(self._session.scalars(query.execution_options(populate_existing=True)).one_or_none())

    def find_by_key(self, key: str) -> Campaign | None:
        """Return the campaign that a file with this key has made, or None."""
        return self._session.scalars(select(Campaign).where(Campaign.key == key)).one_or_none()

    def find_all(self) -> list[Campaign]:
        """Return every campaign, the newest first."""
        return list(self._session.scalars(select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.id.desc())))

    def add(
        self, *, key: str, office_id: int, title: str, summary: str, starts_on: date, ends_on: date,
        settings: Mapping[str, Any], now: datetime,
    ) -> Campaign:  # fmt: skip
        """Add a draft campaign. Its ref is XD-<year>-<n>; numbers of loads that failed are skipped."""
        campaign_id = self._session.execute(
            text("SELECT nextval(pg_get_serial_sequence('campaign', 'id'))")
        ).scalar_one()
        campaign = Campaign(
            id=campaign_id, ref=f"XD-{starts_on.year}-{campaign_id:04d}", key=key, office_id=office_id,
            title=title, summary=summary, starts_on=starts_on, ends_on=ends_on, settings=dict(settings),
            created_at=now,
        )  # fmt: skip
        self._session.add(campaign)
        self._session.flush()
        return campaign

    def add_phase(
        self, campaign_id: int, *, key: str, title: str, starts_on: date, ends_on: date, position: int
    ) -> None:
        """Add a phase; phases may overlap."""
        self._session.add(Phase(
            campaign_id=campaign_id, key=key, title=title, starts_on=starts_on, ends_on=ends_on,
            position=position,
        ))  # fmt: skip

    def add_measure(
        self, campaign_id: int, *, key: str, ordinal: str, title: str, text: str, workflow_key: str,
        units: Sequence[str], due: Mapping[str, Any], position: int, cadence: Mapping[str, Any] | None = None,
        lead: str | None = None, support: Sequence[str] = (), schedule: Mapping[str, Any] | None = None,
        severity_floor: int = 0,
    ) -> int:  # fmt: skip
        """Add one line of the plan and return its id."""
        measure = Measure(
            campaign_id=campaign_id, key=key, ordinal=ordinal, title=title, text=text,
            workflow_key=workflow_key, units=list(units), lead=lead, support=list(support), due=dict(due),
            position=position, cadence=dict(cadence) if cadence is not None else None, bigrams=bigrams(title, text),
            schedule=dict(schedule) if schedule is not None else None, severity_floor=severity_floor,
        )  # fmt: skip
        self._session.add(measure)
        self._session.flush()
        return measure.id

    def add_assignments(self, duties: Sequence[tuple[int, int, str]]) -> None:
        """Add duties (measure id, unit id, role) in one statement."""
        if duties:
            measures, units, roles = (list(column) for column in zip(*duties, strict=True))
            self._session.execute(INSERT_ASSIGNMENTS, {"measures": measures, "units": units, "roles": roles})

    def phases(self, campaign_id: int) -> list[Phase]:
        """Return the phases in the order of the plan."""
        return list(
            self._session.scalars(select(Phase).where(Phase.campaign_id == campaign_id).order_by(Phase.position))
        )

    def measures(self, campaign_id: int) -> list[Measure]:
        """Return the measures in the order of the plan."""
        return list(
            self._session.scalars(select(Measure).where(Measure.campaign_id == campaign_id).order_by(Measure.position))
        )

    def get_measure(self, measure_id: int) -> Measure:
        """Return a measure by id; raises NotFound."""
        measure = self._session.get(Measure, measure_id)
        if measure is None:
            raise NotFound("没有这项工作措施。")
        return measure

    def assignments(self, campaign_id: int) -> list[AssignmentRow]:
        """Return every duty of the campaign, by measure."""
        rows = self._session.execute(
            select(Assignment.id, Assignment.measure_id, Assignment.unit_id, Assignment.role)
            .join(Measure, Measure.id == Assignment.measure_id)
            .where(Measure.campaign_id == campaign_id)
            .order_by(Measure.position, Assignment.id)
        )
        return [AssignmentRow(*row) for row in rows]

    def add_shares(self, measure_id: int, unit_ids: Sequence[int]) -> None:
        """Add the duties of units to which a measure's duty was handed down; those that exist are left alone."""
        self._session.execute(INSERT_SHARES, {"measure": measure_id, "units": list(unit_ids)})

    def standing_duties(self, campaign_id: int) -> list[AssignmentRow]:
        """Return the duties that the plan gives today, in its order: none that ended, none that a unit handed down."""
        return [AssignmentRow(*row) for row in self._session.execute(STANDING_DUTIES, {"campaign": campaign_id})]

    def withdraw_duties(self, measure_id: int, unit_ids: Sequence[int], *, now: datetime) -> None:
        """End the duties of units under a measure; they open no further task."""
        given = {"measure": measure_id, "units": list(unit_ids), "now": now}
        self._session.execute(WITHDRAW_DUTIES, given)

    def supporters(self, measure_ids: Sequence[int]) -> list[AssignmentRow]:
        """Return the duties to support these measures, in the order in which they were given."""
        given = {"measures": sorted(set(measure_ids))}
        return [AssignmentRow(*row) for row in self._session.execute(SUPPORTERS, given)]

    @staticmethod
    def _one(campaign: Campaign | None) -> Campaign:
        if campaign is None:
            raise NotFound("没有这个专项行动，或者您无权查看。")
        return campaign
