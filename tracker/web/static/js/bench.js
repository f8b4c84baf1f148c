// Walks lists by keyboard and keeps count of what is chosen. Without it the boxes and buttons do the same.
const boxesOf = (form) => [...document.querySelectorAll(`input[name=pick][form="${form}"]`)];
const rows = () => [...document.querySelectorAll("tr[data-row]")];
const present = () => document.activeElement.closest("tr[data-row]");

function count(form) {
  const boxes = boxesOf(form);
  const chosen = boxes.filter((box) => box.checked).length;
  document.getElementById(form).querySelector("[data-chosen-count]").textContent = chosen ? `（已选${chosen}项）` : "";
  const all = document.querySelector(`[data-all-of="${form}"]`);
  if (!all) return;
  all.checked = boxes.length > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

function chooseAll(form, wanted) {
  boxesOf(form).forEach((box) => { box.checked = wanted; });
  count(form);
}

function step(by) {
  const all = rows();
  const at = all.indexOf(present());
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.querySelector("th a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function formHere() {
  const box = present()?.querySelector("input[name=pick]") ?? document.querySelector("input[name=pick]");
  return box ? document.getElementById(box.getAttribute("form")) : null;
}

function decide(which) {
  const form = formHere(), button = form?.querySelector(which);
  if (button) form.requestSubmit(button);
}

document.querySelectorAll("[data-choose-all]").forEach((label) => { label.hidden = false; });
document.querySelectorAll("[data-choosing]").forEach((form) => count(form.id));

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.dataset?.allOf) chooseAll(box.dataset.allOf, box.checked);
  else if (box.name === "pick" && box.getAttribute("form")) count(box.getAttribute("form"));
});

// Coming back with the browser's back button finds the boxes as they were.
window.addEventListener("pageshow", () => document.querySelectorAll("[data-choosing]").forEach((form) => count(form.id)));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    x: () => present()?.querySelector("input[name=pick]")?.click(),
    a: () => {
      const form = formHere()?.id;
      if (form) chooseAll(form, !boxesOf(form).every((box) => box.checked));
    },
    i: () => decide("button"),
    w: () => decide("button[value=waive], button[value=discard]"),
    u: () => document.querySelector("form[data-undo]")?.requestSubmit(),
    "?": () => document.querySelector("[data-keys]")?.toggleAttribute("open"),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});
