// What makes the pages quicker to use. Every page works without it.
import "./drafts.js";
import "./once.js";
import "./rows.js";
import "./files.js";
import "./rates.js";
import "./why.js";
import "./lightbox.js";

const summary = document.querySelector("[data-focus]");
if (summary && !summary.closest("[data-example]")) summary.focus();

// On a phone the pages stand in one strip: the present one is pushed into sight.
const strip = document.querySelector(".site-nav");
const here = strip?.querySelector(".present");
if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - (strip.clientWidth - here.offsetWidth) / 2;
