// Deciding one by one with single keys. Every key presses a button that is there without it.
const find = (name) => document.querySelector(name);

function act(key) {
  const place = find(`[data-act="${key}"]`);
  if (!place) return;
  if (place.tagName === "FORM") { place.requestSubmit(); return; }
  if (place.tagName === "A") { place.click(); return; }
  place.open = true;
  place.querySelector("input[type=radio], textarea")?.focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.closest("form")?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const acts = {
    i: () => act("i"), w: () => act("w"), b: () => act("b"), m: () => act("m"),
    j: () => find("[data-pass]")?.requestSubmit(find("[data-pass] button")),
    u: () => find("form[data-undo]")?.requestSubmit(),
    "?": () => find("[data-keys]")?.toggleAttribute("open"),
  };
  if (event.key === "Enter" && !event.target.closest("a, button, summary, input")) find("[data-open]")?.click();
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});
