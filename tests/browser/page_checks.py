"""What can be measured on any page: width, contrast, labels, headings, tables, the order of focus."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

#: Small text needs this contrast, large text the other (WCAG 2.2, 1.4.3).
CONTRAST, CONTRAST_OF_LARGE = 4.5, 3.0
_SCRIPT = """
([least, leastOfLarge]) => {
  const wrong = [];
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".visually-hidden, .skip-link");
  const named = (e) => (e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className ? "." + e.className : "")
    + " " + (e.textContent || e.name || "").trim().slice(0, 30)).slice(0, 90);

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) wrong.push(`the page is ${wide}px wider than the window`);

  const parse = (text) => {
    const parts = (text.match(/[\\d.]+/g) || []).map(Number);
    return { r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1 };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a > 0) layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
    if (!own || !shown(e) || e.closest(":disabled")) continue;
    const style = getComputedStyle(e), below = ground(e);
    const [a, b] = [light(over(parse(style.color), below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    if (ratio < (large ? leastOfLarge : least)) wrong.push(`contrast ${ratio.toFixed(2)}: ${named(e)}`);
  }

  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (!e.labels.length && !e.getAttribute("aria-label")) wrong.push(`without label: ${named(e)}`);
  }
  for (const e of document.querySelectorAll("button, a[href], summary")) {
    if (shown(e) && !e.textContent.trim() && !e.getAttribute("aria-label") && !e.querySelector("img[alt]")) {
      wrong.push(`without words: ${named(e)}`);
    }
  }
  for (const e of document.querySelectorAll("[tabindex]")) {
    if (e.tabIndex > 0) wrong.push(`jumps the queue of focus: ${named(e)}`);
  }
  for (const e of document.querySelectorAll("img:not([alt])")) wrong.push(`picture without words: ${named(e)}`);
  for (const e of document.querySelectorAll("th:not([scope])")) wrong.push(`head of nothing: ${named(e)}`);
  for (const e of document.querySelectorAll("table:not(:has(caption)):not([aria-label]):not([aria-labelledby])")) {
    wrong.push(`table without a name: ${named(e)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) wrong.push(`id given twice: ${id}`);
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    for (const id of (e.getAttribute("aria-labelledby") || e.getAttribute("aria-describedby")).split(/\\s+/)) {
      if (id && !document.getElementById(id)) wrong.push(`points nowhere (${id}): ${named(e)}`);
    }
  }
  let level = 0;
  for (const e of document.querySelectorAll("h1, h2, h3, h4")) {
    const here = Number(e.tagName[1]);
    if (here > level + 1) wrong.push(`heading skips a level: ${named(e)}`);
    level = here;
  }
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not exactly one h1");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not exactly one main");
  if (!document.title.trim() || document.documentElement.lang !== "zh-CN") wrong.push("title or language is missing");
  return wrong;
}
"""


def _unfolded(page: Page) -> None:
    """Open every folded part, once the page that a click led to is there whole."""
    page.wait_for_load_state("load")
    page.evaluate("document.querySelectorAll('main details').forEach(e => { e.open = true })")


def what_is_wrong(page: Page) -> list[str]:
    """Return what a measuring eye finds wrong with the page as it stands; every folded part is opened first."""
    _unfolded(page)
    found: list[str] = page.evaluate(_SCRIPT, [CONTRAST, CONTRAST_OF_LARGE])
    return [f"{page.url}: {one}" for one in found]


def grave_faults(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical on the page as it stands; every folded part is opened first."""
    _unfolded(page)
    return [
        f"{page.url}: {one['id']} ({one['impact']}) {node['target']} {node['html'][:120]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
