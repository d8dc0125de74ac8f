// The staff screens' script: it starts the modules and answers the buttons of the shell.
// Everything works without it; with it, things are quicker and figures are alive.

import { bind, run } from "./keys.js";
import { connect, pauseOrGoOn } from "./live.js";
import { choose } from "./taste.js";
import "./toasts.js";

const THEMES = ["system", "light", "dark"];
const DENSITIES = ["compact", "regular", "comfortable"];
const root = document.documentElement;

const after = (list, now) => list[(list.indexOf(now) + 1) % list.length];
const dialog = () => document.getElementById("keys");

function row(step) {
  const rows = [...document.querySelectorAll("tr[data-open] a[data-row]")];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step));
  rows[next].focus();
}

function search() {
  const field = [...document.querySelectorAll('input[type="search"]')].find((one) => one.offsetParent);
  field?.focus();
  field?.select();
}

function back() {
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (document.activeElement !== document.body) {
    document.activeElement.blur();
  }
}

function follow(selector) {
  document.querySelector(selector)?.click();
}

// Opens a decision and never carries it out: its first field, or its button, gets the focus.
function decide(key) {
  const way = document.querySelector(`[data-decide="${key}"]`);
  if (!way) return;
  const box = way.closest("details");
  if (box) box.open = true;
  (box?.querySelector(".field input:not([type=hidden]), .field select") ?? way).focus();
}

// What was copied is said for a moment on the button itself, and to readers of the screen.
async function copy(text, button) {
  await navigator.clipboard?.writeText(text);
  const { copied } = document.getElementById("words").dataset;
  document.getElementById("said").textContent = copied;
  if (!button || button.dataset.was) return;
  button.dataset.was = button.textContent;
  button.textContent = copied;
  setTimeout(() => {
    button.textContent = button.dataset.was;
    delete button.dataset.was;
  }, 2000);
}

export const acts = {
  theme: () => choose("theme", after(THEMES, root.dataset.theme)),
  density: () => choose("density", after(DENSITIES, root.dataset.density)),
  sidebar: () => choose("sidebar", root.dataset.sidebar === "narrow" ? "wide" : "narrow"),
  pause: pauseOrGoOn,
  help: () => (dialog().open ? dialog().close() : dialog().showModal()),
  search,
  back,
  go: (to) => location.assign(to),
  "row-next": () => row(1),
  "row-previous": () => row(-1),
  filter: () => follow('details.filter-menu > summary, [data-decide="f"]'),
  newer: () => follow("[data-newer]"),
  older: () => follow("[data-older]"),
  decide,
  check: (number) => (document.querySelector(`#check-${number} .check-says a`) ?? document.getElementById(`check-${number}`))?.focus(),
  choose: () => document.activeElement?.closest("tr")?.querySelector("[data-select]")?.click(),
  "queue-next": () => follow("[data-queue-next]"),
  "queue-previous": () => follow("[data-queue-previous]"),
  view: (number) => follow(`.tabs a[data-view="${number}"]`),
  copy,
  link: () => navigator.clipboard?.writeText(location.href),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button && button.tagName === "BUTTON") {
    event.preventDefault();
    run(acts, button.dataset.act, button.dataset.to, button);
    return;
  }
  const line = event.target.closest("tr[data-open]");
  if (line && !event.target.closest("a, button, input, label") && !String(getSelection())) {
    if (event.metaKey || event.ctrlKey) window.open(line.dataset.open, "_blank", "noopener");
    else location.assign(line.dataset.open);
  }
});

// Ctrl or ⌘ with Enter sends the form that has the focus.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
  const form = event.target.closest?.('form[method="post"]');
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

// Ctrl or ⌘ with A chooses every row of the page, where rows can be chosen; once more, none.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey)) return;
  const boxes = [...document.querySelectorAll("[data-select]")];
  if (!boxes.length || event.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
  event.preventDefault();
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
});

// A menu closes when one looks elsewhere.
document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// A view is its address: fields that say nothing do not stand in it.
document.addEventListener("htmx:configRequest", (event) => {
  const { verb, formData } = event.detail;
  if (verb !== "get" || !formData) return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// A list that is drawn anew keeps the row that had the focus, when that row is still there.
let kept = "";
const isRow = (one) => Boolean(one?.matches?.("a[data-row]"));
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const here = document.activeElement;
  if (isRow(here) && detail.target.contains(here)) kept = here.pathname;
});
document.addEventListener("htmx:afterSettle", () => {
  if (kept && document.activeElement === document.body) {
    [...document.querySelectorAll("a[data-row]")].find((one) => one.pathname === kept)?.focus();
  }
  kept = "";
});

// A block that did not come says so, and can be asked again; the rest of the page is current.
document.addEventListener("htmx:sendError", (event) => failed(event.detail.elt));
document.addEventListener("htmx:responseError", (event) => failed(event.detail.elt));

function failed(box) {
  const line = box.querySelector(".waiting");
  if (line) line.classList.add("failed");
}

bind(acts);
connect();

const pace = performance.getEntriesByType("navigation")[0]?.serverTiming?.find((one) => one.name === "page");
const shown = document.querySelector("[data-page-ms]");
if (pace && shown) shown.textContent = String(Math.round(pace.duration));
