"""How long a supervisor waits at each of several hundred findings decided one by one: the decision and the next page.

The floor is a page of the same application that asks the database next to nothing.
"""

from __future__ import annotations

import re
import statistics
from datetime import timedelta

from tests.bench.county import DUE, county, seconds
from tests.bench.figures import Figure
from tests.bench.issuing import issue
from tests.support.world import World, morning
from tests.web.site import Browser, Site
from tracker.cli.embedded import RunningServers

ONE = "/workbench/one"
_PICK = re.compile(r'name="act" value="waive"><input type="hidden" name="pick" value="([^"]+)"')
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def measure(servers: RunningServers, *, units: int, measures: int) -> list[Figure]:
    """Waive every finding of a county that did nothing, one after the other."""
    with county(servers, units=units, measures=measures) as url:
        issue(url)
        with World(url, start=morning(DUE) + timedelta(days=5)) as world:
            world.campaign_ref = str(world.value("SELECT ref FROM campaign ORDER BY id LIMIT 1"))
            world.person_ids = {row["name"]: row["id"] for row in world.rows("SELECT id, name FROM person")}
            world.container.escalations.sweep()
            many = int(world.value("SELECT count(*) FROM finding WHERE status = 'waiting'"))
            browser = Site(world).browser("sup1")
            took = [_decide(browser) * 1000 for _ in range(many)]
            floor = statistics.quantiles([seconds(lambda: browser.get("/help")) * 1000 for _ in range(50)], n=20)[-1]
            left = int(world.value("SELECT count(*) FROM finding WHERE status = 'waiting'"))
    if left:
        raise AssertionError(f"{left} of {many} findings were not decided")
    said = f"逐件免于处理{many}项：一次决定加下一件的页面，p95；中位数 {statistics.median(took):.0f} 毫秒"
    return [Figure("decision_p95", many, statistics.quantiles(took, n=20)[-1], "ms", said, floor)]


def _decide(browser: Browser) -> float:
    """Decide about the finding in hand; return the seconds until the next one is there."""
    page = browser.get(ONE).text
    pick, token = _PICK.search(page), _TOKEN.search(page)
    if pick is None or token is None:
        raise AssertionError("the page offers no finding to decide")
    given = {"act": "waive", "pick": pick[1], "reason": "全县停电", "csrf_token": token[1]}
    return seconds(
        lambda: browser.client.post(ONE, data=given, headers={"Origin": "http://localhost"}, follow_redirects=True)
    )
