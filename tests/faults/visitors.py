"""People at the pages of a running county: they sign for tasks, report, put papers up, approve and issue.

What a page said was done is a promise: it must stand in the record afterwards, whatever was killed meanwhile.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.faults.county import FIRST_DAY, VILLAGES, County
from tracker.bootstrap import Container
from tracker.web.auth import COOKIE

PASSWORD = "Walnut-Ferry-2026"
PATIENCE = 10.0
BREATH = 0.15
#: workflow → what its report holds; a return is answered as nil
REPORTS: Mapping[str, Mapping[str, str]] = {
    "publicity": {
        "theme": "进村宣传", "held_on": FIRST_DAY, "place": "村委会", "forms": "door_to_door", "sessions": "1",
        "people_reached": "120", "leaflets": "300",
    },
    "survey": {"category": "rental", "should_check": "120", "checked": "118"},
}  # fmt: skip

#: Tasks that wait for a clerk, the person's key being the unit's; about half of them are left to run late.
TO_SIGN = """
    SELECT t.ref, t.version, t.state, t.workflow_key, u.key FROM task t JOIN unit u ON u.id = t.unit_id
    WHERE t.measure_id IS NOT NULL AND NOT t.final AND t.waits_for = 'unit' AND t.id % 2 = 0 ORDER BY random() LIMIT 1"""
TO_JUDGE = """
    SELECT ref, version, state FROM task WHERE state = 'verifying' AND NOT final ORDER BY random() LIMIT 1"""
TO_STEP = """
    SELECT n.ref, n.version, t.state FROM notice n JOIN task t ON t.id = n.task_id
    WHERE n.kind = 'supervision_notice' AND t.state IN ('gathering', 'sealed', 'approved') ORDER BY random() LIMIT 1"""
STEPS = {"gathering": ("sup1", "seal"), "sealed": ("sup2", "approve"), "approved": ("sup1", "issue")}


class Visitor:
    """One person's browser."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._cookies = port, {COOKIE: token}

    def send(self, path: str, version: int, fields: Mapping[str, Any]) -> int:
        """Open a page, send one of its forms with a version, and return the status of the answer."""
        page = self._ask("GET", f"/{path.split('/')[1]}/{path.split('/')[2]}")[1]
        token = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', page)
        given = {**fields, "version": version, "csrf_token": token[1] if token else ""}
        return self._ask("POST", path, urlencode(given))[0]

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        try:
            headers = {
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                "Origin": f"http://127.0.0.1:{self._port}", "Content-Type": "application/x-www-form-urlencoded",
            }  # fmt: skip
            line.request(method, path, body, headers)
            answer = line.getresponse()
            for set_cookie in answer.headers.get_all("Set-Cookie") or []:
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(set_cookie).items()}
            return answer.status, answer.read().decode("utf-8")
        finally:
            line.close()


class Crowd:
    """Threads of people who act until told to stop."""

    def __init__(self, county: County, *, seed: int) -> None:
        self._county, self._stop, self._seed = county, threading.Event(), seed
        self.promised: list[tuple[str, str]] = []
        self.answers: Counter[str] = Counter()
        keys = ["sup1", "sup2", *(f"clerk-{village}" for village in VILLAGES)]
        self._people = {key: self._browser(key) for key in keys}
        self._threads = [
            threading.Thread(target=self._act, args=(number, queries), daemon=True)
            for number, queries in enumerate(([TO_SIGN], [TO_STEP, TO_STEP, TO_JUDGE]))
        ]

    def _browser(self, key: str) -> Visitor:
        container = self._county.container
        account = container.people.create_account(
            person_id=self._county.people[key], username=key, password=PASSWORD, by=None, must_change=False
        )
        return Visitor(container.settings.port, container.accounts.open_session(account))

    def begin(self) -> None:
        """Let everybody act."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop and wait for the last act."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _act(self, number: int, queries: Sequence[str]) -> None:
        dice = random.Random(self._seed * 10 + number)
        while not self._stop.wait(BREATH):
            try:
                row = read_one(self._county.container, dice.choice(queries))
                if row is not None:
                    self._send(row)
            except (OSError, http.client.HTTPException, DBAPIError):
                self.answers["cut off"] += 1  # The person would look and press again.

    def _send(self, row: Mapping[str, Any]) -> None:
        fields: Mapping[str, Any] = {}
        where = "tasks"
        if row["state"] in STEPS:
            (who, step), where = STEPS[row["state"]], "notices"
        elif row["state"] == "verifying":
            who, step = "sup1", "approve"
        else:
            who, step = f"clerk-{row['key']}", "accept" if row["state"] == "assigned" else "report"
            if row["workflow_key"] not in REPORTS:
                step = "nil_return"
            elif step == "report":
                fields = REPORTS[row["workflow_key"]]
        status = self._people[who].send(f"/{where}/{row['ref']}/{step}", row["version"], fields)
        if status in (302, 303):
            self.promised.append((row["ref"], step))
        self.answers[{302: "done", 303: "done"}.get(status, f"answered {status}")] += 1


def read_one(container: Container, statement: str) -> Mapping[str, Any] | None:
    """Return the first row of a statement, or None."""
    with container.reading() as session:
        return session.execute(text(statement)).mappings().first()
