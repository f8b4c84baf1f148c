"""The shipped list of words that providers turn down."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tracker.definitions.yaml_source import read_yaml


@cache
def shipped_banned_words() -> Mapping[str, str]:
    """Return word → reason."""
    content, _ = read_yaml(Path(__file__).with_name("banned_words.yaml"))
    return {str(word): str(reason) for word, reason in content.items()} if isinstance(content, dict) else {}
