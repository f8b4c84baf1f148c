"""How long people wait for the pages of a large installation: gunicorn as `tracker up` starts it, real connections.

Ten requests a second come whether or not the last was answered (an open loop: a wait in line counts), and beside them
twenty people look at a page, read for three seconds, and open the next. The floor of each page is the help page of the
same run: the same server and layout, next to no question to the database.

Weight, processor time of the server and number of queries are taken from the same pages in this process, alone.
"""

from __future__ import annotations

import dataclasses
import gzip
import http.client
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from urllib.parse import quote

from tests.bench.big_county import TODAY, big_county
from tests.bench.figures import Figure
from tests.support.running import free_port
from tests.support.world import RecordingQueue, World, settings_for
from tests.web.papers import counted_queries
from tests.web.site import Browser, Site
from tracker.bootstrap import build
from tracker.bootstrap.sparing import spare_what_stays
from tracker.cli.embedded import RunningServers
from tracker.cli.process_tree import ProcessTree
from tracker.cli.up import service_specs
from tracker.cli.web_server import web_answers
from tracker.settings import CHECKOUT
from tracker.web.auth import COOKIE

A_SECOND, USERS, THINKING = 10, 20, 3.0
HELP = "help"
PATIENCE = 60.0
#: One for each core, as the README tells whoever runs a large county.
PROCESSES = 2
#: So often each page is opened before, for every process compiles its pages and prepares its statements for itself.
WARMING = 12


@dataclass(frozen=True)
class Page:
    """A page that somebody opens; `share` says how often, against the others."""

    name: str
    person: str
    path: str
    share: int


@dataclass(frozen=True)
class Alone:
    """What a page costs by itself: bytes over the line, processor seconds of the application, questions asked."""

    weight: int
    cpu: float
    queries: int


def measure(
    servers: RunningServers, *, campaigns: int, units: int, measures: int, parts: int, for_seconds: float
) -> list[Figure]:
    """Browse a county of campaigns × units × measures tasks and parts × units villages."""
    tasks = campaigns * units * measures
    with big_county(servers, campaigns=campaigns, units=units, measures=measures, parts=parts) as url:
        with World(url, start=TODAY, is_sample=True) as world:
            world.person_ids = {row["name"]: row["id"] for row in world.rows("SELECT id, name FROM person")}
            pages = _pages(world)
            site = Site(world)
            people = {person: site.browser(person) for person in {page.person for page in pages}}
            alone = {page.name: _alone(people[page.person], page.path) for page in pages}
            accounts = {person: site.account(person) for person in people}
        cookies = _signed_in(url, accounts)
        spare_what_stays()  # the browsers' own collector is nobody's wait
        with _served(url) as port:
            waits = _browse(port, pages, cookies, for_seconds)
    floor = _p95(waits[HELP])
    every = [wait for waited in waits.values() for wait in waited]
    said = (
        f"全部{len(every)}次，中位数{statistics.median(every) * 1000:.0f}毫秒，每秒{A_SECOND}次到达，另有{USERS}人浏览"
    )
    each = [
        Figure(f"page_{page.name}", tasks, _p95(waits[page.name]), "ms", _said(page, alone[page.name], waits[page.name]), floor)
        for page in pages
    ]  # fmt: skip
    return [Figure("pages_together", tasks, _p95(every), "ms", said, floor), *each]


def _pages(world: World) -> list[Page]:
    clerk, boss, sup, office = "clerk-v0", "boss", "sup1", "office1"
    campaign = world.value("SELECT ref FROM campaign ORDER BY id LIMIT 1")
    task = world.value(
        "SELECT t.ref FROM task t JOIN unit u ON u.id = t.unit_id WHERE u.key = 'v0' ORDER BY t.id LIMIT 1"
    )
    unit = world.value("SELECT id FROM unit WHERE key = 'v0'")
    notice = world.value("SELECT ref FROM notice ORDER BY id LIMIT 1")
    return [
        Page(HELP, clerk, "/help", 4),
        Page("desk", clerk, "/desk", 20), Page("month", clerk, "/desk/month", 2), Page("task", clerk, f"/tasks/{task}", 12),
        Page("inbox", clerk, "/inbox", 3),
        Page("workbench", sup, "/workbench", 8), Page("findings", sup, "/workbench/findings?status=waiting", 6),
        Page("one", sup, "/workbench/one?list=findings", 6), Page("notice", sup, f"/notices/{notice}", 4),
        Page("unit", sup, f"/units/{unit}/record", 4), Page("notices", office, "/notices", 2),
        Page("brief", boss, "/brief", 4), Page("matrix", boss, f"/campaigns/{campaign}/matrix", 6),
        Page("trends", boss, f"/campaigns/{campaign}/trends", 2), Page("campaigns", office, "/campaigns", 3),
        Page("campaign", office, f"/campaigns/{campaign}", 4), Page("tasks", office, f"/campaigns/{campaign}/tasks", 4),
        Page("ledger", office, "/ledger/tasks", 3), Page("search", office, "/search?q=第2项排查", 4),
    ]  # fmt: skip


