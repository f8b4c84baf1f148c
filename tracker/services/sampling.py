"""回头看抽查: a month's draw, and the recheck that it opens on each drawn item for somebody other than who signed it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tracker.domain.deadlines import local_moment
from tracker.domain.errors import NotAllowed, NotFound, TransitionNotAllowed
from tracker.domain.months import Month
from tracker.domain.permissions import Action, Place, Viewer, may
from tracker.domain.sampling import DRAWN, SHARE, draw, seed_of, seed_text
from tracker.domain.values import local_date
from tracker.persistence.models import Campaign, LookBackDraw, Task
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.context import Floor, settings_of
from tracker.services.moving import Move, move_task
from tracker.services.recording import Doer, doer_at, event
from tracker.services.telling import tell

STEP = "draw"


@dataclass(frozen=True)
class Drawn:
    """A draw: of how many, which, and which of them had nothing left to look at. `repeated` = it was made already."""

    pool: int
    drawn: tuple[str, ...]
    passed_over: Mapping[str, str]
    repeated: bool = False


class SamplingService:
    """Draws. The campaign's row lock makes two draws of one campaign wait for each other."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def draw(self, viewer: Viewer, *, campaign_ref: str, month_key: str) -> Drawn:
        """Draw among the items signed off in a month and open a recheck on each; once a month, whoever asks again.

        Raises NotFound, NotAllowed, or TransitionNotAllowed with a sentence while the month may not be drawn yet.
        """
        now = self._floor.clock.now()
        with self._floor.uows() as uow:
            campaign = uow.campaigns.lock_running(campaign_ref)
            by = _check_viewer(uow, viewer, campaign)
            month = _month(month_key)
            made = uow.look_backs.find(campaign.id, month.key)
            if made is not None:
                return Drawn(len(made.pool), tuple(made.drawn), made.passed_over, repeated=True)
            seal_id, root = _seal(uow, month, now=now)
            pool = _pool(uow, campaign, month)
            if not pool:
                raise TransitionNotAllowed(f"{month.title}没有销号的整改事项，不用抽取。")
            share = share_of(campaign.settings)
            text = seed_text(campaign=campaign.ref, occasion=month.key, root=root)
            seed = seed_of(text)
            drawn = draw(seed, pool, share)
            tasks = uow.tasks.find_many(sorted(pool[ref] for ref in drawn), lock=True)
            passed_over = self._open(uow, tasks, by, now=now)
            uow.look_backs.add(
                LookBackDraw(
                    campaign_id=campaign.id, month=month.key, share=share, seal_id=seal_id, seed=seed,
                    pool=sorted(pool), drawn=list(drawn), passed_over=passed_over, drawn_at=now,
                    drawn_by=viewer.person_id,
                )
            )  # fmt: skip
            payload = {
                "month": month.key, "share": share, "seal": seal_id, "root": root, "seed_text": text, "seed": seed,
                "pool": sorted(pool), "drawn": list(drawn), "passed_over": passed_over,
            }  # fmt: skip
            uow.events.append([event(("campaign", campaign.id), DRAWN, payload, at=now, by=by)])
            self._floor.ring_deliveries(uow)
            uow.commit()
            return Drawn(len(pool), drawn, passed_over)

    def differences(self, viewer: Viewer, *, campaign_ref: str, month_key: str) -> tuple[str, ...]:
        """Draw again from the record and the seal, and say where the stored draw differs; empty = the same. Raises NotFound."""
        with self._floor.uows() as uow:
            campaign = uow.campaigns.get_by_ref(campaign_ref)
            _check_sees(uow, viewer, campaign)
            month = _month(month_key)
            made = uow.look_backs.find(campaign.id, month.key)
            if made is None:
                raise NotFound("这个月还没有抽取。")
            root = uow.look_backs.root(made.seal_id)
            first = uow.look_backs.first_seal(_after(month))
            pool = _pool(uow, campaign, month)
        seed = seed_of(seed_text(campaign=campaign.ref, occasion=month.key, root=root))
        found = []
        if first is None or first[0] != made.seal_id:
            found.append("所用的封存不是当月结束后的第一次封存。")
        if seed != made.seed:
            found.append("种子与按封存根值重新算出的不一致。")
        if sorted(pool) != sorted(made.pool):
            found.append("参加抽取的事项与当月销号记录不一致。")
        if draw(seed, pool, made.share) != tuple(made.drawn):
            found.append("重新抽取的结果与当时记录的不一致。")
        return tuple(found)

    def _open(self, uow: UnitOfWork, tasks: Sequence[Task], by: Doer, *, now: datetime) -> dict[str, str]:
        """Let drawn items wait for their recheck; return those with nothing left to look at, with their state."""
        settings = settings_of(uow, tasks) if tasks else {}
        passed_over = {}
        for task in tasks:
            definition = self._floor.catalog.workflow(task.workflow_version_id)
            step = definition.transition(STEP)
            if step is None or task.state not in step.sources:
                passed_over[task.ref] = definition.states[task.state].title
                continue
            event_id = move_task(uow, self._floor, task, definition, Move(step, by), now=now)
            setting = settings[task.id]
            facts = {
                "task_ref": task.ref, "title": task.title, "unit": setting.unit_name,
                "campaign": setting.campaign.title, "state": definition.states[task.state].title,
            }  # fmt: skip
            tell(
                uow, cause=f"event:{event_id}", message="passed_on", facts=facts, audience=setting.audience(task),
                roles=("supervisor",), now=now, task_id=task.id, except_person=by.person_id,
            )  # fmt: skip
        return passed_over


def share_of(settings: Mapping[str, object]) -> int:
    """Return the percentage that a campaign draws."""
    share = settings.get("look_back_share", SHARE)
    return share if isinstance(share, int) else SHARE


def _month(key: str) -> Month:
    month = Month.read(key)
    if month is None or month.key != key:
        raise NotFound("没有这个月份，请从页面上选择。")
    return month


def _after(month: Month) -> datetime:
    return local_moment(month.last + timedelta(days=1), time(0))


def _seal(uow: UnitOfWork, month: Month, *, now: datetime) -> tuple[int, str]:
    """Return the first seal after the month was over, which nobody could choose; raises TransitionNotAllowed."""
    if Month.of(local_date(now)) <= month:
        raise TransitionNotAllowed(f"{month.title}还没有过完，月底之后才能抽取。")
    seal = uow.look_backs.first_seal(_after(month))
    if seal is None:
        raise TransitionNotAllowed(f"{month.title}结束后的记录还没有封存，封存由系统定时办理，请稍后再抽取。")
    return seal


def _pool(uow: UnitOfWork, campaign: Campaign, month: Month) -> Mapping[str, int]:
    return uow.look_backs.signed_off(campaign.id, since=local_moment(month.first, time(0)), until=_after(month))


def _check_sees(uow: UnitOfWork, viewer: Viewer, campaign: Campaign) -> Place:
    place = Place(uow.tasks.office_of(campaign.id).unit_id, campaign.id, None, internal=True)
    if not may(viewer, Action.SEE_WORKBENCH, place):
        raise NotFound("没有这个专项行动，或者您无权查看。")
    return place


def _check_viewer(uow: UnitOfWork, viewer: Viewer, campaign: Campaign) -> Doer:
    place = _check_sees(uow, viewer, campaign)
    if not may(viewer, Action.ACT_AS_SUPERVISOR, place):
        raise NotAllowed("回头看抽查由督导组抽取。")
    if campaign.status == "draft":
        raise TransitionNotAllowed("这次行动还没有下达，不能抽取。")
    return doer_at(viewer, place, Action.ACT_AS_SUPERVISOR)
