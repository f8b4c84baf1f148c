// Sends chosen files at once, so that a slow line shows and a refused file is named before the form is sent.
// Without this script the files go along with the form.
function line(field, text, wrong) {
  const item = document.createElement("li");
  item.textContent = text;
  if (wrong) item.className = "field-error";
  field.querySelector(".kept-files").append(item);
  return item;
}

function keep(item, field, file) {
  const label = document.createElement("label");
  label.className = "pick";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: field.dataset.files, value: file.ref, checked: true });
  label.append(box, ` ${file.file_name}`);
  item.replaceChildren(label);
}

async function send(field, form, file) {
  const item = line(field, `正在上传 ${file.name} …`, false);
  item.setAttribute("role", "status");
  const body = new FormData();
  body.append("csrf_token", form.querySelector("[name=csrf_token]").value);
  body.append("file", file);
  try {
    const answer = await fetch(form.dataset.uploads, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.sentence);
    keep(item, field, told);
  } catch (problem) {
    item.className = "field-error";
    item.textContent = `${file.name}：${problem instanceof SyntaxError || problem instanceof TypeError ? "没有传成功，请检查网络后重新选择。" : problem.message}`;
  }
}

document.addEventListener("change", async (event) => {
  const input = event.target.closest("[data-files] input[type=file]");
  const form = input?.closest("form[data-uploads]");
  if (!form) return;
  const field = input.closest("[data-files]");
  const files = [...input.files];
  const buttons = form.querySelectorAll("button[type=submit]");
  const waiting = [...buttons].filter((button) => button.matches(".button-primary"));
  const words = waiting.map((button) => button.textContent);
  buttons.forEach((button) => { button.disabled = true; });
  waiting.forEach((button) => { button.textContent = "正在上传…"; });
  for (const file of files) await send(field, form, file);
  input.value = "";
  buttons.forEach((button) => { button.disabled = false; });
  waiting.forEach((button, index) => { button.textContent = words[index]; });
});
