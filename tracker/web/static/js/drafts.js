// Keeps what one types: on the server after a pause, in this browser while the line is cut. What another page changed is
// never overwritten without being told to. Without this script the button 暂存 keeps the form.
import { copyOf, drop, dropAll, dropOthers, fill, orphans, sameAs, store, typed } from "./kept_copies.js";

const PAUSE = 1200;
const AGAIN = 10_000;
const forms = [...document.querySelectorAll("form[data-draft]")];
const states = new Map();
let signedOut = false;

// After log-out nothing is put here any more, also not by what is still on its way and fails as the page goes.
const storeHere = (form, more) => !signedOut && store(form, more);

const clock = (at = new Date()) => `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
const textOf = (form) => JSON.stringify(typed(form));

function say(form, words, { wrong = false, link = null } = {}) {
  const line = form.querySelector("[data-draft-line]");
  line.textContent = words;
  line.classList.toggle("field-error", wrong);
  if (!link) return;
  const a = document.createElement("a");
  Object.assign(a, { href: link[0], textContent: link[1] });
  line.append(" ", a);
}

function cannotReach(form, why) {
  const here = storeHere(form);
  say(form, here ? `${why}，已存在这台设备上（${clock()}），连上后自动保存。` : `${why}，还没有保存。请不要关闭页面，连上后自动保存。`, { wrong: true });
  const state = states.get(form);
  window.clearTimeout(state.timer);
  state.timer = window.setTimeout(() => save(form), AGAIN);
}

async function toldBy(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

function taken(form, text, told) {
  const state = states.get(form);
  state.saved = text;
  form.elements._draft.value = told.edition;
  if (textOf(form) === text) drop(form);
  if (told.sentence) say(form, `${told.sentence}您填写的已保存，但不能再报送，请刷新页面看最新情况。`, { wrong: true });
  else say(form, `已保存 ${told.saved}`);
}

function refused(form, answer, told) {
  if (answer.status === 401 || answer.redirected) {
    const here = storeHere(form);
    const next = `/login?next=${encodeURIComponent(window.location.pathname)}`;
    say(form, here ? "登录已超时。已存在这台设备上，重新登录后接着填。" : "登录已超时，还没有保存。可以直接报送，登录后会接着办。", { wrong: true, link: here ? [next, "重新登录"] : null });
    return;
  }
  if (answer.status === 409 && told.edition) {
    states.get(form).held = told.edition;
    storeHere(form);
  }
  say(form, told.sentence || "没有保存成功，请先复制长段文字，再刷新页面。", { wrong: true });
}

async function save(form, { byHand = false, leaving = false } = {}) {
  const state = states.get(form);
  window.clearTimeout(state.timer);
  const text = textOf(form);
  if (state.busy) {
    state.again = true;
    return;
  }
  if (state.held) {
    if (!byHand) return;
    form.elements._draft.value = state.held;
    state.held = "";
  } else if (text === state.saved && !byHand) return;
  state.busy = true;
  const body = new FormData();
  typed(form).forEach(([name, value]) => body.append(name, value));
  for (const name of ["csrf_token", "_draft"]) body.append(name, form.elements[name].value);
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: leaving, headers: { Accept: "application/json" } });
    const told = await toldBy(answer);
    if (answer.ok && told.edition) taken(form, text, told);
    else if (answer.status >= 500) cannotReach(form, "服务器暂时没有应答");
    else refused(form, answer, told);
  } catch {
    cannotReach(form, "网络断开");
  } finally {
    state.busy = false;
  }
  if (state.again) {
    state.again = false;
    touch(form);
  }
}

function touch(form) {
  const state = states.get(form);
  window.clearTimeout(state.timer);
  if (signedOut || textOf(form) === state.saved) return;
  storeHere(form);
  state.timer = window.setTimeout(() => save(form), PAUSE);
}

function note(form, words, buttons) {
  const box = document.createElement("p");
  box.className = "message message-plain draft-note";
  box.append(Object.assign(document.createElement("span"), { textContent: words }));
  for (const [title, act] of buttons) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button", textContent: title });
    button.addEventListener("click", () => {
      box.remove();
      act();
    });
    box.append(" ", button);
  }
  form.before(box);
}

function bringBack(form, copy) {
  const before = { pairs: typed(form) };
  fill(form, copy);
  form.closest("details")?.setAttribute("open", "");
  note(form, `已恢复 ${clock(new Date(copy.at))} 存在这台设备上的草稿，还没有报送。`, [["不要这份草稿", () => { fill(form, before); drop(form); }]]);
  touch(form);
}

function lookForCopy(form) {
  const copy = copyOf(form);
  if (!copy) return;
  const older = Number(form.dataset.draftVersion) > Number(copy.version);
  if (sameAs(form, copy) || (copy.sent && older)) {
    drop(form);
    return;
  }
  if (!older && copy.edition === form.elements._draft.value && !form.querySelector(".error-summary")) {
    bringBack(form, copy);
    return;
  }
  note(form, `这台设备上还有一份 ${clock(new Date(copy.at))} 没来得及保存的草稿，和现在的不同。`, [["填入", () => bringBack(form, copy)], ["删除", () => drop(form)]]);
}

function showOrphans(head) {
  for (const { key, copy } of orphans(document.body.dataset.person, head.dataset.taskRef, forms)) {
    if (copy.sent) {
      localStorage.removeItem(key);
      continue;
    }
    const box = Object.assign(document.createElement("details"), { className: "panel", open: true });
    box.append(Object.assign(document.createElement("summary"), { textContent: `这台设备上 ${clock(new Date(copy.at))} 没来得及保存的内容（这张表现在不能报送，可复制）` }));
    const lines = copy.pairs.filter(([name, value]) => value.trim() && !name.includes("__")).map(([, value, title]) => `${title}：${value}`);
    box.append(Object.assign(document.createElement("p"), { className: "message-text", textContent: lines.join("\n") }));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: "不要这份草稿" });
    button.addEventListener("click", () => { localStorage.removeItem(key); box.remove(); });
    box.append(button);
    head.before(box);
  }
}

function begin(form) {
  states.set(form, { saved: textOf(form), timer: 0, busy: false, again: false, held: "" });
  form.addEventListener("input", () => touch(form));
  form.addEventListener("change", () => touch(form));
  form.addEventListener("rows-changed", () => touch(form));
  lookForCopy(form);
  // What came back with a sentence was sent, not saved.
  if (form.querySelector(".error-summary")) {
    states.get(form).saved = "";
    touch(form);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[action$='/logout']")) {
    signedOut = true;
    dropAll();
  }
  if (form.dataset.draftDiscard) forms.filter((one) => one.dataset.draftKey === form.dataset.draftDiscard).forEach(drop);
  if (!states.has(form)) return;
  const keeping = event.submitter?.matches("[data-draft-keep]");
  if (!keeping && navigator.onLine) {
    window.clearTimeout(states.get(form).timer);
    storeHere(form, { sent: true });
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  if (keeping) save(form, { byHand: true });
  else say(form, storeHere(form) ? "网络断开，没有提交。填写的已存在这台设备上，连上后请再按一次。" : "网络断开，没有提交。请不要关闭页面，连上后再按一次。", { wrong: true });
}, { capture: true });

window.addEventListener("online", () => forms.forEach((form) => save(form)));
window.addEventListener("pagehide", () => forms.forEach((form) => {
  const copy = copyOf(form);
  if (copy && !copy.sent) save(form, { leaving: true });
}));

if (document.body.dataset.person) dropOthers(document.body.dataset.person);
forms.forEach(begin);
const head = document.querySelector("[data-task-ref]");
if (head) showOrphans(head);
