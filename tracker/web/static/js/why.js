// Fetches the explanation into the page, so that a half-filled form stays. Without this script the link leads to it.
async function panelFrom(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const panel = page.getElementById("why");
  if (!answer.ok || !panel?.matches("details")) throw new Error("no explanation");
  return panel;
}

// In a list the explanation opens under its row, and closes again; in a table as a row of its own.
function openUnder(link, panel) {
  const row = link.closest("li, tr");
  panel.removeAttribute("id");
  panel.className = "why-here";
  if (row.matches("tr")) {
    const line = document.createElement("tr");
    line.className = "why-row";
    const cell = line.insertCell();
    cell.colSpan = row.cells.length;
    cell.append(panel);
    row.after(line);
  } else row.append(panel);
  link.setAttribute("aria-expanded", "true");
  panel.querySelector("summary").focus();
}

function opened(link) {
  const row = link.closest("li, tr");
  if (!row?.matches("tr")) return row?.querySelector(".why-here");
  return row.nextElementSibling?.matches(".why-row") ? row.nextElementSibling : null;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-why], a[data-why-here]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const open = opened(link);
  if (open) {
    open.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  const words = link.textContent;
  link.textContent = "正在查依据…";
  try {
    const panel = await panelFrom(link.href);
    link.textContent = words;
    if (link.matches("[data-why-here]")) openUnder(link, panel);
    else {
      link.closest("#why").replaceWith(panel);
      panel.querySelector("summary").focus();
    }
  } catch {
    window.location.assign(link.href);
  }
});
