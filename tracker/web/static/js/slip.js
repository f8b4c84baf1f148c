// Puts what follows the # of the address into the form, and takes it out of the address and of the history.
const form = document.querySelector("[data-slip]");
const token = decodeURIComponent(location.hash.slice(1));
if (form && /^[0-9A-Za-z-]{8,40}$/.test(token)) {
  form.elements.namedItem("slip").value = token;
  history.replaceState(null, "", location.pathname);
  form.elements.namedItem("code").focus();
}
