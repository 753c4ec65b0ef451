// Over TLS: cookies are Secure, and an application on another site is signed in silently inside a frame.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';

import { freePort, kOnlyCardea, startServer, until } from '../harness.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';
import { serveSpa } from '../support/spa.mjs';

const port = await freePort();
const kOrigin = `http://127.0.0.1:${port}`; // another site than https://localhost
const server = kOnlyCardea.skip ? null : await startServer({
  https: true,
  realm: villageRealm({}, (realm) => {
    const spa = realm.clients.find((client) => client.clientId === 'spa-one');
    Object.assign(spa, { rootUrl: kOrigin, redirectUris: [`${kOrigin}/*`] });
  }),
});
if (server) await serveSpa({ clientId: 'spa-one', base: server.base, port, host: '127.0.0.1' });

async function decided(page, state) {
  await page.locator(`body[data-state="${state}"]`).waitFor();
}

test('refuses_to_send_a_cookie_without_secure', kOnlyCardea, async () => {
  const browser = new FormBrowser({ ca: server.ca });
  const query = new URLSearchParams({ client_id: 'spa-one', redirect_uri: `${kOrigin}/`, response_type: 'code', scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' });
  const page = await browser.open(`${server.endpoint('auth')}?${query}`);
  const flow = browser.cookies;
  assert.ok(flow.some(({ name }) => name.startsWith('__Host-')), flow.map(({ name }) => name).join());
  await browser.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kOrigin });
  for (const cookie of [...flow, ...browser.cookies]) assert.ok(cookie.secure, `${cookie.name} is not Secure`);
  const identity = browser.cookie('KEYCLOAK_IDENTITY');
  assert.ok(identity.httpOnly && identity.sameSite === 'None');
  const session = browser.cookie('KEYCLOAK_SESSION');
  assert.ok(!session.httpOnly && session.sameSite === 'None');
});

journey('silent_check_sso_works_across_sites', { ...kOnlyCardea, ignoreHTTPSErrors: true }, async ({ page }) => {
  await page.goto(`${kOrigin}/check-sso`);
  await decided(page, 'out');
  await page.goto(`${kOrigin}/required`);
  await fillLogin(page, 'ada', kPeople.ada);
  await decided(page, 'in');
  const visited = [];
  page.on('framenavigated', (frame) => frame === page.mainFrame() && visited.push(frame.url()));
  await page.goto(`${kOrigin}/check-sso`);
  await decided(page, 'in');
  assert.ok(visited.every((url) => url.startsWith(kOrigin)), `the page itself went away: ${visited}`);
});

/// The certificate that `port` shows to a new connection, by its serial number.
function serialAt(port) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: 'localhost', servername: 'localhost', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('sighup_loads_a_new_certificate_and_keeps_the_old_one_when_it_is_broken', kOnlyCardea, async () => {
  const before = await serialAt(server.port);
  const file = path.join(server.folder, 'certificate.pem');
  const old = readFileSync(file);
  writeFileSync(file, 'no certificate');
  server.signal('SIGHUP');
  await until('the refusal in the log', () => /certificate_not_loaded/.test(server.log), { onTimeout: () => server.log });
  assert.equal(await serialAt(server.port), before, 'what was loaded goes on');
  writeFileSync(file, old);

  const kept = new https.Agent({ keepAlive: true, maxSockets: 1, ca: server.ca });
  const ask = () => new Promise((resolve, reject) => {
    https.get(`${server.issuer()}`, { agent: kept }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    }).on('error', reject);
  });
  assert.equal(await ask(), 200);
  server.makeCertificate();
  server.signal('SIGHUP');
  await until('the new certificate', async () => (await serialAt(server.port)) !== before, { onTimeout: () => server.log });
  assert.equal(await ask(), 200, 'an open connection lives on');
  kept.destroy();
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', kOnlyCardea, () => server.stop({ allowedErrors: [/certificate_not_loaded/] }));
