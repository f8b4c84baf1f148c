"""How many logins one address may try. Accounts are locked in PostgreSQL; this only slows a flood down."""

from __future__ import annotations

from flask import request

#: A whole office may stand behind one address in the morning, so this is generous.
LOGIN_LIMIT = "60 per minute"


def address() -> str:
    """Return the address that a request came from."""
    return request.remote_addr or "unknown"


def limiter_storage(redis_url: str) -> str:
    """Return where counts are kept: Redis where there is one, for several web machines; else this process."""
    if redis_url.startswith("unix://"):
        return f"redis+{redis_url}"
    return redis_url or "memory://"
