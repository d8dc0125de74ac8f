// Figures as people read them; the same rules as backoffice/ui/figures.py. Amounts stay decimal text:
// no binary fraction ever touches one.

const root = document.documentElement;
const MINUS = "\u2212";
const NARROW = "\u202f";
const NONE = "—";
const POINT = root.dataset.point || ".";
const GROUP = root.dataset.group || ",";

function rounded(text, digits) {
  const [, sign, whole, fraction = ""] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) || [];
  if (whole === undefined) return null;
  let number = BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits));
  if (Number(fraction[digits] || 0) >= 5) number += 1n;
  const plain = number.toString().padStart(digits + 1, "0");
  const cut = plain.length - digits;
  return { negative: sign === "-" && number > 0n, zero: number === 0n, whole: plain.slice(0, cut), fraction: plain.slice(cut) };
}

function written(number, grouped) {
  const whole = grouped ? number.whole.replace(/\B(?=(\d{3})+$)/g, GROUP) : number.whole;
  return whole + (number.fraction && POINT + number.fraction);
}

export function plain(text, digits, grouped = true) {
  const number = rounded(text, digits);
  return number === null ? NONE : (number.negative ? MINUS : "") + written(number, grouped);
}

export function signed(text, digits) {
  const number = rounded(text, digits);
  if (number === null) return NONE;
  if (number.zero) return written(number, true);
  return (number.negative ? MINUS : "+") + written(number, true);
}

export function sign(text, digits) {
  const number = rounded(text, digits);
  if (number === null) return "";
  return number.zero ? "zero" : number.negative ? "loss" : "profit";
}

export function level(text) {
  const number = rounded(text, 1);
  if (number === null || /^[+-]?0*(\.0*)?$/.test(text)) return NONE;
  const digits = number.whole.length > 3 ? 0 : 1;
  return plain(text, digits) + NARROW + "%";
}

// A price in three parts: before the two pip digits, these, and what follows.
export function pips(text, digits) {
  const price = plain(text, digits, false);
  if (price === NONE || digits < 2) return [price, "", ""];
  const end = price.length - (digits % 2);
  return [price.slice(0, end - 2), price.slice(end - 2, end), price.slice(end)];
}

// Which of two decimal texts is greater: 1, -1, or 0.
export function compare(a, b) {
  const width = Math.max(...[a, b].map((one) => (one.split(".")[1] || "").length));
  const [x, y] = [a, b].map((one) => {
    const [whole, fraction = ""] = one.replace(/^[+-]/, "").split(".");
    const number = BigInt(whole + fraction.padEnd(width, "0"));
    return one.startsWith("-") ? -number : number;
  });
  return x > y ? 1 : x < y ? -1 : 0;
}

export function age(seconds, fine = false) {
  const words = document.getElementById("words")?.dataset || {};
  if (fine && seconds < 10) return plain(Math.max(0, seconds).toFixed(1), 1) + NARROW + "s";
  const whole = Math.max(0, Math.floor(seconds));
  for (const [size, unit] of [[86400, words.day || "d"], [3600, words.hour || "h"], [60, words.minute || "min"]]) {
    if (whole >= size) return Math.floor(whole / size) + NARROW + unit;
  }
  return whole + NARROW + "s";
}
