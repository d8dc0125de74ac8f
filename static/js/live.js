// One socket for the whole page. It asks for the topics that stand on the page, also after htmx has
// swapped a part of it, and writes what comes: text only, the server drew everything else.

import { serverNow, syncClock, tick, tickAll } from "./ages.js";
import { age, compare, level, pips, plain, sign, signed } from "./figures.js";

const SIGNED_OUT = 4401; // backoffice/ui/watcher.py
const FLASH = 300;
const FLASH_PAUSE = 1000;
const DRAW_EVERY = 250; // milliseconds: four frames a second at most
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;

const waiting = new Map(); // topic → its newest frame, not yet drawn
const drawn = new WeakMap(); // element → the value it shows, and when it last flashed
const denied = new Set();
let socket = null;
let asked = new Set();
let pause = FIRST_PAUSE;
let lostAt = 0;
let newestAt = 0;

const marks = () => document.querySelectorAll("[data-live]");
const topicOf = (mark) => (mark.startsWith("exposure") ? "exposure" : mark.split(":").slice(0, 2).join(":"));
const pathOf = (mark) => mark.slice(topicOf(mark).length + 1);

function ask() {
  const wanted = new Set([...marks()].map((one) => topicOf(one.dataset.live)).filter((one) => !denied.has(one)));
  if (wanted.size && !socket) open();
  if (socket?.readyState !== WebSocket.OPEN) return;
  const fresh = [...wanted].filter((one) => !asked.has(one));
  const gone = [...asked].filter((one) => !wanted.has(one));
  if (gone.length) socket.send(JSON.stringify({ op: "unsubscribe", topics: gone }));
  if (fresh.length) socket.send(JSON.stringify({ op: "subscribe", topics: fresh }));
  asked = wanted;
}

