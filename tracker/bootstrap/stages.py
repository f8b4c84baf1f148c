"""A stage on which a campaign is lived through: the services that take part, on a database that is thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial

from tracker.definitions.versioned import VersionedCalendars, VersionedCatalog
from tracker.persistence.definition_store import DefinitionStore
from tracker.persistence.engine import connect
from tracker.persistence.migrating import migrate
from tracker.persistence.secrets import FieldCipher
from tracker.persistence.throw_away import drop_left_over, throw_away
from tracker.persistence.unit_of_work import UnitOfWorkFactory
from tracker.services.context import Floor
from tracker.services.rehearsing import MovedClock, SilentBell, Stage
from tracker.settings import CHECKOUT


@contextmanager
def stage_beside(database_url: str, clock: MovedClock, *, cipher: FieldCipher) -> Iterator[Stage]:
    """Give a stage on a new database of the same server, which is dropped in any case.

    What killed rehearsals left behind is dropped first.
    """
    drop_left_over(database_url)
    with (
        throw_away(database_url, migrate=partial(migrate, CHECKOUT)) as scratch,
        _services_on(scratch, clock, cipher) as one,
    ):
        yield one


@contextmanager
def _services_on(database_url: str, clock: MovedClock, cipher: FieldCipher) -> Iterator[Stage]:
    engine = connect(database_url, application="tracker-rehearsal", asks_first=False)
    store, uows = DefinitionStore(engine), UnitOfWorkFactory(engine)
    # Nobody loads a newer definition on a stage: what is newest is asked once.
    catalog = VersionedCatalog(content=store.content, newest_id=cache(store.newest_id))
    calendars = VersionedCalendars(calendar=store.calendar, newest_id=cache(store.newest_calendar_id))
    try:
        yield Stage(Floor(uows, catalog, calendars, clock, SilentBell()), clock, cipher)
    finally:
        engine.dispose()
