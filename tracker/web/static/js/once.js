// A form marked data-once is sent once: a second press of the button does nothing. The server checks again.
// The pressed button says what is going on (data-busy, else its own words), and so does the page's quiet voice.
const SLOW_AFTER = 8000;

function busyWords(form, button) {
  const words = form.dataset.busy ?? `正在${button?.textContent.trim().replace(/^确定/, "") || "提交"}`;
  return `${words}…`;
}

function say(words) {
  const voice = document.querySelector("[data-voice]");
  if (voice) voice.textContent = words;
}

function hold(form, pressed) {
  const words = busyWords(form, pressed);
  form.querySelectorAll("button").forEach((button) => {
    if (!button.disabled) button.dataset.held = "yes";
    button.disabled = true;
  });
  const shown = pressed?.matches(".visually-hidden") ? form.querySelector("button:not(.visually-hidden)") : pressed;
  if (shown) {
    shown.dataset.words = shown.innerHTML;
    shown.textContent = words;
    shown.setAttribute("aria-busy", "true");
  }
  say(words);
  window.setTimeout(() => say(`${words}还没有完成，请稍候，不要关闭页面。`), SLOW_AFTER);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After the values have been collected, so that the pressed button's own value still goes along.
  window.setTimeout(() => hold(form, event.submitter), 0);
});

// Coming back with the browser's back button must find the form usable.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button[data-held]").forEach((button) => {
      button.disabled = false;
      delete button.dataset.held;
    });
    form.querySelectorAll("button[data-words]").forEach((button) => {
      button.innerHTML = button.dataset.words;
      button.removeAttribute("aria-busy");
      delete button.dataset.words;
    });
  });
  say("");
});
