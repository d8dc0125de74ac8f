// The keyboard. The list that `?` shows is the table that is read here, so it cannot lie:
// each [data-key] of it says the keys ("g c", "⇧T", "/"), the act, and where to.

const WAIT = 900; // milliseconds for the second key of a pair
let pending = "";
let timer = 0;

function table() {
  const rows = new Map();
  for (const row of document.querySelectorAll("[data-key]")) {
    rows.set(row.dataset.key, row.dataset);
  }
  return rows;
}

// On keyboards that are not Latin the physical key counts.
function letter(event) {
  const { key, code } = event;
  if (key.length === 1 && key.charCodeAt(0) > 127 && code.startsWith("Key")) return code.slice(3).toLowerCase();
  return key.length === 1 ? key.toLowerCase() : key;
}

function named(event) {
  const base = letter(event);
  const isLetter = /^[a-z]$/.test(base);
  return event.shiftKey && (isLetter || base.length > 1) ? `⇧${isLetter ? base.toUpperCase() : base}` : base;
}

function isTyping(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

export function singleKeysOff() {
  return localStorage.getItem("single-keys") === "off";
}

export function run(acts, act, to, from) {
  acts[act]?.(to, from);
}

export function bind(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (!document.querySelector("dialog[open], :popover-open")) acts.back();
      return;
    }
    if (isTyping(event.target) || singleKeysOff()) return;
    const rows = table();
    const pressed = named(event);
    const pair = pending ? `${pending} ${pressed}` : pressed;
    clearTimeout(timer);
    pending = "";
    const row = rows.get(pair) || rows.get(pressed);
    if (row) {
      event.preventDefault();
      run(acts, row.act, row.to);
    } else if ([...rows.keys()].some((keys) => keys.startsWith(`${pressed} `))) {
      event.preventDefault();
      pending = pressed;
      timer = setTimeout(() => { pending = ""; }, WAIT);
    }
  });

  const box = document.getElementById("single-keys");
  if (box) {
    box.checked = !singleKeysOff();
    box.addEventListener("change", () => localStorage.setItem("single-keys", box.checked ? "on" : "off"));
  }
  document.documentElement.dataset.keys = "heard"; // who presses for a machine waits for this
}
