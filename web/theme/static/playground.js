// The playground: a public client in one file, without a library, to be read. The code flow with PKCE (RFC 6749, RFC 7636),
// state, nonce and iss checked (RFC 9700), tokens kept in memory only. Text goes in by textContent, never as markup.
"use strict";

const root = document.getElementById("playground");
const server = root.dataset.server;
const redirectUri = server + "/playground/callback";
const element = (id) => document.getElementById(id);
let session = null; // {tokens, metadata, request}

const EXPLAINED = {
  alg: "How the token is signed.",
  kid: "Which key signed it; look it up in the key set (jwks_uri).",
  iss: "Who issued the token. An application compares it byte for byte with the issuer it trusts.",
  sub: "Who it is about: the user's id, which never changes. Store this, not the name.",
  aud: "Whom it is for. An API refuses tokens that do not name it here.",
  azp: "The client that asked for the token.",
  exp: "Not valid from this moment on.",
  iat: "When it was issued.",
  nbf: "Not valid before this moment.",
  auth_time: "When the user last proved who they are.",
  jti: "The token's own id.",
  nonce: "The random value this page sent along; it ties the ID token to this very login.",
  acr: "How strong the login was: 1 after a password, 0 when an older login was reused.",
  sid: "The browser session behind the token. Logging out ends it.",
  session_state: "The browser session, for the login status frame.",
  typ: "What kind of token it is: Bearer, ID or Refresh (in the header: JWT).",
  scope: "What was granted.",
  at_hash: "A hash of the access token: proves that both were issued together.",
  realm_access: "The user's roles in the realm.",
  resource_access: "The user's roles in single clients.",
  "allowed-origins": "Web origins that may use the token from a browser.",
  preferred_username: "The login name. It may change; do not use it as a key.",
  name: "The full name.",
  given_name: "First name.",
  family_name: "Last name.",
  email: "E-mail address.",
  email_verified: "Whether somebody has proved to read that address.",
  groups: "Groups, where a mapper adds them.",
};
const TIMES = new Set(["exp", "iat", "nbf", "auth_time"]);
const KINDS = [
  ["id_token", "ID token", "For the application: who signed in. Never send it to an API."],
  ["access_token", "Access token", "For APIs: what the bearer may do. The application itself need not read it."],
  ["refresh_token", "Refresh token", "For the token endpoint only: trades itself for fresh tokens. Keep it secret."],
];

const make = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};
const show = (text) => { element("status").textContent = text; };
const fail = (text) => {
  const box = element("problem");
  box.textContent = text;
  box.hidden = !text;
};
const note = (title, body) => {
  element("steps").append(make("h2", title), make("pre", body, "raw"));
};

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const decode = (part) => JSON.parse(new TextDecoder().decode(bytesOf(part)));

async function fetchJson(url, options) {
  const response = await fetch(url, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error_description || body.error || "HTTP " + response.status);
  return body;
}

async function discover(realm) {
  const issuer = server + "/realms/" + encodeURIComponent(realm);
  const metadata = await fetchJson(issuer + "/.well-known/openid-configuration");
  if (metadata.issuer !== issuer) throw new Error("The discovery document names another issuer: " + metadata.issuer);
  return metadata;
}

async function signIn() {
  const realm = element("realm").value.trim();
  const metadata = await discover(realm);
  const verifier = random();
  const request = {
    realm, client: element("client").value.trim(), scope: element("scope").value.trim(),
    state: random(), nonce: random(), verifier,
  };
  sessionStorage.setItem("playground", JSON.stringify(request));
  const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
  const url = new URL(metadata.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: "code", client_id: request.client, redirect_uri: redirectUri, scope: request.scope,
    state: request.state, nonce: request.nonce, code_challenge: challenge, code_challenge_method: "S256",
  });
  location.assign(url);
}

function callToken(metadata, parameters) {
  note("POST " + metadata.token_endpoint, new URLSearchParams(parameters).toString().replaceAll("&", "\n&"));
  return fetchJson(metadata.token_endpoint, {method: "POST", body: new URLSearchParams(parameters)});
}

async function handleCallback() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("code") && !answer.has("error")) return;
  history.replaceState(null, "", location.pathname); // the code goes out of the address bar and the history
  note("The redirect back", [...answer].map(([name, value]) => name + " = " + value).join("\n"));
  const stored = sessionStorage.getItem("playground");
  sessionStorage.removeItem("playground");
  if (!stored) throw new Error("This tab did not start a login.");
  const request = JSON.parse(stored);
  for (const name of ["realm", "client", "scope"]) element(name).value = request[name];
  if (answer.get("state") !== request.state) throw new Error("The answer carries another state: it belongs to another login.");
  if (answer.has("error")) throw new Error(answer.get("error_description") || answer.get("error"));
  const metadata = await discover(request.realm);
  if (answer.has("iss") && answer.get("iss") !== metadata.issuer) throw new Error("The answer comes from another issuer.");
  const tokens = await callToken(metadata, {
    grant_type: "authorization_code", code: answer.get("code"), redirect_uri: redirectUri, client_id: request.client,
    code_verifier: request.verifier,
  });
  if (tokens.id_token && decode(tokens.id_token.split(".")[1]).nonce !== request.nonce) {
    throw new Error("The ID token carries another nonce: it belongs to another login.");
  }
  session = {tokens, metadata, request};
  await render();
  show("Signed in.");
}

