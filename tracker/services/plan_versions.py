"""A newer text of the plan of a running campaign: read, and laid beside the measures as they stand. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.campaign_file import Labels
from tracker.domain.deadlines import Phase
from tracker.domain.permissions import Viewer
from tracker.domain.plan_drafts import timing_in_file
from tracker.domain.plan_versions import Difference, Proposed, compare
from tracker.domain.standing import cadence_from_plain
from tracker.domain.timings import Timing, timing_of
from tracker.domain.unit_matching import UnitNames
from tracker.persistence.models import Campaign
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.campaigns import read_places
from tracker.services.change_sets import ChangeService, RunningPlan
from tracker.services.context import Floor
from tracker.services.plan_proposals import content_of, read_plan


@dataclass(frozen=True)
class Comparison:
    """A newer text beside the running plan: `same` measures stand in both as they are; `notes` are of the whole text."""

    text: str
    plan: RunningPlan
    differences: Sequence[Difference]
    same: int
    notes: Sequence[str]


class PlanVersionService:
    """Reads newer texts. What a person accepts of them goes through `ChangeService`."""

    def __init__(self, floor: Floor, changes: ChangeService) -> None:
        self._floor, self._changes = floor, changes

    def read(self, viewer: Viewer, campaign_ref: str, *, name: str, content: bytes) -> Comparison:
        """Return what a newer text says otherwise than the running campaign.

        Raises NotFound, NotAllowed or CannotChange as the change set does, PlanUnreadable with the reader's sentence, or
        InvalidInput where it holds no measure.
        """
        plan = self._changes.plan(viewer, campaign_ref)
        text, reading = read_plan(name, content)
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            places = read_places(uow, [campaign.office_id])
            names = UnitNames(places.units.values(), places.sets, uow.plan_drafts.aliases())
            read = content_of(reading, names, (), key="", word="")
            # What somebody answered when the campaign was made of its plan holds for the newer text as well.
            answered = {**read["units"], **_given(uow, campaign)}
            phases = {p.key: Phase(p.key, p.title, p.starts_on, p.ends_on) for p in uow.campaigns.phases(campaign.id)}
            titles = {one["key"]: one["title"] for one in read["phases"]}
        labels = places.labels
        proposed = [
            _proposed(one, answered, labels, _timing(one["when"], campaign, phases, titles)) for one in read["measures"]
        ]
        differences = compare(plan.measures, proposed, phases, plan.new_keys())
        differing = {one.present.key for one in differences if one.present is not None}
        return Comparison(
            text,
            plan,
            differences,
            len(plan.measures) - len(differing),
            [*_of_the_head(read, campaign), *read["notes"]],
        )


def _given(uow: UnitOfWork, campaign: Campaign) -> dict[str, list[str]]:
    content = uow.plan_drafts.content_of_campaign(campaign.id)
    return {name: chosen for name, chosen in (content or {}).get("units", {}).items() if chosen}


def _proposed(
    one: Mapping[str, Any], answered: Mapping[str, Sequence[str]], labels: Labels, due: Timing | None
) -> Proposed:
    printed = [*one["leads"], *one["supports"]]
    strange = tuple(name for name in printed if not _keys(answered.get(name, ()), labels))
    units = tuple(dict.fromkeys(key for name in printed for key in _keys(answered.get(name, ()), labels)))
    leads = _keys(answered.get(one["leads"][0], ()), labels) if one["joint"] else ()
    return Proposed(
        one["ordinal"], one["title"], one["text"], one["workflow"], due, units or None,
        leads[0] if len(leads) == 1 else None, strange,
    )  # fmt: skip


def _keys(names: Sequence[str], labels: Labels) -> tuple[str, ...]:
    return labels.expand(name for name in names if name in labels)


def _timing(
    when: Mapping[str, str], campaign: Campaign, phases: Mapping[str, Phase], titles: Mapping[str, str]
) -> Timing | None:
    """Return when it is due as the running campaign would write it, None where that was not read."""
    if not when["kind"]:
        return None
    if when["kind"] == "phase_end":
        keys = [key for key, phase in phases.items() if phase.title == titles.get(when["phase"])]
        if len(keys) != 1:
            return None
        when = {**when, "phase": keys[0]}
    written, cutoff = timing_in_file(when), campaign.settings.get("cutoff")
    rhythm = campaign.settings.get("rhythm")
    try:
        if "cadence" in written:
            return cadence_from_plain(written["cadence"], rhythm=cadence_from_plain(rhythm) if rhythm else None)
        return timing_of({**written["due"], **({"cutoff": cutoff} if cutoff else {})}, None)
    except ValueError:
        return None


def _of_the_head(read: Mapping[str, Any], campaign: Campaign) -> list[str]:
    days = (campaign.starts_on.isoformat(), campaign.ends_on.isoformat())
    if all(read[name] for name in ("starts_on", "ends_on")) and (read["starts_on"], read["ends_on"]) != days:
        return [
            f"新的文本写的起止日期是{read['starts_on']}至{read['ends_on']}，这次行动是{days[0]}至{days[1]}。"
            "进行中的行动只调整措施，起止日期不变。"
        ]
    return []
