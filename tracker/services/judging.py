"""What a broken definition or row can raise while it is judged or written; such a record is put back an hour.

Anything else stops the sweep loudly (DESIGN.md §3.8).
"""

from __future__ import annotations

from datetime import timedelta

from tracker.domain.errors import TrackerError

JUDGING_ERRORS = (TrackerError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
DEFERRED_FOR = timedelta(hours=1)
