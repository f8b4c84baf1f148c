// Shows the share that one number makes of another while both are typed. The server computes it again when the form is sent.
const WHOLE_NUMBER = /^[0-9]{1,10}$/;

function typed(form, name) {
  const text = (form.elements[name]?.value ?? "").normalize("NFKC").replaceAll(",", "").trim();
  return WHOLE_NUMBER.test(text) ? Number(text) : null;
}

function words(part, whole) {
  if (part === null || whole === null || (whole !== 0 && part > whole * 100)) return "填好后自动算出";
  if (whole === 0) return "—（基数为0）";
  const thousandths = Math.floor((part * 1000) / whole);
  if (thousandths === 0 && part > 0) return "不到0.1%";
  return `${Math.floor(thousandths / 10)}.${thousandths % 10}%`;
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  form?.querySelectorAll("[data-rate]").forEach((line) => {
    const { rate, rateOf } = line.dataset;
    if (event.target.name !== rate && event.target.name !== rateOf) return;
    line.querySelector("output").textContent = words(typed(form, rate), typed(form, rateOf));
  });
});
