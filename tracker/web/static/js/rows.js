// Adds and removes rows of a form in place. Without this script the same buttons post the form and come back.
function renumber(field) {
  field.querySelectorAll(".rows > [data-row]").forEach((row, index) => {
    row.querySelector("[data-row-number]").textContent = String(index + 1);
  });
}

export function addRow(field, index = null) {
  const rows = [...field.querySelectorAll(".rows > [data-row]")];
  const next = index ?? 1 + Math.max(-1, ...rows.map((row) => Number(row.dataset.row)));
  const holder = document.createElement("div");
  holder.innerHTML = field.querySelector("template").innerHTML.replaceAll("__row__", String(next));
  const row = holder.firstElementChild;
  field.querySelector(".rows").append(row);
  renumber(field);
  if (index === null) row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row]");
  const field = button?.closest("[data-rows]");
  if (!field) return;
  event.preventDefault();
  if (button.matches("[data-add-row]")) {
    addRow(field);
    return;
  }
  button.closest("[data-row]").remove();
  if (!field.querySelector(".rows > [data-row]")) addRow(field);
  renumber(field);
  field.dispatchEvent(new Event("rows-changed", { bubbles: true }));
});
