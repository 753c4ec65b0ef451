// NetBird's dashboard as far as signing in goes: npm @axa-fr/oidc-client with the settings that NetBird gives it (fragment
// redirect, audience, refresh 30 s before expiry), on the address that the guide gives it: the browser is told where the
// name is. `window.oidc` is the library's client, `window.happened` its events, <body data-state> is "in", "out" or "failed".
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import { makeCertificate, temporaryFolder } from '../harness.mjs';
import { kNames } from './browser.mjs';

const kLibrary = readFileSync(new URL('../node_modules/@axa-fr/oidc-client/dist/index.js', import.meta.url));

function indexPage(settings) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>NetBird</title><body><p id="who"></p>
<script type="module">
import { OidcClient } from '/oidc-client.js';
const settings = ${JSON.stringify(settings)};
const oidc = OidcClient.getOrCreate(() => fetch)(settings, 'default');
window.oidc = oidc;
window.happened = [];
oidc.subscribeEvents((name, data) => window.happened.push([name, String(data?.message ?? data ?? '')]));
const end = (state, who = '') => { document.getElementById('who').textContent = who; document.body.dataset.state = state; };
try {
  if (location.hash === '#callback') {
    const { callbackPath } = await oidc.loginCallbackAsync();
    history.replaceState(null, '', callbackPath || '/');
    end('in', oidc.tokens.idTokenPayload.preferred_username);
  } else if (await oidc.tryKeepExistingSessionAsync()) {
    end('in', oidc.tokens.idTokenPayload.preferred_username);
  } else {
    end('out');
    if (location.pathname !== '/stay') await oidc.loginAsync('/');
  }
} catch (error) {
  end('failed', String(error?.message ?? error));
}
</script>`;
}

/// The settings that NetBird's own configuration makes of setup.env; `more` replaces some.
export function dashboardSettings(origin, authority, more = {}) {
  return {
    authority, client_id: 'netbird-client', redirect_uri: `${origin}/#callback`, silent_redirect_uri: `${origin}/#silent-callback`,
    scope: 'openid profile email offline_access api', refresh_time_before_tokens_expiration_in_second: 30,
    extras: { audience: 'netbird-client' }, ...more,
  };
}

/// Serves https://<host>/ for the browser of this file; `settings` is called for each page.
export async function serveDashboard(host, settings) {
  const { key, certificate } = makeCertificate(temporaryFolder(), host);
  const server = https.createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const isLibrary = request.url === '/oidc-client.js';
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    response.writeHead(200, { 'content-type': isLibrary ? 'text/javascript' : 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    return response.end(isLibrary ? kLibrary : indexPage(settings()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  kNames.set(`${host}:443`, server.address().port);
}

/// The dashboard with its management API beside it, on plain http: an application to stand behind the gate. The API says
/// whom it was told of. `settings` is called for each page.
export async function startNetbird(settings) {
  const server = http.createServer((incoming, outgoing) => {
    incoming.resume();
    const answer = (type, body) => outgoing.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    const { pathname } = new URL(incoming.url, 'http://x');
    if (pathname === '/favicon.ico') return outgoing.writeHead(204).end();
    if (pathname === '/oidc-client.js') return answer('text/javascript', kLibrary);
    if (!pathname.startsWith('/api/')) return answer('text/html; charset=utf-8', indexPage(settings()));
    const { 'x-auth-name': name, 'x-auth-role': role } = incoming.headers;
    return answer('application/json', JSON.stringify({ method: incoming.method, path: pathname, name, role }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, seen: [],
    stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

export async function decided(page, state) {
  await page.locator(`body[data-state="${state}"]`).waitFor();
  return page.locator('#who').innerText();
}