def _alone(browser: Browser, path: str) -> Alone:
    answer = browser.get(path)  # the first look fills what is kept
    assert answer.status_code == 200, (path, answer.status)
    with counted_queries() as queries:
        began = time.process_time()
        content = browser.get(path).data
        cpu = time.process_time() - began
    return Alone(len(gzip.compress(content, 6)), cpu, len(queries))


def _signed_in(url: str, accounts: Mapping[str, int]) -> dict[str, str]:
    """Return a session a person, begun now: sessions keep real time, not the sample's."""
    container = build(settings_for(url), queue=RecordingQueue())
    try:
        return {person: container.accounts.open_session(account) for person, account in accounts.items()}
    finally:
        container.close()


@contextmanager
def _served(url: str) -> Iterator[int]:
    """The port of a web server on this database."""
    tree = ProcessTree()
    with tempfile.TemporaryDirectory() as folder:
        settings = dataclasses.replace(
            settings_for(url), data_dir=Path(folder), host="127.0.0.1", port=free_port(), web_processes=PROCESSES
        )
        web = service_specs(settings)[0]
        environ = {**web.environ, "PYTHONPATH": str(CHECKOUT), "TRACKER_LOG_LEVEL": "error"}
        tree.start(dataclasses.replace(web, environ=environ, log=Path(folder) / "log"))
        try:
            deadline = time.monotonic() + PATIENCE
            while not web_answers(settings):
                if time.monotonic() > deadline:
                    raise AssertionError((Path(folder) / "log").read_text(encoding="utf-8"))
                time.sleep(0.1)
            yield settings.port
        finally:
            tree.stop()


def _browse(
    port: int, pages: Sequence[Page], cookies: Mapping[str, str], for_seconds: float
) -> dict[str, list[float]]:  # fmt: skip
    """Return how long each page took, in seconds, under the whole load; each page has been opened before."""
    waits: dict[str, list[float]] = defaultdict(list)
    draw = random.Random(20260420)
    weights = [page.share for page in pages]
    for page in pages * WARMING:
        _open(port, page, cookies)
    ends = time.monotonic() + for_seconds

    def reads(seed: int) -> None:
        own = random.Random(seed)
        time.sleep(own.random() * THINKING)
        while time.monotonic() < ends:
            (page,) = own.choices(pages, weights)
            waits[page.name].append(_open(port, page, cookies))
            time.sleep(THINKING)

    def comes(page: Page, at: float) -> None:
        _open(port, page, cookies)
        waits[page.name].append(time.monotonic() - at)

    with ThreadPoolExecutor(max_workers=100 + USERS) as pool:
        asked = [pool.submit(reads, seed) for seed in range(USERS)]
        at = time.monotonic()
        for page in chain(pages, (draw.choices(pages, weights)[0] for _ in count())):  # each at least once
            if at >= ends:
                break
            time.sleep(max(0.0, at - time.monotonic()))
            asked.append(pool.submit(comes, page, at))
            at += 1 / A_SECOND
    for one in asked:
        one.result()  # a page that failed or never came is no fast page
    return waits


def _open(port: int, page: Page, cookies: Mapping[str, str]) -> float:
    """Open a page on a connection of its own; return the seconds until its last byte."""
    began = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", quote(page.path, safe="/?=&"), headers={"Cookie": f"{COOKIE}={cookies[page.person]}"})
        answer = line.getresponse()
        answer.read()
    if answer.status != 200:
        raise AssertionError((page.path, answer.status))
    return time.monotonic() - began


def _p95(waits: Sequence[float]) -> float:
    """Return the 95th of a hundred, in milliseconds."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] * 1000 if ordered else 0.0


def _said(page: Page, alone: Alone, waits: Sequence[float]) -> str:
    median = statistics.median(waits) * 1000 if waits else 0.0
    return (
        f"{page.path.partition('?')[0]}：{alone.weight / 1024:.1f} KB（压缩后），应用 {alone.cpu * 1000:.0f} 毫秒，"
        f"{alone.queries} 次查询；{len(waits)} 次，中位数 {median:.0f} 毫秒，此列为 p95"
    )  # fmt: skip
