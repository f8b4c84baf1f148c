"""Photos from a phone: made small before they travel, several at a time, each with its progress; without scripts as they are."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.serving import Served, serving
from tests.support.world import World, morning, small_campaign
from tests.web.site import MEASURES, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]


def grainy(width: int, height: int, name: str) -> FilePayload:
    """Return a photo that does not pack well, as a camera's."""
    small = Image.frombytes(
        "RGB", (width // 4, height // 4), random.Random(name).randbytes(width // 4 * (height // 4) * 3)
    )
    out = io.BytesIO()
    small.resize((width, height)).save(out, "JPEG", quality=97)
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def served(fresh_database_url: str) -> Iterator[Served]:
    with World(fresh_database_url, start=morning("2026-03-02")) as world:
        world.load(small_campaign(measures=MEASURES))
        world.act("clerk-east", world.task("survey", "east")["ref"], "accept")
        with serving(Site(world)) as served:
            yield served


def test_three_photos_shrink_and_arrive_and_belong_to_the_draft(browser: Browser, served: Served) -> None:
    photos = [grainy(4000, 3000, f"现场{n}.jpg") for n in range(3)]
    assert all(len(one["buffer"]) > 1_500_000 for one in photos)
    world = served.site.world
    address = f"{served.address}/tasks/{world.task('survey', 'east')['ref']}"
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(address)
        form = page.locator('form[action$="/report"]')
        form.locator("input[type=file]").first.set_input_files(photos)
        expect(form.locator(".kept-files input[type=checkbox]")).to_have_count(3, timeout=60_000)
        expect(form.locator(".kept-files progress")).to_have_count(0)
        expect(form.locator(".button-primary")).to_be_enabled()
        expect(form.locator("[data-draft-line]")).to_contain_text("已保存")
        page.reload()
        expect(page.locator('form[action$="/report"] .kept-files input:checked')).to_have_count(3)
    sizes = [row["size"] for row in world.rows("SELECT size FROM attachment")]
    assert len(sizes) == 3
    assert all(size < min(len(one["buffer"]) for one in photos) / 2 for size in sizes), sizes
    opened = world.container.attachments.open(
        world.value("SELECT min(ref) FROM attachment"), task_id=world.task("survey", "east")["id"]
    )
    assert max(Image.open(io.BytesIO(b"".join(opened.chunks))).size) == 1920


def test_a_small_photo_travels_as_it_is(browser: Browser, served: Served) -> None:
    world = served.site.world
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{served.address}/tasks/{world.task('survey', 'east')['ref']}")
        form = page.locator('form[action$="/report"]')
        form.locator("input[type=file]").first.set_input_files([grainy(320, 200, "小.jpg")])
        expect(form.locator(".kept-files input[type=checkbox]")).to_have_count(1)
    assert world.value("SELECT media_type FROM attachment") == "image/jpeg"


def test_whoever_judges_walks_through_the_photos_in_the_page_by_keys_and_comes_back(
    browser: Browser, served: Served
) -> None:
    world = served.site.world
    ref = world.task("survey", "east")["ref"]
    photos = [grainy(320, 200, f"照片{number}.jpg") for number in (1, 2, 3)]
    with served.somebody(browser, "clerk-east", phone=True) as page:
        page.goto(f"{served.address}/tasks/{ref}")
        form = page.locator('form[action$="/report"]')
        form.locator("input[type=file]").first.set_input_files(photos)
        expect(form.locator(".kept-files input[type=checkbox]")).to_have_count(3)
        form.locator('[name="category"]').select_option("rental")
        form.locator('[name="should_check"]').fill("120")
        form.locator('[name="checked"]').fill("118")
        form.locator(".button-primary").click()
        expect(page.locator(".message-success")).to_contain_text("已办理")
    for phone in (False, True):
        with served.somebody(browser, "sup1", phone=phone) as page:
            page.goto(f"{served.address}/tasks/{ref}")
            here, shown = page.url, page.locator("dialog.lightbox")
            first = page.locator("a[data-photo]").first
            first.focus()
            page.keyboard.press("Enter")
            expect(shown.locator(".lightbox-line")).to_have_text("照片1.jpg（第1张，共3张）")
            picture(page, "lightbox-phone" if phone else "lightbox")
            page.keyboard.press("ArrowRight")
            expect(shown.locator(".lightbox-line")).to_have_text("照片2.jpg（第2张，共3张）")
            page.keyboard.press("ArrowLeft")
            page.keyboard.press("ArrowLeft")
            expect(shown.locator(".lightbox-line")).to_have_text("照片3.jpg（第3张，共3张）")
            assert shown.locator("img").evaluate("e => e.complete || e.decode().then(() => true)")
            page.keyboard.press("Escape")
            expect(shown).to_be_hidden()
            expect(first).to_be_focused()
            assert page.url == here
    with served.context(browser, "sup1", java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{served.address}/tasks/{ref}")
        page.locator("a[data-photo]").first.click()
        assert "/attachments/" in page.url


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("TRACKER_TEST_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
