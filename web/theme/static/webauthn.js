// Asks an authenticator, for the pages that need one: the form says in its data-* attributes what to ask for, and the
// answer goes into its hidden fields as base64url. Nothing is decided here; the server checks every byte.
"use strict";

const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const toBase64url = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");

const described = (text) =>
  JSON.parse(text || "[]").map(({ id, transports }) => {
    const out = { type: "public-key", id: fromBase64url(id) };
    if (transports.length > 0) out.transports = transports;
    return out;
  });

const optional = (object, name, value) => {
  if (value) object[name] = value;
};

function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null) form.elements[name].value = value;
  }
}

function complain(error) {
  const place = document.getElementById("webauthn-error");
  const known = {
    InvalidStateError: "This authenticator is registered already.",
    NotAllowedError: "The request was cancelled, took too long, or no passkey fits.",
    SecurityError: "This page's address does not fit the realm's passkey settings.",
  };
  place.textContent = known[error.name] || "The passkey could not be used: " + error.message;
  place.hidden = false;
}

let waiting = null; // the request that hangs in the background of the form for the name

async function authenticate(form, mediation) {
  const { challenge, rpId, userVerification, timeout, credentials } = form.dataset;
  const publicKey = { challenge: fromBase64url(challenge), rpId, allowCredentials: described(credentials) };
  optional(publicKey, "userVerification", userVerification);
  if (mediation !== "conditional") optional(publicKey, "timeout", Number(timeout));
  waiting?.abort();
  waiting = new AbortController();
  const options = { publicKey, signal: waiting.signal };
  optional(options, "mediation", mediation);
  const { id, response } = await navigator.credentials.get(options);
  const remembered = document.getElementById("rememberMe");
  fill(form, {
    credentialId: id,
    clientDataJSON: toBase64url(response.clientDataJSON),
    authenticatorData: toBase64url(response.authenticatorData),
    signature: toBase64url(response.signature),
    userHandle: response.userHandle ? toBase64url(response.userHandle) : "",
    rememberMe: remembered && remembered.checked ? "on" : "",
  });
  form.submit();
}

async function register(form) {
  const data = form.dataset;
  const selection = { requireResidentKey: data.residentKey === "required" };
  optional(selection, "authenticatorAttachment", data.attachment);
  optional(selection, "residentKey", data.residentKey);
  optional(selection, "userVerification", data.userVerification);
  const publicKey = {
    challenge: fromBase64url(data.challenge),
    rp: { id: data.rpId, name: data.rpName },
    user: { id: fromBase64url(data.userId), name: data.username, displayName: data.displayName },
    pubKeyCredParams: data.algorithms.split(",").map((alg) => ({ type: "public-key", alg: Number(alg) })),
    excludeCredentials: described(data.credentials),
    authenticatorSelection: selection,
  };
  optional(publicKey, "attestation", data.attestation);
  optional(publicKey, "timeout", Number(data.timeout));
  const { id, response, authenticatorAttachment } = await navigator.credentials.create({ publicKey });
  fill(form, {
    publicKeyCredentialId: id,
    clientDataJSON: toBase64url(response.clientDataJSON),
    attestationObject: toBase64url(response.attestationObject),
    transports: response.getTransports ? response.getTransports().join(",") : "",
    authenticatorAttachment,
  });
  form.submit();
}

function listen(buttonId, formId, start) {
  const button = document.getElementById(buttonId);
  const form = document.getElementById(formId);
  if (!button || !form) return;
  if (!window.PublicKeyCredential) {
    complain({ name: "", message: "this browser does not know passkeys, or the page is not served over https." });
    return;
  }
  button.hidden = false;
  button.addEventListener("click", () => start(form).catch(complain));
}

// By itself, as the realm's policy says. A dialog that a person closed does not come back in the same sign-in.
async function offer(form) {
  const { mediation } = form.dataset;
  if (mediation === "none" || !window.PublicKeyCredential) return;
  if (mediation === "conditional") {
    const available = window.PublicKeyCredential.isConditionalMediationAvailable;
    if (!available || !(await available.call(window.PublicKeyCredential))) return;
  }
  const isDialog = mediation === "optional" || mediation === "required";
  const signIn = new URL(form.action).searchParams.get("tab_id");
  if (isDialog && sessionStorage.getItem("passkey-dialog-closed") === signIn) return;
  // Whatever ends it (the button, a password, a browser without passkeys) is no news to anybody.
  authenticate(form, mediation).catch((error) => {
    if (isDialog) sessionStorage.setItem("passkey-dialog-closed", signIn);
    if (mediation !== "silent" && error.name !== "AbortError" && error.name !== "NotAllowedError") complain(error);
  });
}

listen("authenticateWebAuthnButton", "webauth", (form) => authenticate(form));
listen("registerWebAuthn", "register", register);
const offered = document.querySelector("form[data-mediation]");
if (offered) offer(offered);
