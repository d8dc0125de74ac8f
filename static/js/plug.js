// Keeps the demo's kill page true once a second. Without cookies: a session would need PostgreSQL,
// and PostgreSQL may be what was killed. While nobody answers, the page says since when.

const box = document.querySelector("[data-plug]");
const lost = document.getElementById("plug-lost");
let seen = new Date();

async function look() {
  try {
    const answer = await fetch(box.dataset.plug, { credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text();
    if (!box.contains(document.activeElement) && !getSelection()?.toString()) box.innerHTML = text;
    seen = new Date();
    lost.hidden = true;
  } catch {
    lost.textContent = `${box.dataset.lost} ${seen.toLocaleTimeString()}.`;
    lost.hidden = false;
  }
  setTimeout(look, 1000);
}

setTimeout(look, 1000);
