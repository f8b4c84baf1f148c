"""People at their browsers: sign in, click what they see, type what a form asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.running import RunningSample

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}


class Someone:
    """One person at one browser, on a desktop, a phone or a wide screen. `pictures` = a folder for screenshots."""

    def __init__(
        self,
        browser: Browser,
        sample: RunningSample,
        username: str,
        *,
        phone: bool = False,
        wide: bool = False,
        pictures: Path | None = None,
    ) -> None:
        viewport = PHONE if phone else WIDE if wide else DESKTOP
        self.context = browser.new_context(viewport=viewport, locale="zh-CN")  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.address = sample.address
        self.pictures = pictures
        self.taken = 0
        self.name = username
        self.go("/login")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", sample.passwords[username])
        self.page.click("main button[type=submit]")
        self.page.wait_for_load_state()

    def close(self) -> None:
        """Close the browser window."""
        self.context.close()

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.address + path)

    def picture(self, name: str) -> None:
        """Take a picture of the whole page, when pictures are wanted."""
        if self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)

    def follow(self, text: str, *, within: str = "main") -> None:
        """Follow the first link that says `text`."""
        self.page.locator(within).get_by_role("link", name=re.compile(re.escape(text))).first.click()
        self.page.wait_for_load_state()

    def form(self, action: str) -> Locator:
        """Return the form that posts to …/`action`, with every panel around it open."""
        found = self.page.locator(f'main form[action$="/{action}"]').first
        found.evaluate(
            "form => { for (let e = form; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true }"
        )
        return found

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button that says `name`."""
        place = within or self.page.locator("main")
        place.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def step(self, action: str, values: Mapping[str, str] | None = None) -> None:
        """Fill the form that posts to …/`action` and send it by the button that a person sees."""
        form = self.form(action)
        self.fill(form, values or {})
        form.locator("button[type=submit]:visible:not(.visually-hidden):not([formnovalidate])").last.click()
        self.page.wait_for_load_state()

    def fill(self, place: Locator, values: Mapping[str, str]) -> None:
        """Fill fields by name: text, dates, choices, boxes."""
        for name, value in values.items():
            field = place.locator(f'[name="{name}"]').first
            kind = field.evaluate("e => e.tagName + ':' + (e.type || '')")
            if kind.startswith("SELECT"):
                field.select_option(value)
            elif kind.endswith((":radio", ":checkbox")):
                place.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                field.fill(value)

    def sees(self, text: str) -> None:
        """Expect a text somewhere on the page."""
        expect(self.page.locator("body")).to_contain_text(text)

    def refuses_sideways_scrolling(self) -> None:
        """Expect that the page is no wider than the window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide}px wider than the window"

    def passes_time(self, button: str, times: int = 1) -> None:
        """Move the sample's time forward by the bar on top."""
        for _ in range(times):
            self.page.get_by_role("button", name=re.compile(re.escape(button))).first.click()
            self.page.wait_for_load_state()
