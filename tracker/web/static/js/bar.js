// Moves the bar of work in the background, where the page would otherwise load anew every three seconds: who tabs to a
// button or reads is not thrown back to the top. When the work is over, or the page is another, it loads anew once.
const EVERY = 3000;
const SERVER_AWAY = 500;

function fitting(here, there) {
  const [bar, label] = [here.querySelector("progress"), here.querySelector("label")];
  const [newBar, newLabel] = [there.querySelector("progress"), there.querySelector("label")];
  if (!bar || !label || !newBar || !newLabel) return false;
  bar.max = newBar.max;
  bar.value = newBar.value;
  bar.textContent = newBar.textContent;
  label.textContent = newLabel.textContent;
  return true;
}

async function look() {
  const here = document.querySelector("[data-bar]");
  if (!here) return;
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    if (answer.status < SERVER_AWAY) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const there = page.querySelector("[data-bar]");
      if (!there || !fitting(here, there)) {
        window.location.reload();
        return;
      }
    }
  } catch {
    // The line is away: the next look may find it again.
  }
  window.setTimeout(look, EVERY);
}

window.setTimeout(look, EVERY);
