"""How moments, days and lights are written on the screens: filters and small values for every template."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, url_for

from tracker.domain.calendar import WorkingCalendar
from tracker.domain.values import ROLE_TITLES, SHANGHAI, Role, local_date, severity_title

WEEKDAYS = "一二三四五六日"


def show_date(day: date | None, today: date | None = None) -> str:
    """Return 12月5日 周六, with the year when it is not the present one."""
    if day is None:
        return ""
    year = "" if today is not None and day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def say_date(day: date, today: date | None = None) -> str:
    """Return 12月5日（周六）, for use inside a sentence."""
    shown, _, weekday = show_date(day, today).rpartition(" ")
    return f"{shown}（{weekday}）"


def show_moment(moment: datetime | None) -> str:
    """Return 2026年12月5日 09:10, as clocks in Shanghai show it."""
    if moment is None:
        return ""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def show_time(moment: datetime, now: datetime) -> str:
    """Return 10:32, with the day in front when that is not today."""
    local, today = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def show_size(size: int) -> str:
    """Return a file's size in words."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def left_or_late(
    due_on: date | None, due_at: datetime | None, *, now: datetime, calendar: WorkingCalendar, asked: bool = False,
    contested: bool = False,
) -> str:  # fmt: skip
    """Return 还有2个工作日, 今天到期 or 已超3个工作日; 延期待批 or 申诉待决 when the date has passed meanwhile."""
    if due_on is None or due_at is None:
        return ""
    today = local_date(now)
    if now >= due_at and contested:
        return "申诉待决"
    if now >= due_at and asked:
        return "延期待批"
    if now >= due_at:
        days = calendar.working_days_between(due_on, today)
        return f"已超{days}个工作日" if days > 0 else "刚过期"
    if due_on == today:
        return "今天到期"
    days = calendar.working_days_between(today, due_on)
    return f"还有{days}个工作日" if days > 0 else "到期前没有工作日了"


def role_title(role: str) -> str:
    """Return the Chinese name of a role."""
    return ROLE_TITLES[Role(role)]


def date_box(typed: object) -> str:
    """Return the type of the box in which a day is typed: date, or text where what was typed is no day.

    A date box shows nothing for 2026-04-31, so what was typed would be lost beside its own error.
    """
    words = str(typed or "")
    try:
        shown = not words or date.fromisoformat(words).isoformat() == words
    except ValueError:
        shown = False
    return "date" if shown else "text"


def install(app: Flask) -> None:
    """Make the filters known to every template."""
    app.jinja_env.filters.update(
        day=show_date, moment=show_moment, size=show_size, severity=severity_title, role=role_title, date_box=date_box
    )
    folder = Path(app.static_folder or "")

    @cache
    def stamp(file_name: str) -> str:
        return sha256((folder / file_name).read_bytes()).hexdigest()[:10]

    def asset(file_name: str) -> str:
        """Return the address of a static file; it changes with the content, so browsers may keep it for long."""
        return url_for("static", filename=file_name, v=stamp(file_name))

    app.jinja_env.globals["asset"] = asset
