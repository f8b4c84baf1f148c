"""Pages as an office prints them from the browser: on the right paper, whole across it, without what is only for the screen."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.serving import Served, serving
from tests.support.kept import standing_world
from tests.support.office import sheets_of
from tests.support.world import World
from tests.web.papers import draft_of, issue, run_late
from tests.web.site import Site, begin_county

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed"),
]  # fmt: skip

#: Width and height in mm.
A4, A4_WIDE, A3_WIDE = (210, 297), (297, 210), (420, 297)
BOX = re.compile(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]")
MM = 25.4 / 72
#: Whose words stand on every page for the screen: the way to other pages, the banner, signing out.
ONLY_ON_SCREEN = ("跳到正文", "严禁录入", "修改密码")


@standing_world(shown=Site)
def served_late(world: World) -> None:
    """Both villages are late, and east was served a paper."""
    begin_county(world)
    site = Site(world)
    run_late(site)
    issue(site, draft_of(site))


def print_page(browser: Browser, served: Served, who: str, path: str, folder: Path) -> tuple[tuple[int, int], str]:
    """Return the size of the first sheet, and all words; no word stands outside a sheet."""
    with served.somebody(browser, who) as page:
        page.goto(served.address + path)
        content = page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = {tuple(round(float(one) * MM) for one in found) for found in BOX.findall(content)}
    assert len(boxes) == 1, boxes
    ((width, height),) = boxes
    file = folder / "page.pdf"
    file.write_bytes(content)
    sheets = sheets_of(file)
    outside = [word.text for sheet in sheets for word in sheet.words if word.left < 0 or word.right > width]
    assert not outside
    return (width, height), "".join(sheet.text for sheet in sheets)


@pytest.mark.parametrize(
    ("who", "path", "size", "shown"),
    [
        ("sup1", "/notices/{paper}", A4, ("测督〔2026〕1号", "出租房屋排查")),
        ("sup1", "/notices/{paper}/proof", A4, ("测督〔2026〕1号",)),
        ("boss", "/campaigns/{campaign}/matrix", A3_WIDE, ("east村", "west村")),
        ("sup1", "/ledger/tasks", A4_WIDE, ("任务台账", "east村")),
        ("sup1", "/ledger/notices", A4_WIDE, ("文书台账", "测督〔2026〕1号")),
        ("sup1", "/campaigns/{campaign}/problems", A4, ("问题台账",)),
        ("clerk-east", "/tasks/{task}", A4, ("出租房屋排查",)),
        ("clerk-east", "/desk/month?month=2026-03", A4, ("出租房屋排查",)),
    ],
)  # fmt: skip
def test_a_page_prints_on_its_paper_without_what_is_for_the_screen(
    browser: Browser,
    served_late: Site,
    tmp_path: Path,
    who: str,
    path: str,
    size: tuple[int, int],
    shown: tuple[str, ...],
) -> None:
    world = served_late.world
    ref, task = world.value("SELECT ref FROM notice WHERE number = 1"), world.task("survey", "east")["ref"]
    with serving(served_late) as served:
        where = path.format(paper=ref, campaign=world.campaign_ref, task=task)
        got, text = print_page(browser, served, who, where, tmp_path)
    assert got == size
    for words in shown:
        assert words in text, words
    assert not [words for words in ONLY_ON_SCREEN if words in text]
