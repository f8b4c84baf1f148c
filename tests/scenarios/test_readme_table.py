"""The table of rehearsed campaign files in the README is what `tracker campaign rehearse --scratch --table` prints."""

from __future__ import annotations

import pytest

from tests.support.world import WORKFLOWS, World, shipped_catalog
from tracker.cli.rehearsing import COLUMNS, table_row
from tracker.definitions.campaign_files import Known, read_campaign_file
from tracker.domain.campaign_file import CampaignFile
from tracker.domain.deadlines import local_moment
from tracker.domain.rehearsal import Assumption
from tracker.services.rehearsing import MORNING, Assumed
from tracker.settings import CHECKOUT


def rows() -> dict[str, tuple[str, ...]]:
    """Return the rows of the table by the name of their file."""
    lines = (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines()
    head = lines.index(f"| {' | '.join(COLUMNS)} |")
    found = {}
    for line in lines[head + 2 :]:
        if not line.startswith("| `"):
            break
        cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
        found[cells[0].strip("`")] = cells
    return found


def read(name: str) -> CampaignFile:
    catalog = shipped_catalog()
    return read_campaign_file(
        WORKFLOWS / "campaigns" / f"{name}.yaml", Known(catalog.workflows, catalog.ladders)
    )  # fmt: skip


def test_every_campaign_file_has_a_row() -> None:
    assert set(rows()) == {file.stem for file in (WORKFLOWS / "campaigns").glob("*.yaml")}


@pytest.mark.parametrize("name", sorted(rows()))
def test_a_row_counts_the_measures_of_its_file(name: str) -> None:
    file, row = read(name), rows()[name]
    dated = sum(1 for one in file.measures if one.due is not None)
    assert (row[1], row[3], row[4]) == tuple(map(str, (len(file.measures), dated, len(file.measures) - dated)))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(rows()))
def test_a_row_is_what_living_through_the_file_gives(fresh_database_url: str, name: str) -> None:
    file = read(name)
    start = local_moment(file.starts_on, MORNING)
    with World(fresh_database_url, start=start) as world:
        outcome = world.container.rehearsals.live(
            file, Assumed(Assumption.ONE_IN_FIVE, "1"), start=start, tick=lambda day: None
        )
    assert table_row(name, file, outcome) == rows()[name]
