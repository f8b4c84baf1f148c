"""Bringing a migrated database to what this release knows, and loading the sample into an empty one."""

from __future__ import annotations

from datetime import time
from importlib.metadata import version

import structlog

from tracker.bootstrap import build
from tracker.definitions.calendar_seed import CALENDAR_YEARS, seed_days
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.definitions.catalog import load_catalog
from tracker.definitions.versioned import texts_of
from tracker.domain.deadlines import local_moment
from tracker.domain.installation import CalendarSeed
from tracker.services.first_logins import sample_lines
from tracker.settings import Settings

logger = structlog.get_logger(__name__)

SAMPLE_CAMPAIGN = "anti_fraud_township"
SAMPLE_MORNING = time(8, 30)


def prepare(settings: Settings, *, sample: bool) -> list[str]:
    """Bring a migrated database to what this release knows; return what the operator should read, once.

    With `sample`, an empty database gets the sample campaign, with accounts whose random passwords are returned
    here and nowhere else. Raises NotAllowed when `sample` is asked of a production database.
    """
    container = build(settings)
    try:
        catalog = load_catalog(settings.workflows_dir)
        known = Known(catalog.workflows, catalog.ladders)
        exceptions, published = seed_days(*CALENDAR_YEARS)
        seed = CalendarSeed(f"chinesecalendar {version('chinesecalendar')}", exceptions, published)
        path = settings.workflows_dir / "campaigns" / f"{SAMPLE_CAMPAIGN}.yaml"
        file = read_campaign_file(path, known) if sample else None
        first = local_moment(file.starts_on, SAMPLE_MORNING) if file else None
        prepared = container.installations.prepare(
            definitions=texts_of(catalog), calendar=seed, is_sample=sample, first_moment=first
        )
        for name in prepared.outdated:
            logger.warning("The database holds a newer definition", action="definitions.outdated", definition=name)
        return (
            sample_lines(container.campaigns, container.people, file) if file is not None and prepared.is_sample else []
        )
    finally:
        container.close()
