"""Run the benchmarks: a table for people, then one line of JSON."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Callable
from functools import partial

import structlog

from tests.bench import (
    browsing,
    deciding,
    escalating,
    idle,
    issuing,
    ledger,
    mailing,
    opening,
    punctuality,
    reading,
    roster,
    serving,
    storm,
)
from tests.bench.county import durable_servers
from tests.bench.figures import Figure, as_json, table

ROWS = (
    "issue", "open", "escalate", "storm", "punctual", "idle", "roster", "ledger", "mail", "read", "serve", "decide",
    "browse",
)  # fmt: skip


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument(
        "--long", action="store_true", help="a million open tasks and a storm of 100,000 instead: some 15 min"
    )
    parser.add_argument("--only", nargs="*", choices=ROWS, help="measure only these")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    figures: list[Figure] = []
    with durable_servers() as servers:
        sizes = _quick() if options.quick else _full() | (_long() if options.long else {})
        for name, measure in sizes.items():
            if not options.only or name in options.only:
                started = time.monotonic()
                figures += measure(servers)
                print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    print(table(figures))
    print(as_json(figures))


def _full() -> dict[str, Callable[..., list[Figure]]]:
    return {
        "issue": partial(issuing.measure, units=1000, measures=30),
        "open": partial(opening.measure, units=1_000, measures=30),
        "escalate": partial(escalating.measure, campaigns=20, units=100, measures=10, repeat=2),
        "storm": partial(storm.measure, clocks=20_000, campaigns=10, units=200),
        "punctual": partial(punctuality.measure, deadlines=10_000, over_seconds=60.0),
        "idle": partial(idle.measure, open_tasks=(1_000, 100_000)),
        "roster": partial(roster.measure, units=5_000, people=8_000),
        "ledger": lambda _servers: ledger.measure(rows=100_000),
        "mail": partial(mailing.measure, people=2_000, each=5),
        "read": lambda _servers: reading.measure(pages=60, noise=100_000),
        "serve": partial(serving.measure, papers=500),
        "decide": partial(deciding.measure, units=30, measures=10),
        "browse": partial(browsing.measure, campaigns=10, units=100, measures=20, parts=5, for_seconds=30.0),
    }


def _long() -> dict[str, Callable[..., list[Figure]]]:
    return {
        "storm": partial(storm.measure, clocks=100_000, campaigns=10, units=1_000),
        "idle": partial(idle.measure, open_tasks=(1_000, 1_000_000)),
        "browse": partial(browsing.measure, campaigns=50, units=500, measures=40, parts=10, for_seconds=60.0),
    }


def _quick() -> dict[str, Callable[..., list[Figure]]]:
    return {
        "issue": partial(issuing.measure, units=10, measures=3),
        "open": partial(opening.measure, units=5, measures=2),
        "escalate": partial(escalating.measure, campaigns=2, units=5, measures=3, repeat=1),
        "storm": partial(storm.measure, clocks=40, campaigns=2, units=5),
        "punctual": partial(punctuality.measure, deadlines=10, over_seconds=1.0),
        "idle": partial(idle.measure, open_tasks=(100, 1_000)),
        "roster": partial(roster.measure, units=100, people=160),
        "ledger": lambda _servers: ledger.measure(rows=500),
        "mail": partial(mailing.measure, people=40, each=5),
        "read": lambda _servers: reading.measure(pages=5, noise=2_000),
        "serve": partial(serving.measure, papers=5),
        "decide": partial(deciding.measure, units=2, measures=2),
        "browse": partial(browsing.measure, campaigns=2, units=4, measures=2, parts=2, for_seconds=3.0),
    }


if __name__ == "__main__":
    main()
