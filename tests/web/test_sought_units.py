"""A list is narrowed to a unit by picking it, or, where nobody could find it among thousands, by some of its name."""

from __future__ import annotations

import re

import pytest

from tests.web.crowds import add_units
from tests.web.site import Site
from tracker.persistence.queries.sought_units import MOST

#: Where lists can be narrowed, with somebody who may see them, and what tells that the east village is listed.
LISTS = (
    ("sup1", "/workbench", "east村 · "), ("sup1", "/workbench/findings", "east村</a>"), ("office1", "/ledger/tasks", "east村</"),
    ("office1", "/notices", "east村 · "), ("office1", "/campaigns/{campaign}/tasks", "east村</"),
)  # fmt: skip


@pytest.fixture
def crowded(late: Site) -> Site:
    """A county with more units than anybody picks from, each with a duty and a paper."""
    add_units(late, MOST, with_tasks=True)
    return late


def field(page: str) -> str:
    found = re.search(r'<(select|input)[^>]*id="filter-unit"[^>]*>', page)
    assert found is not None
    return found.group(0)


@pytest.mark.parametrize(("person", "path", "sign"), LISTS)
def test_while_there_are_few_a_unit_is_picked(late: Site, person: str, path: str, sign: str) -> None:
    page = late.browser(person).get(f"{path.format(campaign=late.world.campaign_ref)}?unit=east").text
    assert field(page).startswith("<select")
    assert '<option value="east" selected>east村</option>' in page
    assert sign in page


@pytest.mark.parametrize(("person", "path", "sign"), LISTS)
def test_among_many_a_unit_is_found_by_some_of_its_name(crowded: Site, person: str, path: str, sign: str) -> None:
    browser, url = crowded.browser(person), path.format(campaign=crowded.world.campaign_ref)
    for asked, shown in (("east", "east村"), ("east村", "east村"), ("as", "as")):
        page = browser.get(f"{url}?unit={asked}").text
        assert f'value="{shown}"' in field(page), "what was asked for stands in the field, a key as the name that it is"
        assert sign in page
        assert sign.replace("east", "west") not in page
    assert sign not in browser.get(f"{url}?unit=%25").text, "signs of patterns are letters here"
    assert sign not in browser.get(f"{url}?unit=没有这样的村").text


def test_who_sees_few_of_many_units_picks_among_his_own(crowded: Site) -> None:
    page = crowded.browser("clerk-east").get("/ledger/tasks?unit=west").text
    assert field(page).startswith("<select")
    assert "west村" not in page