async function refresh() {
  const tokens = await callToken(session.metadata, {
    grant_type: "refresh_token", refresh_token: session.tokens.refresh_token, client_id: session.request.client,
  });
  session.tokens = {...session.tokens, ...tokens};
  await render();
  show("Refreshed: the tokens below are new.");
}

function logOut() {
  const url = new URL(session.metadata.end_session_endpoint);
  const parameters = {post_logout_redirect_uri: server + "/playground", client_id: session.request.client};
  if (session.tokens.id_token) parameters.id_token_hint = session.tokens.id_token;
  url.search = new URLSearchParams(parameters);
  location.assign(url);
}

const ALGORITHMS = {
  RS256: [{name: "RSASSA-PKCS1-v1_5", hash: "SHA-256"}, {name: "RSASSA-PKCS1-v1_5"}],
  ES256: [{name: "ECDSA", namedCurve: "P-256"}, {name: "ECDSA", hash: "SHA-256"}],
};

// What an application does with every token it trusts: find the key by kid, and check the signature.
async function describeSignature(token) {
  const [header, payload, signature] = token.split(".");
  const {alg, kid} = decode(header);
  if (alg.startsWith("HS")) return "Signed with a key that only the server has (" + alg + "): nobody else can check it.";
  const {keys} = await fetchJson(session.metadata.jwks_uri);
  const jwk = keys.find((key) => key.kid === kid && (!key.use || key.use === "sig"));
  if (!jwk) return "The key set has no key with this kid.";
  if (!ALGORITHMS[alg]) return "Signed with " + alg + ", which this page does not check.";
  const [importing, verifying] = ALGORITHMS[alg];
  const key = await crypto.subtle.importKey("jwk", jwk, importing, false, ["verify"]);
  const good = await crypto.subtle.verify(verifying, key, bytesOf(signature), new TextEncoder().encode(header + "." + payload));
  return good ? "The signature is right, checked with the key " + kid + " of the key set." : "THE SIGNATURE IS WRONG.";
}

function claimsTable(caption, claims) {
  const table = make("table", undefined, "claims");
  table.append(make("caption", caption));
  const head = make("tr");
  for (const title of ["Claim", "Value", "What it means"]) {
    const cell = make("th", title);
    cell.scope = "col";
    head.append(cell);
  }
  table.append(make("thead"), make("tbody"));
  table.tHead.append(head);
  for (const [name, value] of Object.entries(claims)) {
    const row = make("tr");
    const title = make("th", name, "mono");
    title.scope = "row";
    let text = typeof value === "string" ? value : JSON.stringify(value);
    if (TIMES.has(name)) text += " (" + new Date(value * 1000).toLocaleString() + ")";
    row.append(title, make("td", text, "mono"), make("td", EXPLAINED[name] || "", "why"));
    table.tBodies[0].append(row);
  }
  return table;
}

async function render() {
  const out = element("tokens");
  out.replaceChildren();
  for (const [member, title, purpose] of KINDS) {
    const token = session.tokens[member];
    if (!token) continue;
    const parts = token.split(".");
    const section = make("section");
    section.append(make("h2", title), make("p", purpose));
    section.append(make("p", await describeSignature(token), "fine"));
    section.append(claimsTable("Header", decode(parts[0])), claimsTable("Payload", decode(parts[1])));
    const raw = make("details");
    raw.append(make("summary", "As it travels"), make("pre", token, "raw"));
    section.append(raw);
    out.append(section);
  }
  element("refresh").disabled = !session.tokens.refresh_token;
  element("log-out").disabled = false;
}

const guarded = (action) => async (event) => {
  event?.preventDefault();
  fail("");
  show("");
  try {
    await action();
  } catch (error) {
    fail(error.message);
  }
};

element("redirect-uri").textContent = redirectUri;
element("request").addEventListener("submit", guarded(signIn));
element("refresh").addEventListener("click", guarded(refresh));
element("log-out").addEventListener("click", guarded(logOut));
if (!globalThis.isSecureContext) {
  fail("Browsers offer the cryptography this page needs on https and on localhost only: open it there.");
  element("sign-in").disabled = true;
} else if (!server.startsWith(location.origin + "/") && server !== location.origin) {
  fail("This server calls itself " + server + ": open the playground there.");
  element("sign-in").disabled = true;
} else {
  guarded(handleCallback)();
}
