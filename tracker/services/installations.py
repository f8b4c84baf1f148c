"""Bring a database to what this release knows: its one row, definitions, calendar. Runs at every start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.domain.errors import NotAllowed
from tracker.domain.installation import CalendarSeed, DefinitionText
from tracker.domain.ports import Clock
from tracker.domain.values import check_aware
from tracker.persistence.repositories.events import NewEvent
from tracker.persistence.unit_of_work import UnitOfWork
from tracker.services.recording import event

#: The stream of facts of the whole database.
SETTINGS_STREAM = ("settings", 1)


@dataclass(frozen=True)
class Prepared:
    """What a preparation found and did.

    is_sample   what the database is, whatever was asked for at a later start
    added       "workflow/survey", "ladder/standard", "calendar": versions stored just now
    outdated    definitions of this release for which the database holds a newer version already, which
                stays in force (an old machine started again during an upgrade)
    """

    is_sample: bool
    added: tuple[str, ...]
    outdated: tuple[str, ...]


class InstallationService:
    """Preparation of a database."""

    def __init__(self, uows: Callable[[], UnitOfWork], clock: Clock) -> None:
        self._uows = uows
        self._clock = clock

    def prepare(
        self,
        *,
        definitions: Sequence[DefinitionText],
        calendar: CalendarSeed,
        is_sample: bool,
        first_moment: datetime | None = None,
    ) -> Prepared:
        """Store what is not stored yet, in one transaction; processes that start together take turns.

        In a new sample database time begins at `first_moment`. Raises NotAllowed when a production database
        is asked to be a sample: it could then be moved through time.
        """
        with self._uows() as uow:
            uow.installations.lock()
            now = self._clock.real_now()
            sample, events = self._ensure_row(uow, is_sample=is_sample, first_moment=first_moment, now=now)
            added, outdated = _store_definitions(uow, definitions, now, events)
            if _store_calendar(uow, calendar, now, events):
                added.append("calendar")
            uow.events.append(events)
            uow.commit()
        return Prepared(sample, tuple(added), tuple(outdated))

    @staticmethod
    def _ensure_row(
        uow: UnitOfWork, *, is_sample: bool, first_moment: datetime | None, now: datetime
    ) -> tuple[bool, list[NewEvent]]:
        found = uow.installations.find()
        if found is not None:
            if is_sample and not found.is_sample:
                raise NotAllowed("这是正式数据库，不能改作演示库。请另建一个空的数据库来演示。")
            return found.is_sample, []
        moves = is_sample and first_moment is not None
        offset = check_aware(first_moment) - now if moves and first_moment else timedelta(0)
        uow.installations.add(is_sample=is_sample, sample_offset=offset, now=now)
        payload = {"is_sample": is_sample, "sample_offset_seconds": int(offset.total_seconds())}
        return is_sample, [event(SETTINGS_STREAM, "installation.created", payload, at=now)]


def _store_definitions(
    uow: UnitOfWork, definitions: Sequence[DefinitionText], now: datetime, events: list[NewEvent]
) -> tuple[list[str], list[str]]:
    stored = {kind: uow.installations.definition_hashes(kind) for kind in {one.kind for one in definitions}}
    fresh, outdated = [], []
    for one in definitions:
        hashes = stored[one.kind].get(one.key, [])
        if one.content_hash not in hashes:
            fresh.append(one)
        elif one.content_hash != hashes[-1]:
            outdated.append(f"{one.kind}/{one.key}")
    for one, version_id in zip(fresh, uow.installations.add_definitions(fresh, now=now), strict=True):
        payload = {"key": one.key, "version": one.version, "id": version_id, "hash": one.content_hash}
        events.append(event(SETTINGS_STREAM, f"{one.kind}.loaded", payload, at=now))
    return [f"{one.kind}/{one.key}" for one in fresh], outdated


def _store_calendar(uow: UnitOfWork, seed: CalendarSeed, now: datetime, events: list[NewEvent]) -> bool:
    """Store the seed unless it is stored; a calendar that people typed since is never replaced by a seed."""
    sources = uow.installations.find_calendar_sources()
    source, package = seed.source(), seed.package.split()[0]
    if source in sources or (sources and sources[-1].split()[0] != package):
        return False
    version_id = uow.installations.add_calendar(
        source=source, exceptions=seed.exceptions, published_years=sorted(seed.published_years), now=now
    )
    if sources:
        # An update brought a newer table: the next sweep rings for whoever counts the open clocks with it.
        total = uow.recounting.count_outdated(version_id)
        uow.recounting.begin(version_id, total=total, now=now)
    payload = {"id": version_id, "source": source, "published_years": sorted(seed.published_years)}
    events.append(event(SETTINGS_STREAM, "calendar.loaded", payload, at=now))
    return True
