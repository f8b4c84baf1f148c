"""The kinds of value that workflow and ladder files hold, as marshmallow fields that answer in sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from tracker.definitions.problems import unknown
from tracker.domain.deadlines import Cutoff
from tracker.domain.periods import parse_within

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Text(fields.String):
    """Text that is not blank."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text.strip():
            raise ValidationError("这一项是空的。")
        return text


class Name(Text):
    """An identifier: lower-case Latin letters, digits and underscores."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not _NAME.fullmatch(text):
            raise ValidationError(f"“{text}”不能作名称，请用小写英文字母、数字和下划线，以字母开头。")
        return text


class OneOf(Text):
    """One of some words."""

    def __init__(self, what: str, words: Collection[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.what, self.words = what, words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text not in self.words:
            raise ValidationError(unknown(self.what, text, self.words))
        return text


class Several(fields.List[Any]):
    """One word or a list of words; always loaded as a list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        listed = super()._deserialize([value] if isinstance(value, str) else value, attr, data, **kwargs)
        if not listed:
            raise ValidationError("至少要写一个。")
        return listed


class Flag(fields.Boolean):
    """true or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError("这里要写 true 或 false。")
        return value


class Number(fields.Integer):
    """A whole number within a range."""

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(least, most, error=f"要在 {least} 到 {most} 之间。"), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("这里要写整数。")
        return value


class Period(fields.Field[Any]):
    """5 working days | 15 days."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return parse_within(str(value))
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class Hour(Text):
    """09:10."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            well_formed = Cutoff(text).text != "24:00"
        except ValueError:
            well_formed = False
        if not well_formed:
            raise ValidationError(f"“{text}”不是时刻，请写成 09:10。")
        return text


class MapOf(fields.Field[Any]):
    """Names, each with an object of one schema. `listed` is the key under which a bare list is meant."""

    def __init__(self, schema: type[Schema], *, listed: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema, self.listed = schema, listed

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValidationError("Invalid input type.")
        loaded, wrong = {}, {}
        for name, content in value.items():
            if self.listed and isinstance(content, list):
                content = {self.listed: content}
            try:
                loaded[Name().deserialize(name)] = self.schema().load(content)
            except ValidationError as refused:
                wrong[name] = refused.messages
        if wrong:
            raise ValidationError(wrong)
        return loaded


class Options(fields.Field[Any]):
    """Stored value → what the screen shows."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Mapping) or not value:
            raise ValidationError("选项要写成“存储值: 显示文字”。")
        shown = Text()
        return {Name().deserialize(key): shown.deserialize(title) for key, title in value.items()}
