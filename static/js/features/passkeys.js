// @ts-check
/** Passkeys (WebAuthn): what the server asks is handed to the device, and the device's answer sent by the page's form. */
import { fromBase64Url, toBase64Url } from "../lib/base64url.js";

/** @param {Document} page */
export function installPasskeys(page) {
  const isThere = typeof PublicKeyCredential === "function";
  page.querySelector("[data-passkeys-missing]")?.toggleAttribute("hidden", isThere);
  const form = page.querySelector("form[data-passkey]");
  if (!(form instanceof HTMLFormElement)) return;
  if (!isThere) {
    tell(form, "missing");
    form.querySelector("[data-passkey-start]")?.toggleAttribute("hidden", true);
    return;
  }
  form.querySelector("[data-passkey-start]")?.addEventListener("click", () => ask(form));
  // Some browsers ask only after a press of a button: it stays, also for another try.
  ask(form);
}

/** @param {HTMLFormElement} form */
async function ask(form) {
  tell(form, "waiting");
  const options = JSON.parse(form.querySelector("[data-passkey-options]")?.textContent ?? "{}");
  try {
    const answer = form.dataset.passkey === "create" ? await create(options) : await get(options);
    const field = form.elements.namedItem("credential");
    if (field instanceof HTMLInputElement) field.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    tell(form, reasonOf(error));
  }
}

/** @param {unknown} error @returns {"stopped" | "held" | "missing" | "failed"} */
export function reasonOf(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return "stopped";
  if (name === "InvalidStateError") return "held";
  if (name === "SecurityError") return "missing";
  return "failed";
}

/** @param {HTMLFormElement} form @param {string} what one of the things that the page can tell; the others are hidden */
function tell(form, what) {
  for (const each of form.querySelectorAll("[data-passkey-told]")) {
    each.toggleAttribute("hidden", each.getAttribute("data-passkey-told") !== what);
  }
}

/** @param {any} options as the server writes them (WebAuthn Level 3, JSON) */
async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromBase64Url(options.challenge),
      user: { ...options.user, id: fromBase64Url(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const credential = /** @type {PublicKeyCredential} */ (made);
  const response = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return {
    ...named(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
    extensions: JSON.stringify(credential.getClientExtensionResults()),
  };
}

/** @param {any} options as the server writes them */
async function get(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: fromBase64Url(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const credential = /** @type {PublicKeyCredential} */ (shown);
  const response = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return {
    ...named(credential),
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      ...(response.userHandle ? { userHandle: toBase64Url(response.userHandle) } : {}),
    },
  };
}

/** @param {PublicKeyCredential} credential */
function named(credential) {
  return { id: credential.id, rawId: toBase64Url(credential.rawId), type: credential.type };
}

/** @param {any[] | undefined} credentials */
function described(credentials) {
  return (credentials ?? []).map((each) => ({ ...each, id: fromBase64Url(each.id) }));
}
