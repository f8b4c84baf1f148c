"""The address in a mail at which its reader may do without mails that are optional. Pure.

It names the person and proves that we wrote it; whoever has it can do nothing else with it.
"""

from __future__ import annotations

import hashlib
import hmac
import re

_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{32})")


def token_of(person_id: int, secret: str) -> str:
    """Return the token of a person."""
    return f"{person_id}-{_proof(person_id, secret)}"


def person_of(token: str, secret: str) -> int | None:
    """Return whose token it is; None when we never wrote it."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_proof(int(found[1]), secret).encode(), found[2].encode()):
        return None
    return int(found[1])


def _proof(person_id: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"optional-mail:{person_id}".encode(), hashlib.sha256).hexdigest()[:32]
