"""The language of templates, cut down to plain values: names, rows, loops, conditions. Nothing can be called.

Runs in the child process only (`template_child`).
"""

from __future__ import annotations

from typing import Any, NoReturn

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = ("length", "count", "first", "last", "default", "d", "trim")
TESTS = ("defined", "undefined")
#: What a loop may be asked; docxtpl's own merging of cells asks for the first and the length.
LOOP_NAMES = frozenset({"index", "index0", "first", "last", "length"})
ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "**", "%"})


def _only_text(value: Any) -> Any:
    """Let texts and a loop's numbers be printed, and nothing that is no value of a paper."""
    if isinstance(value, str | int | StrictUndefined):
        return value
    raise SecurityError(f"a {type(value).__name__} cannot be printed")


class PlainEnvironment(ImmutableSandboxedEnvironment):
    """Immutable and sandboxed as Jinja's own, and then without functions, methods, attributes and arithmetic."""

    intercepted_binops = ARITHMETIC
    intercepted_unops = frozenset({"+", "-"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_only_text)
        self.globals = {}
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.tests = {name: self.tests[name] for name in TESTS}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Rows answer by their names, which are items; the only attributes are those of a loop."""
        return isinstance(obj, LoopContext) and attr in LOOP_NAMES

    def wrap_str_format(self, value: Any) -> None:
        """Return no formatter: a text's methods are as unreachable as all others."""

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is."""
        return False

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> NoReturn:
        """Refuse arithmetic: a text times a billion is a bomb, and a paper has nothing to reckon."""
        raise SecurityError(f"the operator {operator!r} is not allowed")

    def call_unop(self, context: Context, operator: str, arg: Any) -> NoReturn:
        """Refuse arithmetic."""
        raise SecurityError(f"the operator {operator!r} is not allowed")
