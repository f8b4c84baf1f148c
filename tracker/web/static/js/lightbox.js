// Photos open in the page: the arrow keys lead to the next, Escape back to where one was. Without this script, and with a
// key that opens another tab, each is a link to its picture.
let box = null;
let opener = null;
let links = [];
let at = 0;

function button(words, name, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: `lightbox-${name}`, textContent: words });
  made.addEventListener("click", act);
  return made;
}

function made() {
  const dialog = Object.assign(document.createElement("dialog"), { className: "lightbox" });
  dialog.setAttribute("aria-label", "照片");
  const line = Object.assign(document.createElement("p"), { className: "lightbox-line" });
  line.setAttribute("aria-live", "polite");
  const bar = Object.assign(document.createElement("div"), { className: "lightbox-bar" });
  bar.append(button("← 上一张", "step", () => show(at - 1)), button("下一张 →", "step", () => show(at + 1)), button("关闭", "close", () => dialog.close()));
  dialog.append(document.createElement("img"), line, bar);
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(at + step);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => opener?.focus());
  document.body.append(dialog);
  return dialog;
}

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  const words = [link.dataset.photo, link.querySelector("img").alt].filter(Boolean).join("：");
  Object.assign(box.querySelector("img"), { src: link.href, alt: words });
  box.querySelector(".lightbox-line").textContent = `${words}（第${at + 1}张，共${links.length}张）`;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-photo]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  box ??= made();
  opener = link;
  links = [...link.closest("[data-photos]").querySelectorAll("a[data-photo]")];
  box.querySelectorAll(".lightbox-step").forEach((step) => { step.hidden = links.length < 2; });
  show(links.indexOf(link));
  box.showModal();
  box.querySelector(".lightbox-close").focus();
});