function open() {
  const url = document.documentElement.dataset.liveUrl;
  if (!url) return;
  socket = new WebSocket(url);
  socket.addEventListener("open", () => {
    asked = new Set();
    ask();
  });
  socket.addEventListener("message", (event) => take(event.data));
  socket.addEventListener("close", (event) => {
    socket = null;
    if (event.code === SIGNED_OUT) {
      location.reload(); // the page leads to the sign-in
      return;
    }
    lostAt ||= serverNow();
    // Not all at once after a restart: each waits a little differently.
    setTimeout(ask, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  });
}

function take(text) {
  const frame = JSON.parse(text);
  if (frame.op === "denied") {
    denied.add(frame.topic);
    return;
  }
  if (frame.op === "status") {
    lostAt = frame.live === "down" ? lostAt || serverNow() : 0; // the socket is there, its source is not
    return;
  }
  if (!frame.topic || !frame.data) return;
  pause = FIRST_PAUSE;
  lostAt = 0;
  if (frame.now) syncClock(frame.now);
  newestAt = Math.max(newestAt, frame.at || 0);
  const before = waiting.get(frame.topic);
  if (!before || !(before.seq > frame.seq)) waiting.set(frame.topic, frame);
}

export function pauseOrGoOn() {
  const isPaused = localStorage.getItem("paused") !== "yes";
  localStorage.setItem("paused", isPaused ? "yes" : "no");
  showPause();
}

function showPause() {
  const isPaused = localStorage.getItem("paused") === "yes";
  document.querySelector('button[data-act="pause"]')?.setAttribute("aria-pressed", String(isPaused));
}

function draw() {
  if (!waiting.size || document.hidden || localStorage.getItem("paused") === "yes") return;
  const budget = { flashes: Math.ceil(marks().length / 10) };
  const held = new Set(); // its turn has not come: the newest frame waits, and is not lost
  for (const element of marks()) {
    const topic = topicOf(element.dataset.live);
    const frame = waiting.get(topic);
    if (frame && !put(element, frame, budget)) held.add(topic);
  }
  for (const box of document.querySelectorAll("[data-live-reload]")) noteChange(box);
  for (const topic of waiting.keys()) if (!held.has(topic)) waiting.delete(topic);
}

function put(element, frame, budget) {
  const every = Number(element.closest("[data-live-every]")?.dataset.liveEvery || 0);
  const last = drawn.get(element);
  if (every && last && serverNow() - last.at < every) return false;
  element.dataset.framed = "";
  if (frame.at) element.dataset.at = frame.at;
  if (frame.data.status) element.dataset.status = frame.data.status;
  const value = pathOf(element.dataset.live).split(".").reduce((data, step) => data?.[step], frame.data);
  if (element.dataset.kind === "reason") element.textContent = frame.data.reason || (element.closest("td") ? "—" : "");
  else if (element.dataset.kind !== "stamp" && value !== undefined) write(element, textOf(value), last, budget);
  drawn.set(element, { ...drawn.get(element), at: serverNow() });
  tick(element);
  return true;
}

// Positions come as an object by ticket, of which some marks want the number alone.
function textOf(value) {
  if (value === null) return "";
  return typeof value === "object" ? String(Object.keys(value).length) : String(value);
}

function write(element, value, last, budget) {
  const figure = element.querySelector(".figure");
  if (!figure || last?.value === value) return;
  if (value === "") {
    figure.textContent = "?"; // not known at the source: it lacks a quote
    drawn.set(element, { value, flashed: 0, at: serverNow() });
    return;
  }
  const digits = Number(element.dataset.digits);
  switch (element.dataset.kind) {
    case "result":
      figure.textContent = signed(value, digits);
      figure.className = `figure ${sign(value, digits)}`;
      break;
    case "level":
      figure.textContent = level(value);
      break;
    case "price":
      writePrice(figure, pips(value, digits));
      break;
    case "lots":
      figure.textContent = plain((Number(value) / 100).toFixed(2), 2); // whole hundredths: exact
      break;
    case "count":
      figure.textContent = value;
      break;
    default:
      figure.textContent = plain(value, digits);
      figure.classList.toggle("zero", sign(value, digits) === "zero");
  }
  drawn.set(element, { value, flashed: last?.flashed || 0, at: serverNow() });
  if (last?.value && budget.flashes > 0) flash(element, figure, compare(value, last.value), budget);
}

function writePrice(figure, [before, pip, after]) {
  const bold = document.createElement("b");
  bold.className = "pip";
  bold.textContent = pip;
  figure.replaceChildren(before, ...(pip ? [bold, after] : []));
}

function flash(element, figure, way, budget) {
  const state = drawn.get(element);
  if (!way || Date.now() - state.flashed < FLASH_PAUSE) return;
  budget.flashes -= 1;
  state.flashed = Date.now();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const css = way > 0 ? "tick-up" : "tick-down";
  figure.classList.add(css);
  setTimeout(() => figure.classList.remove(css), still ? FLASH_PAUSE : FLASH);
}

// The page shows a set of rows (open positions); when the feed's set differs, fetch the block again.
function noteChange(box) {
  const frame = waiting.get(box.dataset.liveReload);
  if (!frame?.data.positions) return;
  const there = Object.keys(frame.data.positions).sort().join();
  const here = [...box.querySelectorAll("[data-ticket]:not([data-pending])")].map((one) => one.dataset.ticket).sort().join();
  if (there !== here && box.dataset.seen !== there) {
    box.dataset.seen = there;
    window.htmx?.trigger(box, "changed");
  }
}

function offline() {
  const bar = document.getElementById("offline");
  if (!bar) return;
  const passed = lostAt ? (serverNow() - lostAt) / 1000 : 0;
  const isLost = passed > 3;
  if (bar.hidden === isLost) {
    bar.hidden = !isLost;
    document.getElementById("said").textContent = isLost ? document.getElementById("words").dataset.lost : document.getElementById("words").dataset.again;
  }
  if (!isLost) return;
  const newest = newestAt || Number(document.documentElement.dataset.now);
  const time = new Date(newest).toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone || "UTC" });
  bar.querySelector("[data-words]").textContent = bar.dataset.sentence.replace("{age}", age(passed)).replace("{time}", time);
}

export function connect() {
  showPause();
  ask();
  document.addEventListener("htmx:afterSettle", () => {
    ask();
    tickAll();
  });
  addEventListener("online", () => ask());
  addEventListener("offline", () => socket?.close());
  setInterval(draw, DRAW_EVERY);
  setInterval(() => {
    tickAll();
    offline();
  }, 1000);
  tickAll();
}
