"""What a phone loads before it shows the first page: page, sheets, scripts, mark, counted in bytes as they travel."""

from __future__ import annotations

import gzip
import re
from posixpath import join, normpath

from werkzeug.test import TestResponse

from tests.web.conftest import Browser, Site

MOST_BYTES = 150_000
PACKED = {"Accept-Encoding": "gzip"}


def fetched(browser: Browser, path: str) -> TestResponse:
    with browser.get(path, headers=PACKED) as answer:
        assert answer.status_code == 200, path
        answer.get_data()
        return answer


def files_of(browser: Browser, page: str) -> dict[str, TestResponse]:
    """Return every file that a page needs, modules that scripts import included."""
    wanted = re.findall(r'<(?:link|script)[^>]*(?:href|src)="([^"]+)"', page)
    found: dict[str, TestResponse] = {}
    while wanted:
        path = wanted.pop()
        if path in found:
            continue
        found[path] = fetched(browser, path)
        if ".js" in path:
            body = gzip.decompress(found[path].data) if is_packed(found[path]) else found[path].data
            folder = path.partition("?")[0].rpartition("/")[0]
            wanted += [
                normpath(join(folder, one)) for one in re.findall(r'(?:import|from) "(\./[^"]+)"', body.decode())
            ]
    return found


def is_packed(answer: TestResponse) -> bool:
    return answer.headers.get("Content-Encoding") == "gzip"


def test_login_and_desk_come_in_under_150_kb_even_where_no_proxy_packs_pages(site: Site) -> None:
    for browser, path in ((site.browser(), "/login"), (site.browser("clerk-east"), "/desk")):
        page = fetched(browser, path)
        assert not is_packed(page), "a page holds a token beside what was typed"
        files = files_of(browser, page.text)
        assert any("kept_copies" in name for name in files), "the walk misses imports"
        total = len(page.data) + sum(len(one.data) for one in files.values())
        assert total < MOST_BYTES, {name: len(one.data) for name, one in files.items()}


def test_a_packed_sheet_is_the_same_sheet_and_a_second_asking_costs_nothing(site: Site) -> None:
    browser = site.browser()
    with browser.get("/static/css/tracker.css") as plain:
        body = plain.get_data()
        assert not is_packed(plain)
    packed = fetched(browser, "/static/css/tracker.css")
    assert gzip.decompress(packed.data) == body
    assert packed.headers["Vary"] == "Accept-Encoding"
    again = browser.get("/static/css/tracker.css", headers={**PACKED, "If-None-Match": packed.headers["ETag"]})
    with again:
        assert again.status_code == 304
