// The slug here is not the one that was registered at Entra ID: its page says no more than a number, our check says what
// to register (guides.md G2-03).
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { runCommand, temporaryFolder } from '../harness.mjs';
import { FormBrowser } from '../support/form_browser.mjs';
import { kTenant } from '../support/entra/directory.mjs';
import { kSlug, startHub } from '../support/hub.mjs';

const hub = await startHub();
after(() => hub.stop());
const { admin, app, entra, server } = hub;

function check(alias) {
  const home = temporaryFolder();
  const trusted = path.join(home, 'trusted.pem');
  writeFileSync(trusted, `${server.ca}\n${readFileSync(entra.ca)}`);
  const sets = Object.entries({ realm: 'village', tenant: kTenant, client: app.id, secret: app.secret, alias }).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  return runCommand(['check', 'entra-source', ...sets, '--server', server.base, '--user', server.admin.username],
    { environment: { HOME: home, CARDEA_ADMIN_PASSWORD: server.admin.password, CARDEA_TRUSTSTORE_PATHS: trusted }, cwd: home });
}

test('G2_03_a_slug_that_is_not_registered_is_told_with_the_uri_to_register', async () => {
  const wanted = `${server.base}/source/oauth/callback/entra/`;
  const registered = (await admin('GET', `identity-provider/instances/${kSlug}`)).json();
  const { internalId, ...record } = registered;
  const made = await admin('POST', 'identity-provider/instances', { ...record, alias: 'entra', config: { ...record.config, clientSecret: app.secret } });
  assert.equal(made.status, 201, made.text);

  const browser = new FormBrowser({ ca: [server.ca, readFileSync(entra.ca)] });
  const page = await browser.open(hub.signInUrl({ kc_idp_hint: 'entra' }));
  assert.ok(page.url.startsWith(entra.origin), page.url);
  assert.match(page.words, /AADSTS50011/);

  const told = await check('entra');
  assert.notEqual(told.code, 0, told.all);
  assert.match(told.output, /AADSTS50011/);
  assert.ok(told.output.includes(`register ${wanted}`), told.all);

  const right = await check(kSlug);
  assert.ok(right.output.includes(`${server.base}/source/oauth/callback/${kSlug}/`), right.all);
  assert.doesNotMatch(right.output, /AADSTS50011/);
});
