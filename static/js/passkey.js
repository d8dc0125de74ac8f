// Passkeys: a form with data-passkey asks the authenticator and sends its answer like any field.
// data-passkey is the field's name, data-ceremony "get" or "create", data-options what the server asked.

const TYPED = ["AbortError", "NotAllowedError"];

function say(form, name) {
  const place = form.querySelector("[data-passkey-said]");
  if (!place) return;
  place.textContent = TYPED.includes(name) ? place.dataset.cancelled : place.dataset.failed;
  place.hidden = false;
}

async function answer(form) {
  const asked = JSON.parse(form.dataset.options);
  if (form.dataset.ceremony === "create") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  return navigator.credentials.get({ publicKey });
}

async function ask(event) {
  const form = event.currentTarget;
  const field = form.elements.namedItem(form.dataset.passkey);
  if (field.value) return;
  event.preventDefault();
  try {
    field.value = JSON.stringify((await answer(form)).toJSON());
  } catch (reason) {
    say(form, reason.name);
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  // An old browser, or an address that is a number: passkeys need a name and TLS.
  const works = globalThis.isSecureContext && globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON;
  form.hidden = !works && form.dataset.ceremony === "get";
  if (works) form.addEventListener("submit", ask);
}
