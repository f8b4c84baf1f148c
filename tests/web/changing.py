"""The pages of a change set as the office uses them: fill in, look at what it would do, let it take effect."""

from __future__ import annotations

import re
from html import unescape

from tests.web.site import Browser, Site, hidden


def changes(site: Site) -> str:
    """Return where the site's campaign is changed."""
    return f"/campaigns/{site.world.campaign_ref}/changes"


def preview(browser: Browser, url: str, fields: dict[str, object]) -> str:
    """Send a form and return the page that says what it would do."""
    answer = browser.post(f"{url}/preview", fields, page=url)
    assert answer.status_code == 200, answer.text
    return answer.text


def apply(browser: Browser, url: str, page: str, **fields: object) -> int:
    """Let what a preview shows take effect; return the answer's status."""
    found = re.search(r'name="edits" value="([^"]*)"', page)
    assert found is not None
    given = {"edits": unescape(found[1]), "version": hidden(page, "version"), **fields}
    return browser.post(url, given, page=url).status_code
