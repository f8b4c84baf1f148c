"""The five points of the spine, as people would click through them: each role's day at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from playwright.sync_api import Browser

from tests.browser.story import CLERKS, EVERYBODY_ELSE, Story
from tests.support.running import running_sample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.mark.parametrize("phones", [CLERKS, EVERYBODY_ELSE], ids=["clerks-on-phones", "office-on-phones"])
def test_a_campaign_lives_from_issue_to_the_last_signed_off_item(browser: Browser, phones: Collection[str]) -> None:
    with running_sample() as sample:
        story = Story(browser, sample, phones=phones, wide=True)
        story.tell()
        for someone in (story.office, story.clerk, story.other_clerk, story.first, story.leader):
            for path in ("/desk", *story.pages_of(someone)):
                someone.go(path)
                someone.refuses_sideways_scrolling()
            someone.close()
        story.second.close()
