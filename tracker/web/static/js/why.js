// Fetches the explanation into the page, so that a half-filled form stays. Without this script the link leads to it.
async function panelFrom(address) {
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const panel = page.getElementById("why");
  if (!answer.ok || !panel?.matches("details")) throw new Error("no explanation");
  return panel;
}

// In a list the explanation opens under its row, and closes again; in a table as a row of its own, one at a time.
const openOf = new WeakMap();

function openUnder(link, panel) {
  const row = link.closest("li, tr");
  panel.removeAttribute("id");
  panel.className = "why-here";
  if (link.dataset.whyOpen) panel.querySelector("p").after(leadTo(link.dataset.whyOpen));
  let shown = panel;
  if (row.matches("tr")) {
    const before = row.nextElementSibling;
    if (before?.matches(".why-row")) close(before.opener);
    shown = document.createElement("tr");
    shown.className = "why-row";
    const cell = shown.insertCell();
    cell.colSpan = row.cells.length;
    cell.append(panel);
    row.after(shown);
  } else row.append(panel);
  shown.opener = link;
  openOf.set(link, shown);
  link.setAttribute("aria-expanded", "true");
  panel.querySelector("summary").focus();
}

// Where a link itself does not lead to the task, the explanation does.
function leadTo(address) {
  const line = document.createElement("p");
  const link = document.createElement("a");
  link.href = address;
  link.textContent = "打开任务";
  line.append(link);
  return line;
}

function close(link) {
  openOf.get(link).remove();
  openOf.delete(link);
  link.setAttribute("aria-expanded", "false");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const panel = event.target.closest(".why-here");
  const link = panel?.opener ?? panel?.closest(".why-row")?.opener;
  if (!link) return;
  close(link);
  link.focus();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-why], a[data-why-here]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.ariaBusy === "true") return;
  if (openOf.has(link)) {
    close(link);
    return;
  }
  // A sign stays as it is: words in its place would push the page about.
  const words = link.firstElementChild ? null : link.textContent;
  if (words) link.textContent = "正在查依据…";
  link.ariaBusy = "true";
  try {
    const panel = await panelFrom(link.href);
    if (words) link.textContent = words;
    if (link.matches("[data-why-here]")) openUnder(link, panel);
    else {
      link.closest("#why").replaceWith(panel);
      panel.querySelector("summary").focus();
    }
  } catch {
    window.location.assign(link.href);
  } finally {
    link.ariaBusy = null;
  }
});
