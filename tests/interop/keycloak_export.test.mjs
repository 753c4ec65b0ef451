// What a real Keycloak exported ($CARDEA_INTEROP_EXPORT, made by tests/interop/keycloak_export) comes in, goes out again
// with every member that Keycloak wrote, and its people sign in with their passwords.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { runCommand, startServer, temporaryFolder } from '../e2e/harness.mjs';
import { request } from '../e2e/support/form_browser.mjs';
import { kPeople, kSecrets } from '../e2e/support/realm.mjs';

const exported = JSON.parse(readFileSync(process.env.CARDEA_INTEROP_EXPORT, 'utf8'));

/// A private key as PKCS #8: Keycloak writes PKCS #1, and either is the same key.
function keyOf(text) {
  const key = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  for (const type of ['pkcs1', 'pkcs8']) {
    try {
      return createPrivateKey({ key, format: 'der', type }).export({ type: 'pkcs8', format: 'der' }).toString('base64');
    } catch { /* the other one */ }
  }
  return text;
}

/// What names an element of a list, so that an order that means nothing makes no difference.
const nameOf = (item) => (item !== null && typeof item === 'object' ? item.id ?? item.alias ?? item.clientId ?? item.username ?? item.name ?? JSON.stringify(item) : JSON.stringify(item));

/// Every path at which `theirs` says something that `ours` does not.
function lost(theirs, ours, at = '') {
  if (at.endsWith('.config.privateKey')) return lost(theirs.map(keyOf), (ours ?? []).map(keyOf), `${at} `);
  if (Array.isArray(theirs)) {
    if (!Array.isArray(ours)) return theirs.length ? [`${at}: no list`] : [];
    const left = new Map(ours.map((item) => [nameOf(item), item]));
    return theirs.flatMap((item) => (left.has(nameOf(item)) ? lost(item, left.get(nameOf(item)), `${at}[${nameOf(item).slice(0, 40)}]`) : [`${at}: ${nameOf(item).slice(0, 80)} is gone`]));
  }
  if (theirs !== null && typeof theirs === 'object') {
    if (ours === null || typeof ours !== 'object') return Object.keys(theirs).length ? [`${at}: no object`] : [];
    return Object.entries(theirs).flatMap(([name, value]) => lost(value, ours[name], `${at}.${name}`));
  }
  return theirs === null || theirs === ours ? [] : [`${at}: ${JSON.stringify(theirs)} became ${JSON.stringify(ours)}`];
}

/// Whose file it is, is no loss.
const kMeansNothing = [/^\.keycloakVersion: /];

test('a_real_export_comes_in_and_out_without_loss_and_its_passwords_work', async () => {
  const server = await startServer({ realm: exported, bootstrap: false });
  for (const username of ['ada', 'bert']) {
    const answer = await request(server.endpoint('token'), {
      method: 'POST',
      form: { grant_type: 'password', client_id: 'web', client_secret: kSecrets.web, username, password: kPeople[username], scope: 'openid' },
    });
    assert.equal(answer.status, 200, `${username}: ${answer.text}`);
  }
  await server.stop();
  const folder = path.join(temporaryFolder(), 'out');
  const done = await runCommand(['export', '--data-dir', server.dataDir, '--dir', folder, '--realm', 'village']);
  assert.equal(done.code, 0, done.all);
  const files = readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
  const ours = files.find((file) => file.clients);
  ours.users = files.flatMap((file) => file.users ?? []);
  const gone = lost(exported, ours).filter((words) => !kMeansNothing.some((known) => known.test(words)));
  assert.deepEqual(gone, []);
});
