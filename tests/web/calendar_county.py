"""The county in which calendars are imported: one duty counted in working days, over the turn of a year."""

from __future__ import annotations

from tests.support.world import World, small_campaign
from tests.web.site import MORE_PEOPLE

MEASURES = (
    "{key: t1, ordinal: （一）, title: 报送, text: 报送, workflow: return, units: [各村], due: {within: 8 working days}}",
)


def begin_calendar_county(world: World) -> None:
    """Issue its campaign and tell the people."""
    written = small_campaign(measures=MEASURES, starts_on="2026-12-21", ends_on="2027-06-30")
    world.load(written.replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))
    world.engine_works()
