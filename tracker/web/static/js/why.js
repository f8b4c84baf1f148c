// Fetches the explanation into the page, so that a half-filled form stays. Without this script the link leads to it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-why]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.textContent = "正在查依据…";
  try {
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const panel = page.getElementById("why");
    if (!answer.ok || !panel.matches("details")) throw new Error("no explanation");
    link.closest("#why").replaceWith(panel);
    panel.querySelector("summary").focus();
  } catch {
    window.location.assign(link.href);
  }
});
