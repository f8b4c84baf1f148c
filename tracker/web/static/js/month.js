// Arrows walk the days on which something is due, PageUp and PageDown turn the page. Without it Tab and the links do.
const month = document.querySelector("[data-month]");
const busy = () => [...month.querySelectorAll(".due-day:not(.quiet)")];
const dayOf = (cell) => Number(cell.dataset.day);

function nearest(from, by) {
  const ahead = busy().filter((cell) => (by > 0 ? dayOf(cell) > dayOf(from) : dayOf(cell) < dayOf(from)));
  if (Math.abs(by) === 1) return by > 0 ? ahead[0] : ahead[ahead.length - 1];
  const wanted = dayOf(from) + by;
  return ahead.sort((a, b) => Math.abs(dayOf(a) - wanted) - Math.abs(dayOf(b) - wanted))[0];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const turn = { PageUp: "prev", PageDown: "next" }[event.key];
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  if (turn) {
    const link = document.querySelector(`a[rel=${turn}]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  } else if (by) {
    const here = document.activeElement.closest(".due-day");
    const cell = here ? nearest(here, by) : null;
    if (!cell) return;
    event.preventDefault();
    cell.querySelector("a").focus();
  }
});
