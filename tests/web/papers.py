"""What the tests of the office's pages share: a county that ran late, its drafts, the filled forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.web.site import Browser, Site

SURVEY: dict[str, object] = {"category": "rental", "should_check": "120", "checked": "118"}


def run_late(site: Site, until: str = "2026-03-25") -> None:
    """Let both villages sign for everything, then do nothing: the survey of 20 March runs late."""
    for village in ("east", "west"):
        for measure in ("survey", "talk"):
            site.world.act(f"clerk-{village}", site.world.task(measure, village)["ref"], "accept")
    site.world.move_to(until)


def draft_of(site: Site, village: str = "east", kind: str = "supervision_notice") -> str:
    """Return the ref of a village's open draft."""
    ref: str = site.world.value(
        "SELECT n.ref FROM notice n JOIN unit u ON u.id = n.unit_id"
        " WHERE u.key = :village AND n.kind = :kind AND n.gathering",
        village=village, kind=kind,
    )  # fmt: skip
    return ref


def step(browser: Browser, ref: str, name: str, fields: dict[str, Any] | None = None) -> Any:
    """Take a step of a paper from its page."""
    return browser.post(f"/notices/{ref}/{name}", fields, page=f"/notices/{ref}")


def issue(site: Site, ref: str) -> None:
    """Put a draft up, approve it by another and issue it."""
    step(site.browser("sup1"), ref, "seal")
    step(site.browser("sup2"), ref, "approve")
    step(site.browser("sup1"), ref, "issue")


def report_problems(site: Site, village: str, places: tuple[str, ...]) -> None:
    """Let a village report a survey with problems found at `places`."""
    world = site.world
    definition = world.container.catalog.newest_workflow("survey")[1]
    given: dict[str, object] = {}
    for field in definition.forms["survey_return"].fields:
        if field.type.value == "choice":
            given[field.name] = next(iter(field.options))
        elif field.type.value == "count":
            given[field.name] = "12"
    row = definition.forms["problem"]
    for number, place in enumerate(places):
        for field in row.fields:
            picked = next(iter(field.options), "按要求整改")
            given[f"problems.{number}.{field.name}"] = "2026-05-29" if field.name == "limit_on" else picked
        given[f"problems.{number}.place"] = place
    ref = world.task("survey", village)["ref"]
    if world.task("survey", village)["state"] == "assigned":
        world.act(f"clerk-{village}", ref, "accept")
    world.act(f"clerk-{village}", ref, "report", given)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that are sent to the database."""
    sent: list[str] = []

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
