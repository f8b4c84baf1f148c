"""Living a whole campaign through beforehand: from its first day to its last, from one due moment to the next.

It happens on a stage: the engine's own services, bound to a database that is thrown away and to a clock that is moved.
No courier and no bell is there, so nothing can leave and nobody is woken; what people would be told stands in rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import local_moment
from tracker.domain.ports import Cipher
from tracker.domain.rehearsal import Assumption, Outcome, late_units
from tracker.domain.values import local_date
from tracker.persistence.queries.rehearsed import find_duty_units
from tracker.services.campaigns import CampaignService
from tracker.services.context import Floor
from tracker.services.escalations import EscalationService
from tracker.services.issuing import IssuingService
from tracker.services.notices import NoticeService
from tracker.services.rehearsed_outcome import Lived, outcome_of
from tracker.services.rehearsed_people import StandIns
from tracker.services.rising import RisingService
from tracker.services.tasks import TaskService

MORNING, WORK, NIGHT = time(8, 30), time(10), time(23, 59)


class MovedClock:
    """A clock that stands where it was last moved to."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment at which it stands."""
        return self._moment

    def real_now(self) -> datetime:
        """Return the same: there is no other time on a stage."""
        return self._moment

    def for_a_while(self) -> MovedClock:
        """Return itself."""
        return self

    def move(self, moment: datetime) -> None:
        """Move on to a moment; it never goes back."""
        self._moment = max(self._moment, moment)


class SilentBell:
    """A bell that wakes nobody."""

    def enqueue(self, queue: str, job: str, *args: int | str) -> None:
        """Do nothing: whoever rehearses sees to the work himself."""


class Stage:
    """The engine's services on a database that is thrown away. Issuing goes on whatever stands against it."""

    def __init__(self, floor: Floor, clock: MovedClock, cipher: Cipher) -> None:
        self.floor, self.clock = floor, clock
        self.campaigns = CampaignService(floor.uows, clock, catalog=floor.catalog, cipher=cipher)
        self.issuing = IssuingService(floor, lambda uow, campaign: ())
        self.escalations = EscalationService(floor)
        self.tasks = TaskService(floor)
        self.notices = NoticeService(floor)
        self.rising = RisingService(floor)


@dataclass(frozen=True)
class Assumed:
    """Under which assumption a campaign is lived through; who is late follows from the seed."""

    assumption: Assumption
    seed: str


def first_moment(file: CampaignFile, *, now: datetime) -> datetime:
    """Return when it would begin: on the campaign's first morning, or now if that is over."""
    return max(now, local_moment(file.starts_on, MORNING))


def days_from(start: datetime, file: CampaignFile) -> int:
    """Return how many days are to be lived through."""
    return max(0, (file.ends_on - local_date(start)).days + 1)


def live(
    stage: Stage, file: CampaignFile, assumed: Assumed, *, tick: Callable[[int], None], expired: Callable[[], bool]
) -> Outcome:
    """Load and issue the campaign at the moment at which the clock stands, live to its end and return what came of it.

    What stands against issuing is noted and does not stop it. `tick` is told the number of the day, again and again;
    once `expired` says so the outcome is that of the days lived so far. Raises InvalidInput where it cannot be loaded.
    """
    begun = local_date(stage.clock.now())
    loaded = stage.campaigns.load(file, actor_person_id=None)
    against = stage.campaigns.check_campaign(loaded.ref)
    stage.issuing.issue_campaign(None, campaign_ref=loaded.ref, expected_version=1)
    with stage.floor.uows() as uow:
        units = find_duty_units(uow.session)
    late = late_units(units, assumed.seed) if assumed.assumption is Assumption.ONE_IN_FIVE else frozenset()
    people = StandIns(stage.floor, stage.tasks, stage.notices, campaign_ref=loaded.ref, late=late, seed=assumed.seed)
    stopped: date | None = None
    for number in range((file.ends_on - begun).days + 1):
        day = begun + timedelta(days=number)
        tick(number)
        _sweep_until(stage, local_moment(day, WORK))
        if assumed.assumption is not Assumption.NOBODY and stage.floor.calendars.newest().is_workday(day):
            people.work(tick=lambda number=number: tick(number))  # type: ignore[misc]
        _sweep_until(stage, local_moment(day, NIGHT))
        if expired():
            stopped = day
            break
    lived = Lived(file, assumed.assumption.value, assumed.seed, begun, stopped, late, tuple(against), people.stuck)
    return outcome_of(stage.floor, lived)


def _sweep_until(stage: Stage, moment: datetime) -> None:
    """Go from one due moment to the next, sweeping at each, and end at `moment`."""
    while (upcoming := stage.escalations.next_fire_at()) is not None and upcoming <= moment:
        stage.clock.move(upcoming)
        if stage.escalations.sweep().drafts:
            stage.rising.settle_all()
    stage.clock.move(moment)
