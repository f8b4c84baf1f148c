"""The five points of the spine, as people would click through them, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.story import Story
from tests.support.running import RunningSample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


def test_a_campaign_lives_from_issue_to_the_last_signed_off_item(browser: Browser, sample: RunningSample) -> None:
    story = Story(browser, sample)
    story.tell()
    for someone in (story.clerk, story.other_clerk):
        for path in ("/desk", *story.pages_of(someone)):
            someone.go(path)
            someone.refuses_sideways_scrolling()
