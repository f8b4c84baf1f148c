"""A small county as real processes, each of which can be killed and is started again at once."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

from tests.faults.armed import FOLDER, smtp_courier
from tests.support.running import free_port
from tests.support.servers import scratch_folder
from tests.support.world import morning, small_campaign
from tracker.bootstrap import Container, build
from tracker.cli.configuration import child_environ
from tracker.cli.db import upgrade_database
from tracker.cli.embedded import held_data_dir, start_servers, with_stored_secret
from tracker.cli.process_tree import Child, ChildSpec, ProcessTree
from tracker.cli.web_server import gunicorn_command
from tracker.definitions.calendar_seed import CALENDAR_YEARS, seed_days
from tracker.definitions.campaign_files import Known, read_campaign_text
from tracker.definitions.catalog import load_catalog
from tracker.definitions.versioned import texts_of
from tracker.domain.installation import CalendarSeed
from tracker.settings import Settings

KINDS = ("worker", "web", "scheduler", "redis", "postgres")
WORKERS = 2
FIRST_DAY = "2026-03-02"
VILLAGES = [f"v{number}" for number in range(1, 9)]
#: One due date a working day or so, so that there is always a next moment close by, and two duties that repeat.
DUES = [f"2026-{month:02}-{day:02}" for month in (3, 4, 5, 6) for day in (5, 11, 16, 19, 24, 27)]
MEASURES = [
    f"{{key: m{n}, ordinal: （{n}）, title: 第{n}项{title}, text: 略, workflow: {flow}, units: [各村], due: {{by_date: {on}}}}}"
    for n, on in enumerate(DUES)
    for title, flow in [("宣传", "publicity") if n % 3 else ("摸排", "survey")]
] + [
    "{key: monthly, ordinal: （三十）, title: 月报, text: 略, workflow: return, units: [各村], cadence: {every: month, by_day: 19}}",
    "{key: weekly, ordinal: （三十一）, title: 周报, text: 略, workflow: return, units: [各村], cadence: {every: week, weekdays: [fri]}}",
]
RESPAWN_AFTER = 0.3
#: How long the scheduler waits for a worker before it sweeps itself; the least that the setting takes.
GRACE = "1s"


class WatchedTree(ProcessTree):
    """A process tree that knows its children by name and starts them again without growing pauses."""

    def __init__(self) -> None:
        super().__init__()
        self.named: dict[str, Child] = {}
        self.resting: set[str] = set()

    def start(self, spec: ChildSpec) -> Child:
        """Start a child and remember it."""
        child = self.named[spec.name] = super().start(spec)
        return child

    def look_after(self) -> None:
        """Start again what has ended, unless it is left to rest."""
        self.end_stuck()
        for name, child in self.named.items():
            if not child.alive and name not in self.resting and time.monotonic() - child.started > RESPAWN_AFTER:
                self.respawn(child)

    @staticmethod
    def pause() -> None:
        """Give what was started a moment."""
        time.sleep(0.05)


class County:
    """The processes, and a container beside them for looking and for moving the time."""

    def __init__(self, tree: WatchedTree, container: Container, people: Mapping[str, int]) -> None:
        self.tree, self.container, self.people = tree, container, people

    def of_kind(self, kind: str) -> list[Child]:
        """Return the living children of a kind, those that have run longest first."""
        found = [child for name, child in self.tree.named.items() if name.split("-")[0] == kind and child.alive]
        return sorted(found, key=lambda child: child.started)

    def victim(self, kind: str, dice: random.Random) -> int | None:
        """Return the pid of a process of a kind, server processes below it included; None when none runs."""
        running = self.of_kind(kind)
        if not running:
            return None
        child = running[0].process
        if kind in ("web", "postgres") and dice.random() < 0.4:
            with contextlib.suppress(psutil.Error):
                below = [one.pid for one in psutil.Process(child.pid).children()]
                if below:
                    return dice.choice(below)
        return child.pid

    def kill(self, kind: str, dice: random.Random) -> bool:
        """Kill -9 a process of a kind; False when none runs."""
        pid = self.victim(kind, dice)
        with contextlib.suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def end_work(self) -> None:
        """End web, scheduler and workers for good; the servers stay."""
        for kind in ("scheduler", "web", "worker"):
            for child in self.of_kind(kind):
                self.tree.resting.add(child.spec.name)
                child.process.terminate()
        for name in self.tree.resting:
            self.tree.named[name].process.wait(30)


@contextlib.contextmanager
def running_county(smtp_port: int, points_in: Path) -> Iterator[County]:
    """Start servers, a loaded and issued campaign, workers, scheduler and web; stop all at the end."""
    tree = WatchedTree()
    with scratch_folder() as folder, held_data_dir(folder / "d"):
        container = None
        try:
            servers = start_servers(folder / "d", tree)
            settings = with_stored_secret(_settings(folder / "d", smtp_port), generate=True)
            settings = dataclasses.replace(settings, database_url=servers.database_url, redis_url=servers.redis_url)
            upgrade_database(settings.database_url)
            container = build(settings, couriers={"email": smtp_courier(settings)})
            people = _load(container)
            for spec in _specs(settings, points_in):
                tree.start(spec)
            yield County(tree, container, people)
        finally:
            if container is not None:
                container.close()
            tree.stop()


def _settings(data_dir: Path, smtp_port: int) -> Settings:
    return Settings.from_environ({
        "TRACKER_DATA_DIR": str(data_dir), "TRACKER_PORT": str(free_port()), "TRACKER_SMTP_HOST": "127.0.0.1",
        "TRACKER_SMTP_PORT": str(smtp_port), "TRACKER_SMTP_SECURITY": "none", "TRACKER_SWEEP_GRACE": GRACE,
        "TRACKER_LOG_LEVEL": "ERROR", "TRACKER_SWEEP_BATCH": "40",
    })  # fmt: skip


def _specs(settings: Settings, points_in: Path) -> list[ChildSpec]:
    mail = {
        "TRACKER_PORT": str(settings.port), "TRACKER_SMTP_HOST": settings.smtp_host,
        "TRACKER_SMTP_PORT": str(settings.smtp_port), "TRACKER_SMTP_SECURITY": settings.smtp_security,
        "TRACKER_SWEEP_GRACE": GRACE, "TRACKER_SWEEP_BATCH": str(settings.sweep_batch),
        "TRACKER_LOG_LEVEL": "ERROR", FOLDER: str(points_in),
    }  # fmt: skip
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    environ = child_environ(settings, plain | mail)
    armed = [sys.executable, "-m", "tests.faults.armed"]
    web = ["tests.faults.armed:web()" if part == "wsgi:app" else part for part in gunicorn_command(settings)]
    commands = {"web": web, "scheduler": [*armed, "scheduler"]}
    commands |= {f"worker-{number}": [*armed, "worker"] for number in range(1, WORKERS + 1)}
    log = settings.data_dir / "logs" / "children.log"
    return [
        ChildSpec(
            name=name, command=command, environ=environ, stage=2, on_parent_death=signal.SIGKILL, log=log,
            folder=Path(__file__).parents[2],
        )
        for name, command in commands.items()
    ]  # fmt: skip


def _load(container: Container) -> Mapping[str, int]:
    catalog = load_catalog(container.settings.workflows_dir)
    exceptions, published = seed_days(*CALENDAR_YEARS)
    container.installations.prepare(
        definitions=texts_of(catalog), calendar=CalendarSeed("chinesecalendar test", exceptions, published),
        is_sample=True, first_moment=morning(FIRST_DAY),
    )  # fmt: skip
    written = small_campaign(measures=MEASURES, villages=VILLAGES, starts_on=FIRST_DAY)
    file = read_campaign_text(written, file="county.yaml", known=Known(catalog.workflows, catalog.ladders))
    loaded = container.campaigns.load(file, actor_person_id=None)
    container.issuing.issue_campaign(None, campaign_ref=str(loaded.ref), expected_version=1)
    return loaded.person_ids
