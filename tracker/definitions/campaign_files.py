"""Campaign files: from YAML to `CampaignFile`, with every problem told at once.

A file that is wrong in one place is usually wrong in three, and whoever edits it should not have to run the
command three times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from tracker.definitions.campaign_checks import Known, find_problems, unit_names
from tracker.definitions.campaign_schema import CampaignSchema
from tracker.definitions.problems import Problem
from tracker.definitions.schema import load_parts
from tracker.definitions.yaml_source import parse_yaml, read_yaml
from tracker.domain.cadence import Every
from tracker.domain.campaign_file import (
    CampaignFile,
    CampaignSettings,
    Labels,
    MeasureEntry,
    PersonEntry,
    PostEntry,
    RequiredReturnEntry,
    UnitEntry,
)
from tracker.domain.deadlines import MeasureDue, Phase
from tracker.domain.errors import DefinitionInvalid
from tracker.domain.printed_papers import PaperLayout
from tracker.domain.progress import Milestone, Schedule
from tracker.domain.standing import cadence_from_plain
from tracker.domain.values import Role

__all__ = ["Known", "read_campaign_content", "read_campaign_file", "read_campaign_text"]


def read_campaign_file(path: Path, known: Known) -> CampaignFile:
    """Read one file. Raises DefinitionInvalid with every problem as a sentence that names file and path."""
    content, problems = read_yaml(path)
    return _read(content, problems, f"{path.parent.name}/{path.name}", known)


def read_campaign_text(text: str, *, file: str, known: Known) -> CampaignFile:
    """Read a file's text; `file` is what the sentences call it. Raises DefinitionInvalid."""
    content, problems = parse_yaml(text)
    return _read(content, problems, file, known)


def read_campaign_content(content: Mapping[str, Any], *, file: str, known: Known) -> CampaignFile:
    """Check what a file would hold, made by a program; `file` is what the sentences call it. Raises DefinitionInvalid."""
    return _read(content, [], file, known)


def _read(content: object, problems: list[Problem], file: str, known: Known) -> CampaignFile:
    if content is None:
        raise DefinitionInvalid([problem.sentence(file) for problem in problems])
    loaded, misshapen = load_parts(CampaignSchema(), content)
    labels = _labels(loaded, known)
    found = [*problems, *misshapen, *find_problems(loaded, known, labels)]
    if found:
        raise DefinitionInvalid(list(dict.fromkeys(problem.sentence(file) for problem in found)))
    return _build(loaded, labels)


def _labels(loaded: Mapping[str, Any], known: Known) -> Labels:
    names = unit_names(loaded, known)
    return Labels(
        ((key, name, short_name) for key, (name, short_name) in names.items()),
        {**known.sets, **loaded.get("unit_sets", {})},
    )


def _build(loaded: Mapping[str, Any], labels: Labels) -> CampaignFile:
    settings = _settings(loaded["settings"])
    return CampaignFile(
        key=loaded["key"],
        version=loaded["version"],
        title=loaded["title"],
        summary=loaded["summary"],
        office=loaded["office"],
        starts_on=loaded["starts_on"],
        ends_on=loaded["ends_on"],
        phases=tuple(Phase(**phase) for phase in loaded["phases"]),
        units=tuple(_unit(unit, position) for position, unit in enumerate(loaded["units"], start=1)),
        unit_sets={name: tuple(dict.fromkeys(keys)) for name, keys in loaded["unit_sets"].items()},
        people=tuple(_person(person, labels) for person in loaded["people"]),
        measures=tuple(
            _measure(measure, row, settings, (loaded["starts_on"], loaded["ends_on"]))
            for row, measure in enumerate(loaded["measures"], start=1)
        ),
        settings=settings,
        required_returns=tuple(
            RequiredReturnEntry(**{**one, "units": tuple(one["units"])}) for one in loaded["required_returns"]
        ),
    )


def _settings(loaded: Mapping[str, Any]) -> CampaignSettings:
    return CampaignSettings(
        severity_titles={int(level): title for level, title in loaded["severity_titles"].items()},
        number_words=loaded["number_words"],
        cutoff=loaded["cutoff"],
        separation=loaded["separation"],
        extension_steps=loaded["extension_steps"],
        rectification_days=loaded["rectification_days"],
        objection_days=loaded["objection_days"],
        deemed_received_days=loaded["deemed_received_days"],
        rhythm=loaded["rhythm"],
        first_responsible=loaded["first_responsible"],
        occurrences=loaded["occurrences"],
        look_back=tuple(dict.fromkeys(loaded["look_back"])),
        look_back_days=loaded["look_back_days"],
        look_back_share=loaded["look_back_share"],
        visit_window_days=loaded["visit_window_days"],
        ladders=loaded["ladders"],
        card_titles=loaded["card_titles"],
        reasons={kind: tuple(given) for kind, given in loaded["reasons"].items() if given},
        severity_colours={int(level): colour for level, colour in loaded["severity_colours"].items()},
        card_colours=loaded["card_colours"],
        leader_approves_from=loaded["leader_approves_from"],
        paper_layout=PaperLayout.from_plain(loaded["paper_layout"]) if loaded["paper_layout"] else None,
        papers_at_any_hour=loaded["papers_at_any_hour"],
        ranking_basis=loaded["ranking_basis"],
    )


def _unit(unit: Mapping[str, Any], position: int) -> UnitEntry:
    """Return a unit; its place in the file is its place in protocol order."""
    short_name = unit.get("short_name") or unit["name"]
    return UnitEntry(unit["key"], unit["name"], short_name, unit["kind"], unit["parent"], position, unit["level"])


def _person(person: Mapping[str, Any], labels: Labels) -> PersonEntry:
    posts = tuple(
        PostEntry(Role(post["role"]), unit, post["title"], post["campaign_only"])
        for post in person["posts"]
        for unit in labels.expand(post.get("units") or [post["unit"]])
    )
    return PersonEntry(person["key"], person["name"], posts, person["email"], person["phone"], person["username"])


def _measure(
    measure: Mapping[str, Any], row: int, settings: CampaignSettings, between: tuple[date, date]
) -> MeasureEntry:
    cadence = measure.get("cadence")
    return MeasureEntry(
        key=measure["key"],
        ordinal=measure["ordinal"],
        title=measure["title"],
        text=measure["text"].strip(),
        workflow=measure["workflow"],
        units=tuple(measure.get("units", ())),
        due=_due(measure["due"], settings.cutoff) if "due" in measure else None,
        row=row,
        lead=measure.get("lead"),
        support=tuple(measure.get("support", ())),
        cadence=cadence_from_plain(cadence, rhythm=settings.rhythm) if cadence is not None else None,
        schedule=_schedule(measure["schedule"], between) if "schedule" in measure else None,
        severity_floor=measure["starts_at"],
    )


def _schedule(loaded: Mapping[str, Any], between: tuple[date, date]) -> Schedule:
    """Return a schedule; without days of its own it runs from the campaign's first to its last."""
    return Schedule(
        loaded.get("starts_on", between[0]),
        loaded.get("ends_on", between[1]),
        Every(loaded["checked"]),
        tuple(Milestone(day, percent * 100) for day, percent in sorted(loaded["milestones"].items())),
    )


def _due(loaded: tuple[MeasureDue, bool], cutoff: str) -> MeasureDue:
    """Return the rule with the campaign's hour, unless the measure names its own."""
    due, has_own_cutoff = loaded
    return due if has_own_cutoff else replace(due, cutoff=cutoff)
