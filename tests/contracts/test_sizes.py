"""Nothing grows beyond what one can read, and names say what a thing is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracker.settings import CHECKOUT

LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_TEST_FILE = 400, 60, 500
BANNED = {"utils", "helpers", "common", "misc", "base", "manager", "handler", "processor", "data", "info"}
BROAD_EXCEPT_ALLOWED = {"tracker/jobs/worker.py", "tracker/jobs/scheduler.py", "tracker/web/errors.py"}

MODULES = sorted((CHECKOUT / "tracker").rglob("*.py"))
TESTS = sorted((CHECKOUT / "tests").rglob("*.py"))


def name_of(file: Path) -> str:
    return file.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_and_its_functions_stay_short(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_MODULE
    assert [f"{name}: {length} lines" for name, length in functions(source) if length > LONGEST_FUNCTION] == []


def test_test_files_stay_short() -> None:
    lengths = {name_of(file): len(file.read_text(encoding="utf-8").splitlines()) for file in TESTS}
    assert {name: length for name, length in lengths.items() if length > LONGEST_TEST_FILE} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    names = {name_of(file) for file in MODULES if file.stem in BANNED or file.parent.name in BANNED}
    assert names <= {"tracker/persistence/models/base.py"}


def test_broad_excepts_stand_only_where_a_loop_must_go_on() -> None:
    assert {name_of(file) for file in MODULES if has_broad_except(file)} <= BROAD_EXCEPT_ALLOWED


def functions(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def has_broad_except(file: Path) -> bool:
    """Whether the file swallows everything; a handler that ends by raising again only tidies up."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type):
            last = node.body[-1]
            if not (isinstance(last, ast.Raise) and last.exc is None):
                return True
    return False


def is_broad(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"})
