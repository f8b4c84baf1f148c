"""The application of a test county on a port of its own, and people who are signed in at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.browser.people import DESKTOP, PHONE
from tests.web.site import Site
from tracker.web.auth import COOKIE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Seconds; a line that the browser opened and never used is not waited for longer.
ANSWERED_WITHIN = 2.0


@dataclass(frozen=True)
class Served:
    """A site and the address at which it answers."""

    site: Site
    address: str

    @contextmanager
    def context(self, browser: Browser, person: str, *, phone: bool = False, **more: Any) -> Iterator[BrowserContext]:
        """Open a browser window of somebody who is signed in."""
        size: Any = PHONE if phone else DESKTOP
        context = browser.new_context(viewport=size, locale="zh-CN", **more)
        self.sign_in(context, person)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def somebody(self, browser: Browser, person: str, *, phone: bool = False) -> Iterator[Page]:
        """Open a page of somebody who is signed in."""
        with self.context(browser, person, phone=phone) as context:
            yield context.new_page()

    def sign_in(self, context: BrowserContext, person: str) -> None:
        """Give a window the session of a person."""
        token = self.site.world.container.accounts.open_session(self.site.account(person))
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.address}])


def whole(app: WSGIApplication) -> WSGIApplication:
    """Read each answer and close it before it is sent: the server leaves the file open where its reader has gone."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        with closing(app(environ, start_response)) as parts:  # type: ignore[type-var]
            return [b"".join(parts)]

    return answer


@contextmanager
def serving(site: Site) -> Iterator[Served]:
    """Let a site answer until the block ends."""
    server = make_server("127.0.0.1", 0, whole(site.app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Served(site, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        # A page that asked by itself just before it was closed: its answer must not outlive the county's connections.
        for answering in threading.enumerate():
            if answering.name.endswith("(process_request_thread)"):
                answering.join(ANSWERED_WITHIN)
