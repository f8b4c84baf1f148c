"""Joint measures in a campaign file: who leads, who supports, and what is refused at its path."""

from __future__ import annotations

import pytest

from tests.support.world import WORKFLOWS, small_campaign
from tracker.definitions.campaign_files import Known, read_campaign_text
from tracker.definitions.catalog import load_catalog
from tracker.domain.campaign_file import CampaignFile, Labels, duties_of
from tracker.domain.errors import DefinitionInvalid

CATALOG = load_catalog(WORKFLOWS)


def read(who: str, *, workflow: str = "return", words: bool = True) -> CampaignFile:
    measure = (
        f"{{key: joint, ordinal: （一）, title: 联合清查, text: 清查。, workflow: {workflow}, {who},"
        " due: {by_date: 2026-03-20}}"
    )
    text = small_campaign(measures=[measure], villages=("east", "west", "north"))
    if not words:
        text = text.replace("supervision_notice: 测督, ", "")
    return read_campaign_text(text, file="test.yaml", known=Known(CATALOG.workflows, CATALOG.ladders))


def test_a_lead_and_its_supporters_are_read_and_the_lead_does_not_support_itself() -> None:
    file = read("lead: east, support: [各村]")
    (entry,) = file.measures
    labels = Labels(((u.key, u.name, u.short_name) for u in file.units), file.unit_sets)
    assert duties_of(entry, labels) == (("east", "lead"), ("west", "support"), ("north", "support"))


def test_a_lead_may_stand_alone() -> None:
    assert read("lead: east").measures[0].support == ()


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("lead: east, units: [west]", "要写一个，且只写一个"),
        ("support: [west]", "要写一个，且只写一个"),
        ("units: [west], support: [east]", "要和 lead（牵头单位）一起写"),
        ("lead: 各村", "牵头单位只能是一个"),
        ("lead: east, support: [east]", "没有别的单位"),
        ("lead: eats, support: [west]", "eats"),
        ("lead: east, support: [wets]", "wets"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(who: str, said: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        read(who)
    assert said in str(refused.value)


def test_the_supporters_workflow_is_not_a_measures_own() -> None:
    with pytest.raises(DefinitionInvalid, match="由系统开出"):
        read("units: [east]", workflow="support")


def test_the_papers_that_a_part_can_raise_need_their_number_word_as_well() -> None:
    with pytest.raises(DefinitionInvalid, match="配合事项"):
        read("lead: east, support: [west]", words=False)
