"""The application over a test county, and the browsers of its people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from tests.support.world import World, small_campaign
from tracker.web.assembly import assemble
from tracker.web.auth import COOKIE

PASSWORD = "Walnut-Ferry-2026"
MEASURES = (
    "{key: survey, ordinal: （一）, title: 出租房屋排查, text: 逐户排查。, workflow: survey, units: [各村],"
    " due: {by_date: 2026-03-20}}",
    "{key: talk, ordinal: （二）, title: 集市宣传, text: 宣传一次。, workflow: publicity, units: [各村],"
    " due: {by_date: 2026-04-30}}",
)
MORE_PEOPLE = """
  - {key: area, name: area, email: area@example.invalid, posts: [{role: area_leader, unit: east, campaign_only: true}]}
  - {key: security, name: security, email: security@example.invalid, posts: [{role: security_admin, unit: office}]}
  - {key: system, name: system, email: system@example.invalid, posts: [{role: system_admin, unit: office}]}
  - {key: audit, name: audit, email: audit@example.invalid, posts: [{role: audit_admin, unit: office}]}
"""


def begin_county(world: World) -> None:
    """Bring a new world of 2 March 2026 to the county: its campaign is issued, everybody is there."""
    world.load(small_campaign(measures=MEASURES).replace("\nmeasures:", f"{MORE_PEOPLE}measures:", 1))


class CompiledOnce(BytecodeCache):
    """Templates as a test process compiled them: each test has an application of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept."""
        if (kept := self._kept.get(bucket.key)) is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


class Site:
    """The application over a world, and browsers of people."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app: Flask = assemble(world.container)
        self.app.jinja_env.bytecode_cache = COMPILED

    def account(self, person_key: str, *, must_change: bool = False) -> int:
        """Return the person's account, made at first asking; user name = the key, password = PASSWORD."""
        for row in self.world.rows("SELECT id FROM account WHERE username = :key", key=person_key):
            return int(row["id"])
        return self.world.container.people.create_account(
            person_id=self.world.person_ids[person_key], username=person_key, password=PASSWORD, by=None,
            must_change=must_change,
        )  # fmt: skip

    def browser(self, person_key: str | None = None, *, must_change: bool = False) -> Browser:
        """Return a browser, signed in as the person where one is named."""
        client = self.app.test_client()
        if person_key is not None:
            token = self.world.container.accounts.open_session(self.account(person_key, must_change=must_change))
            client.set_cookie(COOKIE, token)
        return Browser(client)


class Browser:
    """What a person does in a browser: open pages, and send the forms that stand on them."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **options)

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, *, page: str = "/account/password"
    ) -> TestResponse:
        """Send a form with the token and the version of `page`, unless `fields` says otherwise."""
        shown = self.client.get(page).text
        given = {name: value for name in ("csrf_token", "version") if (value := hidden(shown, name)) is not None}
        return self.client.post(path, data={**given, **(fields or {})}, headers={"Origin": "http://localhost"})


def hidden(page: str, name: str) -> str | None:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else None
