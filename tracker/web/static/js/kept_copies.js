// Copies of half-filled forms in this browser, for as long as the server has not got them. One person's alone: they go at
// log-out, when somebody else signs in, and after three days. Forms of confidential work leave none (no data-draft-local).
import { addRow } from "./rows.js";
import { keptFile } from "./files.js";

const PREFIX = "draft:";
const KEPT_MS = 3 * 24 * 3600 * 1000;
export const NOT_TYPED = new Set(["csrf_token", "version", "_do", "next", "_draft"]);

export function typed(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));
}

function titleOf(form, name) {
  const field = form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".field");
  return field?.querySelector("label, legend, .label")?.firstChild?.textContent.trim() || name;
}

function addressOf(form) {
  return `${PREFIX}${form.dataset.draftOwner}:${form.dataset.draftKey}`;
}

export function store(form, more = {}) {
  if (form.dataset.draftLocal === undefined) return false;
  const { draftVersion: version } = form.dataset;
  const pairs = typed(form).map(([name, value]) => [name, value, titleOf(form, name)]);
  try {
    localStorage.setItem(addressOf(form), JSON.stringify({ at: Date.now(), version, edition: form.elements._draft.value, pairs, ...more }));
    return true;
  } catch {
    return false; // full, or switched off: the server's draft is all there is
  }
}

export function drop(form) {
  localStorage.removeItem(addressOf(form));
}

export function dropAll(keep = () => false) {
  Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && !keep(key)).forEach((key) => localStorage.removeItem(key));
}

function parsed(key) {
  try {
    const copy = JSON.parse(localStorage.getItem(key));
    if (copy && Date.now() - copy.at < KEPT_MS) return copy;
  } catch {
    // Not ours any more; it goes.
  }
  localStorage.removeItem(key);
  return null;
}

export function copyOf(form) {
  return form.dataset.draftLocal === undefined ? null : parsed(addressOf(form));
}

// Copies of the task on this page whose form is not here any more.
export function orphans(owner, ref, forms) {
  const here = new Set(forms.map(addressOf));
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${owner}:${ref}:`) && !here.has(key));
  return keys.map((key) => ({ key, copy: parsed(key) })).filter(({ copy }) => copy);
}

export function dropOthers(owner) {
  dropAll((key) => key.startsWith(`${PREFIX}${owner}:`));
}

export function sameAs(form, copy) {
  return JSON.stringify(typed(form)) === JSON.stringify(copy.pairs.map(([name, value]) => [name, value]));
}

export function fill(form, copy) {
  const wanted = new Map();
  for (const [name, value, title] of copy.pairs) {
    const row = /^(\w+)\.(\d+)\./.exec(name);
    const rows = row && form.querySelector(`[data-rows="${row[1]}"]`);
    if (rows && !rows.querySelector(`.rows > [data-row="${row[2]}"]`)) addRow(rows, Number(row[2]));
    const files = form.querySelector(`[data-files="${CSS.escape(name)}"]`);
    if (files && ![...form.elements].some((box) => box.name === name && box.value === value)) {
      files.querySelector(".kept-files").append(keptFile(name, value, title));
    }
    wanted.set(name, [...(wanted.get(name) ?? []), value]);
  }
  for (const box of form.elements) {
    if (!box.name || NOT_TYPED.has(box.name) || ["file", "submit", "button"].includes(box.type)) continue;
    const values = wanted.get(box.name) ?? [];
    if (box.type === "checkbox" || box.type === "radio") box.checked = values.includes(box.value);
    else if (box.type !== "hidden") box.value = values.shift() ?? "";
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
