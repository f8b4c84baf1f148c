"""What is enqueued is served, and can be called."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module

from tracker.queueing import queues
from tracker.settings import CHECKOUT

SERVED = {rule.name for rule in queues.QUEUES}
CONSTANTS = {name: value for name, value in vars(queues).items() if name.isupper() and isinstance(value, str)}


def enqueue_calls() -> Iterator[tuple[str, list[ast.expr]]]:
    for file in sorted((CHECKOUT / "tracker").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "enqueue":
                yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", node.args


def constants_in(argument: ast.expr) -> str | None:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    name = argument.attr if isinstance(argument, ast.Attribute) else getattr(argument, "id", None)
    return CONSTANTS.get(name) if name else None


def dotted_names() -> Iterator[tuple[str, str]]:
    for file in sorted((CHECKOUT / "tracker").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"tracker\.jobs\.\w+\.\w+", str(node.value)):
                yield f"{file.relative_to(CHECKOUT)}:{node.lineno}", str(node.value)


def test_every_queue_that_is_named_is_served() -> None:
    named = {where: constants_in(arguments[0]) for where, arguments in enqueue_calls() if arguments}
    assert {where: name for where, name in named.items() if name is not None and name not in SERVED} == {}


def test_every_job_name_resolves_to_a_function() -> None:
    for where, name in dotted_names():
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function, None)), f"{where}: {name}"


def test_the_most_urgent_queue_comes_first_and_every_job_has_a_limit() -> None:
    assert [rule.name for rule in queues.QUEUES] == ["escalation", "deliveries", "documents", "housekeeping"]
    assert all(0 < rule.time_limit_seconds <= 3600 for rule in queues.QUEUES)
