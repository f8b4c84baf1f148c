"""`make screenshots`: tell the whole story in a real browser and keep a picture of every page, wide and narrow.

Every kind of paper and ledger is printed beside them.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS
from tests.browser.people import Someone
from tests.browser.story import Story
from tests.support.office import missing_tools, picture_of, printed
from tests.support.running import running_sample
from tests.support.specimens import every_document

EVERYBODY = ("bangongshi1", "dudao1", "lingdao1", "baopian1", "dongling", "xipo", "anquan", "xitong", "shenji")


def main() -> None:
    """Take the pictures into the folder given as argument, else a new one; print where they are."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="tracker-pictures-"))
    folder.mkdir(parents=True, exist_ok=True)
    take_pictures(folder)
    print_documents(folder)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def take_pictures(folder: Path) -> None:
    """Tell the story and walk through everybody's pages; keep a picture of each."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with running_sample() as sample, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        story = Story(browser, sample, pictures=folder)
        story.tell()
        print_story(story, folder)
        for username in EVERYBODY:
            for phone in (False, True):
                someone = Someone(browser, sample, username, phone=phone, pictures=folder)
                for page in story.pages_of(someone):
                    someone.go(page)
                    someone.picture(f"{username}{page.replace('/', '-')}{'-phone' if phone else ''}")
                someone.close()
        browser.close()


def print_story(story: Story, folder: Path) -> None:
    """Print the papers of the story as they were taken from their pages."""
    if missing_tools():
        return
    with tempfile.TemporaryDirectory(prefix="tracker-papers-") as printer:
        for name, content in story.papers.items():
            taken = printed(content, Path(printer), name=f"story-paper-{name}.docx")
            shutil.move(picture_of(taken, dots=80), folder)


def print_documents(folder: Path) -> None:
    """Print every kind of paper and ledger with LibreOffice, and keep a picture of each first page."""
    if missing := missing_tools():
        print(f"no papers: {missing}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="tracker-papers-") as printer:
        for name, content in every_document():
            shutil.move(picture_of(printed(content, Path(printer), name=name), dots=80), folder)


if __name__ == "__main__":
    main()
