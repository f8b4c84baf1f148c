"""A file held against the database: one list of changes, one list of problems. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain.roster.changes import ChangeList
from tracker.domain.roster.comparing_people import PeopleComparison
from tracker.domain.roster.comparing_units import UnitComparison
from tracker.domain.roster.entries import RosterFile
from tracker.domain.roster.present import County
from tracker.domain.roster.problems import RowProblem


@dataclass(frozen=True)
class Comparison:
    """What would change, and what stands against it. `without_phone` counts people who cannot get an SMS."""

    changes: ChangeList
    problems: tuple[RowProblem, ...]
    without_phone: int = 0

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        """Return what must be put right before anything is imported."""
        return tuple(problem for problem in self.problems if problem.grave)

    @property
    def warnings(self) -> tuple[RowProblem, ...]:
        """Return what is only said."""
        return tuple(problem for problem in self.problems if not problem.grave)


def compare(county: County, file: RosterFile, problems: list[RowProblem], *, whole: bool) -> Comparison:
    """Return the comparison; `problems` are those of reading the file. `whole` = posts not in the file end."""
    units = UnitComparison(county, file)
    units.compare()
    people = PeopleComparison(county, file, units.after, whole)
    people.compare()
    changes = ChangeList(
        tuple(units.changes), tuple(units.sets), tuple(people.people), tuple(people.posts), units.unchanged,
        people.unchanged,
    )  # fmt: skip
    found = sorted([*problems, *units.problems, *people.problems], key=lambda one: (one.sheet, one.row, not one.grave))
    return Comparison(changes, tuple(found), len(people.without_phone))
