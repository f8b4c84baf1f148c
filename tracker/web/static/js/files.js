// Sends chosen files at once, several at a time, so that a slow line shows and a refused file is named before the form is
// sent. Photos are made smaller first. Without this script the files go along with the form as they are.
import { shrunk } from "./photos.js";

const AT_ONCE = 2;
const NO_LINE = "没有传成功，请检查网络后重新选择。";

function line(field, name) {
  const item = document.createElement("li");
  item.setAttribute("role", "status");
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", `上传 ${name}`);
  item.append(Object.assign(document.createElement("span"), { textContent: `等待上传 ${name}` }), bar);
  field.querySelector(".kept-files").append(item);
  return item;
}

function tell(item, words, share = null) {
  item.querySelector("span").textContent = words;
  if (share !== null) item.querySelector("progress").value = share;
}

export function keptFile(name, ref, title) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  label.className = "pick";
  label.append(Object.assign(document.createElement("input"), { type: "checkbox", name, value: ref, checked: true }), ` ${title}`);
  item.append(label);
  return item;
}

function post(url, body, onProgress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => done(request));
    request.addEventListener("error", () => failed(new Error(NO_LINE)));
    request.send(body);
  });
}

function answered(request) {
  let told;
  try {
    told = JSON.parse(request.responseText);
  } catch {
    throw new Error(NO_LINE);
  }
  if (request.status !== 200) throw new Error(told.sentence || NO_LINE);
  return told;
}

async function send(field, form, file, item) {
  tell(item, `正在处理 ${file.name}`);
  const ready = await shrunk(file);
  const body = new FormData();
  body.append("csrf_token", form.querySelector("[name=csrf_token]").value);
  body.append("file", ready);
  try {
    const request = await post(form.dataset.uploads, body, (share) => tell(item, `正在上传 ${file.name} ${Math.round(share * 100)}%`, share));
    const told = answered(request);
    item.replaceWith(keptFile(field.dataset.files, told.ref, told.file_name));
    form.dispatchEvent(new Event("change", { bubbles: true }));
  } catch (problem) {
    item.className = "field-error";
    item.textContent = `${file.name}：${problem.message}`;
  }
}

document.addEventListener("change", async (event) => {
  const input = event.target.closest("[data-files] input[type=file]");
  const form = input?.closest("form[data-uploads]");
  if (!form || !input.files.length) return;
  const field = input.closest("[data-files]");
  const waiting = [...input.files].map((file) => ({ file, item: line(field, file.name) }));
  const buttons = [...form.querySelectorAll("button[type=submit]:not([data-draft-keep]), input[type=file]")];
  const sending = buttons.filter((button) => button.matches(".button-primary"));
  const words = sending.map((button) => button.textContent);
  buttons.forEach((button) => { button.disabled = true; });
  sending.forEach((button) => { button.textContent = "正在上传…"; });
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await send(field, form, next.file, next.item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  input.value = "";
  buttons.forEach((button) => { button.disabled = false; });
  sending.forEach((button, index) => { button.textContent = words[index]; });
});
