"""While the database is away every page says so and loses nothing; when it is back, so is the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.support.kept import standing_world
from tests.support.servers import plain_url
from tests.support.world import World, small_campaign
from tests.web.papers import counted_queries
from tests.web.site import MEASURES, Site


@standing_world(shown=Site)
def site(world: World) -> None:
    world.load(small_campaign(measures=MEASURES, villages=["east"]))


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Let the server take no connection to the site's database, and cut those that stand."""
    split = urlsplit(plain_url(site.world.database_url))
    name = split.path.removeprefix("/")
    with psycopg.connect(urlunsplit(split._replace(path="/postgres")), autocommit=True) as connection:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


def test_every_page_says_that_it_is_away_and_comes_back_with_it(site: Site) -> None:
    browser = site.browser("clerk-east")
    task = f"/tasks/{site.world.task('survey', 'east')['ref']}"
    assert browser.get("/desk").status_code == 200
    with away(site):
        for path in ("/desk", task, "/login"):
            answer = browser.get(path)
            assert answer.status_code == 503, path
            assert "填写的内容还在" in answer.text
            assert answer.headers["Retry-After"] == "10"
        sent = browser.client.post(f"{task}/accept", headers={"Origin": "http://localhost"})
        assert sent.status_code in (400, 503)  # the token is looked at before the database is
    assert browser.get("/desk").status_code == 200
    assert site.world.task("survey", "east")["state"] == "assigned"


@contextmanager
def gone_at(site: Site, statement: int) -> Iterator[None]:
    """Let the database go away in the middle of a request, when the statement of that number is to be sent."""
    sent = 0
    with ExitStack() as stack:

        def go(*_: Any) -> None:
            nonlocal sent
            sent += 1
            if sent == statement:
                stack.enter_context(away(site))

        event.listen(Engine, "before_cursor_execute", go)
        stack.callback(event.remove, Engine, "before_cursor_execute", go)
        yield


def test_it_says_so_wherever_in_a_request_the_database_goes_away(site: Site) -> None:
    browser = site.browser("clerk-east")
    browser.get("/desk")
    with counted_queries() as sent:
        browser.get("/desk")
    for number in range(1, len(sent) + 1):
        with gone_at(site, number):
            answer = browser.get("/desk")
        assert (answer.status_code, "填写的内容还在" in answer.text) == (503, True), sent[number - 1]
    assert browser.get("/desk").status_code == 200
