// What makes the pages quicker to use. Every page works without it.
import "./once.js";
import "./rows.js";
import "./files.js";
import "./rates.js";
import "./why.js";

const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
