// What was said once, bottom left: news leaves after six seconds of being readable, what went wrong
// stays until it is closed. The clock stands while the pointer or the focus is on it, and while the
// window is out of sight. Without this script everything stays until the next page.

const STAYS_MS = 6000;

for (const toast of document.querySelectorAll(".toast")) {
  const close = toast.querySelector(".toast-close");
  close.hidden = false;
  close.addEventListener("click", () => {
    toast.hidden = true;
    document.getElementById("main")?.focus({ preventScroll: true });
  });
  if (!("stays" in toast.dataset)) leaves(toast);
}

function leaves(toast) {
  let left = STAYS_MS;
  let since = 0;
  let timer = 0;
  const isHeld = () => document.hidden || toast.matches(":hover") || toast.matches(":focus-within");
  const weigh = () => {
    if (isHeld()) {
      if (timer) left -= performance.now() - since;
      clearTimeout(timer);
      timer = 0;
    } else if (!timer) {
      since = performance.now();
      timer = setTimeout(() => { toast.hidden = true; }, Math.max(0, left));
    }
  };
  for (const name of ["pointerenter", "pointerleave", "focusin"]) toast.addEventListener(name, weigh);
  toast.addEventListener("focusout", () => setTimeout(weigh)); // the focus is nowhere meanwhile
  document.addEventListener("visibilitychange", weigh);
  weigh();
}
