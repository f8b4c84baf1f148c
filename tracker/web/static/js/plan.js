// Walks the proposals by keyboard, and keeps the words of the present one lit and in sight. Without it the links do.
const cards = [...document.querySelectorAll(".plan-card")];
const words = document.querySelector(".plan-words");

// The text scrolls inside its own box, so that the card stays where the eye is.
function light(card) {
  document.querySelectorAll(".plan-lit").forEach((one) => one.classList.remove("plan-lit"));
  const number = card.id.slice(2);
  const lit = [...document.querySelectorAll(".plan-used")].filter((one) => one.dataset.of.split(" ").includes(number));
  lit.forEach((one) => one.classList.add("plan-lit"));
  if (lit.length) words.scrollTop += lit[0].getBoundingClientRect().top - words.getBoundingClientRect().top - words.clientHeight / 3;
}

function present() {
  return cards.indexOf(document.activeElement.closest(".plan-card"));
}

function show(card) {
  if (!card) return;
  card.scrollIntoView({ block: "nearest" });
  card.focus({ preventScroll: true });
}

function step(by) {
  const at = present();
  show(cards[at < 0 ? 0 : Math.min(Math.max(at + by, 0), cards.length - 1)]);
}

// The next one that nobody has accepted, round the end.
function next() {
  const at = present();
  const round = [...cards.slice(at + 1), ...cards.slice(0, at + 1)];
  show(round.find((card) => card.querySelector("[value=accept]")));
}

function send(card, ...acts) {
  card?.querySelector(acts.map((act) => `[name=act][value=${act}]`).join(","))?.form.requestSubmit();
}

function open(card, name) {
  const field = card?.querySelector(`[name=${name}]`);
  if (!field) return;
  field.closest("details").open = true;
  field.focus();
}

cards.forEach((card) => card.addEventListener("focusin", () => light(card)));

// Folded panels open when an address names them.
const folded = window.location.hash ? document.getElementById(window.location.hash.slice(1)) : null;
if (folded?.matches("details")) folded.open = true;

// Coming back from an act, the keys go on from the place that the address names.
show(cards.find((card) => `#${card.id}` === window.location.hash));

document.addEventListener("keydown", (event) => {
  const card = cards[present()];
  if (event.ctrlKey && event.key === "Enter") {
    const form = event.target.closest(".plan-card form");
    form?.requestSubmit(form.querySelector("[value=save_accept]") ?? form.querySelector("button"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    n: next,
    a: () => send(card, "accept", "unaccept"),
    e: () => open(card, "title"),
    s: () => open(card, "at"),
    g: () => open(card, "place"),
    m: () => send(card, "join"),
    J: () => send(card, "down"),
    K: () => send(card, "up"),
    d: () => send(card, "drop", "restore"),
    u: () => document.querySelector("form[action$='/undo']")?.requestSubmit(),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});

// Choosing a unit in the last box offers another one at once; without it, saving does.
document.querySelectorAll(".plan-answers").forEach((box) =>
  box.addEventListener("change", () => {
    const last = box.lastElementChild;
    if (!last.value) return;
    const further = last.cloneNode(true);
    further.removeAttribute("id");
    further.setAttribute("aria-label", `${box.dataset.name}：第${box.children.length + 1}个`);
    further.options[0].textContent = "再加一个";
    further.value = "";
    box.append(further);
  }),
);
