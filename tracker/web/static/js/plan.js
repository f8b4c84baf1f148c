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

function step(by) {
  const at = present();
  const next = cards[at < 0 ? 0 : Math.min(Math.max(at + by, 0), cards.length - 1)];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  next.focus({ preventScroll: true });
}

cards.forEach((card) => card.addEventListener("focusin", () => light(card)));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const card = cards[present()];
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    e: () => card?.querySelector("details")?.toggleAttribute("open"),
    d: () => card?.querySelector("[value=drop], [value=restore]")?.form.requestSubmit(),
    u: () => document.querySelector("form[action$='/undo']")?.requestSubmit(),
  };
  if (!acts[event.key]) return;
  event.preventDefault();
  acts[event.key]();
});
