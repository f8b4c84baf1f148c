"""The five points of the spine, as people would click through them: each role's day at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.story import CLERKS, EVERYBODY_ELSE, Story
from tests.support.office import missing_tools, printed, sheets_of
from tests.support.running import running_sample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


def look_at_papers(papers: Mapping[str, bytes], folder: Path) -> None:
    """Print what was taken from the paper's page, where this machine can, and read it."""
    if missing_tools():
        return
    draft, issued, accepted = (
        [sheet.text for sheet in sheets_of(printed(papers[name], folder, name=f"{name}.docx"))]
        for name in ("draft", "issued", "accepted")
    )
    assert all("草稿（未印发，不具效力）" in page for page in draft)
    for pages in (issued, accepted):
        assert "青反诈督〔2026〕1号" in pages[0]
        assert "西坡村" in pages[0]
        assert "你单位下列事项未按要求落实，请逐项整改并书面回复。" in pages[0].replace("\n", "")
        assert not any("草稿" in page for page in pages)
    assert "签收情况" not in "".join(issued)
    assert "回复期限自签收起算" in "".join(accepted)


@pytest.mark.parametrize("phones", [CLERKS, EVERYBODY_ELSE], ids=["clerks-on-phones", "office-on-phones"])
def test_a_campaign_lives_from_issue_to_the_last_signed_off_item(
    browser: Browser, phones: Collection[str], tmp_path: Path
) -> None:
    with running_sample() as sample:
        story = Story(browser, sample, phones=phones, wide=True)
        story.tell()
        look_at_papers(story.papers, tmp_path)
        for someone in (story.office, story.clerk, story.other_clerk, story.first, story.leader):
            for path in ("/desk", *story.pages_of(someone)):
                someone.go(path)
                someone.refuses_sideways_scrolling()
            someone.close()
        story.second.close()
