"""The kinds of value that only the channels file holds, as marshmallow fields that answer in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from marshmallow import ValidationError, fields

from tracker.definitions.problems import unknown
from tracker.domain.channels import Pace
from tracker.domain.provider_codes import Meaning

_PACE = re.compile(r"([1-9][0-9]{0,4}) per (second|minute|hour)")
_SPANS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_QUIET = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class PaceField(fields.Field[Any]):
    """20 per minute."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Pace:
        found = _PACE.fullmatch(str(value).strip())
        if found is None:
            raise ValidationError(f"“{value}”不是速度，请写成 20 per minute（second、minute 或 hour）。")
        return Pace(int(found[1]), _SPANS[found[2]])


class QuietHours(fields.Field[Any]):
    """21:00-08:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[time, time]:
        found = _QUIET.fullmatch(str(value).strip())
        if found is None or found.group(1, 2) == found.group(3, 4):
            raise ValidationError(f"“{value}”不是时段，请加引号写成 '21:00-08:00'。")
        hours = [int(part) for part in found.groups()]
        return time(hours[0], hours[1]), time(hours[2], hours[3])


class Codes(fields.Field[Any]):
    """A provider's code → what it means; a code that ends in * is a beginning."""

    def __init__(self, meanings: tuple[Meaning, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.meanings = {meaning.value: meaning for meaning in meanings}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Meaning]:
        if not isinstance(value, Mapping):
            raise ValidationError("Invalid input type.")
        wrong = {
            str(code): [unknown("含义", str(meaning), self.meanings)]
            for code, meaning in value.items()
            if meaning not in self.meanings
        }
        if wrong:
            raise ValidationError(wrong)
        return {str(code): self.meanings[str(meaning)] for code, meaning in value.items()}


class Headers(fields.Field[Any]):
    """Header → template."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, Mapping) or not all(re.fullmatch(r"[A-Za-z0-9-]+", str(name)) for name in value):
            raise ValidationError("请写成“名称: 值”，名称只用英文字母、数字和短横线。")
        return {str(name): str(content) for name, content in value.items()}
