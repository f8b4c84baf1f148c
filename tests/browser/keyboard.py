"""Somebody who has no mouse: finds things by Tab, and does them by Enter, Space, arrows and typing."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.running import RunningSample

#: Longer than any page's row of stops; whoever has not come by then is going round in circles.
MOST_STOPS = 250
_HERE = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  return {
    tag: e.tagName, name: e.getAttribute("name") || "", value: e.getAttribute("value") || "",
    words: (e.textContent || "").trim().replace(/\\s+/g, " "), href: e.getAttribute("href") || "",
    action: (e.form || e.closest("form"))?.getAttribute("action") || "",
    seen: e.tagName === "BODY" || style.outlineStyle !== "none" || style.boxShadow !== "none",
    top: e.getBoundingClientRect().top + window.scrollY, left: e.getBoundingClientRect().left,
  };
}"""


class WithoutMouse:
    """One person at one keyboard."""

    def __init__(self, browser: Browser, sample: RunningSample, username: str, *, scripts: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="zh-CN", java_script_enabled=scripts
        )
        self.page: Page = self.context.new_page()
        self.address = sample.address
        self.go("/login")
        # The field has the focus by itself, but a page without scripts is loaded a moment before it gets it.
        expect(self.page.locator("[name=username]")).to_be_focused()
        self.page.keyboard.type(username)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(sample.passwords[username])
        self.press_and_wait("Enter")
        assert "/login" not in self.page.url, f"{username} could not sign in: {self.page.locator('main').inner_text()}"

    def go(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.address + path)

    def here(self) -> dict[str, Any]:
        """Return what has the focus; it must be seen to have it."""
        found: dict[str, Any] = self.page.evaluate(_HERE)
        assert found["seen"], f"nobody sees that this has the focus: {found}"
        return found

    def tab_to(self, **wanted: str) -> dict[str, Any]:
        """Press Tab until something has the focus whose name, words, href … begin with what is wanted."""
        passed = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            here = self.here()
            if all(here[what].startswith(text) for what, text in wanted.items()):
                return here
            passed.append(here["words"][:20] or here["name"])
        raise AssertionError(f"{wanted} cannot be reached on {self.page.url}; passed {passed}")

    def press_and_wait(self, key: str) -> None:
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type_into(self, name: str, text: str) -> None:
        """Go on to a field by its name and type."""
        self.tab_to(name=name)
        self.page.keyboard.type(text)
