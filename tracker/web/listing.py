"""What the address line of a list says: the page, the filters, and the addresses of its other pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from typing import Any

from flask import request, url_for

MOST_PAGES = 100_000
MOST_LETTERS = 80
#: A public ref as addresses and forms repeat it; whether it exists is for the queries to say.
_REF = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{4,12}")


def page_number() -> int:
    """Return the page asked for; anything unreadable is the first."""
    typed = request.args.get("page", "1")
    if not typed.isascii() or not typed.isdigit() or len(typed) > 6:
        return 1
    return min(max(1, int(typed)), MOST_PAGES)


def asked(name: str, known: Container[str] | None = None) -> str | None:
    """Return the filter `name` as asked for, or None when it is empty or not among `known`."""
    value = request.args.get(name, "").replace("\x00", "").strip()[:MOST_LETTERS]
    return value if value and (known is None or value in known) else None


def asked_number(name: str, known: Container[int]) -> int | None:
    """Return the filter `name` as a number, or None when it is not among `known`."""
    value = asked(name) or ""
    return int(value) if value.isascii() and value.isdigit() and int(value) in known else None


def refs_among(values: Iterable[str]) -> list[str]:
    """Return those of `values` that have the form of a public ref, each once."""
    return list(dict.fromkeys(value for value in values if _REF.fullmatch(value)))


def page_url(endpoint: str, **route: str) -> Callable[[int], str]:
    """Return a function from a page number to the address of that page of `endpoint`, with the present filters."""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "page" and value}

    def url(number: int) -> str:
        return url_for(endpoint, **{**kept, **route, "page": number})

    return url
