// How a person likes the screen: theme, density, sidebar. Changed at once here, kept on the server.

const root = document.documentElement;
const YEAR = 31536000;

function say(name, value) {
  const status = document.getElementById("said");
  const form = document.getElementById("taste");
  const word = form?.querySelector(`[name="${name}"] option[value="${value}"]`)?.textContent;
  if (status && word) status.textContent = word;
}

export function choose(name, value) {
  root.dataset[name] = value;
  say(name, value);
  // The cookie serves pages before sign-in and the sidebar; the person's own choice is a row.
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
  const form = document.getElementById("taste");
  const field = form?.elements.namedItem(name);
  if (!field) return;
  field.value = value;
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).catch(() => {});
}

document.getElementById("taste")?.addEventListener("change", (event) => {
  choose(event.target.name, event.target.value);
});
