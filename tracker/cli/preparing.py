"""Bringing a migrated database to what this release knows, and loading the sample into an empty one."""

from __future__ import annotations

from datetime import time
from importlib.metadata import version

import structlog

from tracker.bootstrap import CALENDAR_YEARS, Container, build
from tracker.definitions.calendar_seed import seed_days
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.definitions.catalog import load_catalog
from tracker.definitions.versioned import texts_of
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import local_moment
from tracker.domain.installation import CalendarSeed
from tracker.services.first_logins import give_first_logins
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
        return _sample_lines(container, file) if file is not None and prepared.is_sample else []
    finally:
        container.close()


def _sample_lines(container: Container, file: CampaignFile) -> list[str]:
    """Load the sample unless it is loaded, make the logins that are missing, and return what to print.

    The people of a load that was cut off before its logins were made are known by their names again.
    """
    if any(campaign.key == file.key for campaign in container.campaigns.find_campaigns()):
        people = {person.name: person.id for person in container.people.find_people(None)}
        person_ids = {person.key: people[person.name] for person in file.people if person.name in people}
    else:
        person_ids = dict(container.campaigns.load(file, actor_person_id=None).person_ids)
    logins = give_first_logins(container.people, file, person_ids, must_change=False)
    if not logins:
        return ["示例数据已在库中，账号口令只在首次启动时显示。忘记口令请用 tracker accounts reset。"]
    lines = [f"  {login.username:<18} {login.password:<20} {login.name}" for login in logins]
    return ["示例账号（口令随机生成，只显示这一次）：", *lines]
