"""Charts as plain figures: where each bar, point and line of a picture stands. `_macros/charts.html` draws them.

Pictures are SVG made here, so that they need no script, print sharply and pass the content policy. Each stands beside
its own table, and no meaning hangs on a colour alone: parts have patterns, and the words stand in the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: The frame of a picture in its own units; it grows to the width of its box.
WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 14, 34
_MOST_LABELS = 12


@dataclass(frozen=True)
class Segment:
    """One part of a bar: its style, from where to where."""

    style: str
    x: float
    width: float


@dataclass(frozen=True)
class Box:
    """One column: its style and place."""

    style: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    """A word under the axis or beside it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """A line over the columns: its style, and its points as SVG writes them."""

    style: str
    points: str


@dataclass(frozen=True)
class Chart:
    """A picture with axes."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    below: tuple[Label, ...]
    beside: tuple[Label, ...]
    base: float = HEIGHT - _BOTTOM
    left: float = _LEFT
    right: float = WIDTH - _RIGHT


def one_bar(parts: Sequence[tuple[str, int]], *, of: int | None = None) -> tuple[Segment, ...]:
    """Return one bar cut into parts (style, value); `of` = what the whole width stands for, their sum without it."""
    whole = max(sum(value for _, value in parts) if of is None else of, 1)
    found, x = [], 0.0
    for style, value in parts:
        width = value * WIDTH / whole
        if value:
            found.append(Segment(style, round(x, 1), round(width, 1)))
        x += width
    return tuple(found)


def columns(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]],
    lines: Sequence[tuple[str, Sequence[int | None]]] = (), *, most: int | None = None, unit: str = "",
) -> Chart:  # fmt: skip
    """Return columns side by side for each label, with lines over them, on one scale from nought to `most`."""
    values = [v for _, found in series for v in found] + [v for _, found in lines for v in found if v is not None]
    top = most or _round_up(max(values, default=0))
    room, drawn = (WIDTH - _LEFT - _RIGHT) / max(len(labels), 1), HEIGHT - _TOP - _BOTTOM
    width = min(28.0, room * 0.8 / max(len(series), 1))

    def height(value: int) -> float:
        return value * drawn / top

    boxes = tuple(
        Box(
            style, round(_LEFT + room * (at + 0.5) + width * (n - len(series) / 2), 1),
            round(HEIGHT - _BOTTOM - height(value), 1), round(width - 1, 1), round(height(value), 1),
        )
        for n, (style, found) in enumerate(series)
        for at, value in enumerate(found)
        if value
    )  # fmt: skip
    drawn_lines = tuple(
        Line(style, " ".join(
            f"{_LEFT + room * (at + 0.5):.1f},{HEIGHT - _BOTTOM - height(value):.1f}"
            for at, value in enumerate(found) if value is not None
        ))
        for style, found in lines
    )  # fmt: skip
    every = -(-len(labels) // _MOST_LABELS) or 1
    below = tuple(
        Label(round(_LEFT + room * (at + 0.5), 1), HEIGHT - 12, text)
        for at, text in enumerate(labels)
        if at % every == 0
    )
    steps = sorted({0, top // 2 if top % 2 == 0 else top, top})
    beside = tuple(Label(_LEFT - 6, round(HEIGHT - _BOTTOM - height(step), 1), f"{step}{unit}") for step in steps)
    return Chart(boxes, drawn_lines, below, beside)


def _round_up(value: int) -> int:
    """Return the next round number, so that the axis reads well and its middle is whole."""
    if value <= 4:
        return 4
    size = 10 ** (len(str(value)) - 1)
    return next(int(step) for step in (size * 2, size * 4, size * 6, size * 8, size * 10) if step >= value)
