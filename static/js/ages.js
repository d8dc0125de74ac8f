// Every figure knows its age; only old ones say it. Ages count by the server's clock, tick once a
// second in a slot of fixed width, and are told to screen readers once per change of class.

import { age } from "./figures.js";

const FRESH = 2000;
const AGEING = 10000;
const GRACE = 3000; // a page just drawn from the mirror waits so long for its first frame
const words = () => document.getElementById("words").dataset;

// This laptop's clock may be wrong: only the difference to the server's counts.
let offset = Number(document.documentElement.dataset.now || Date.now()) - Date.now();
const born = new WeakMap();
const told = new Map();

export const serverNow = () => Date.now() + offset;

export function syncClock(serverMs) {
  offset = serverMs - Date.now();
}

function classOf(element, passed) {
  if (element.dataset.status === "unreachable") return "unreachable";
  if (!born.has(element)) born.set(element, Date.now());
  const waiting = !("framed" in element.dataset) && Date.now() - born.get(element) < GRACE;
  if (waiting) return element.dataset.age || "fresh";
  // Where figures are drawn less often on purpose, the waiting in between is not lateness.
  const slack = Number(element.closest("[data-live-every]")?.dataset.liveEvery || 0);
  return passed <= FRESH + slack ? "fresh" : passed <= AGEING + slack ? "ageing" : "stale";
}

function tell(element, now) {
  const region = document.getElementById("said");
  const name = element.dataset.name;
  if (!region || !name || told.get(name) === now) return;
  if (told.has(name)) region.textContent = `${name}: ${words()[now]}`;
  told.set(name, now);
}

export function tick(element) {
  const at = Number(element.dataset.at);
  if (!at) return;
  const passed = serverNow() - at;
  const now = classOf(element, passed);
  if (element.dataset.age !== now) element.dataset.age = now;
  if (element.dataset.kind === "stamp") {
    tell(element, now);
    const word = element.querySelector(".stamp-word");
    const slot = element.querySelector(".stamp-age");
    const text = words()[now] || "";
    if (word && word.textContent !== text) word.textContent = text;
    if (slot) slot.textContent = age(passed / 1000, true);
    return;
  }
  const slot = element.parentElement.querySelector(":scope > .age");
  if (slot) {
    slot.dataset.age = now;
    slot.textContent = now === "fresh" ? "" : age(passed / 1000);
  }
}

export function tickAll() {
  for (const element of document.querySelectorAll("[data-live][data-at]")) tick(element);
  for (const clock of document.querySelectorAll("[data-clock]")) {
    const there = new Date(serverNow()).toLocaleTimeString("en-GB", { timeZone: clock.dataset.clock, hour: "2-digit", minute: "2-digit" });
    if (clock.textContent !== there) clock.textContent = there;
  }
}
