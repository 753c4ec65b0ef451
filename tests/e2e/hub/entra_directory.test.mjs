// The directory at Entra ID between sign-ins (docs/adr/0025; guides.md G2.8, G2-19): nobody waits for it at a sign-in, and what
// changes there changes here.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { until } from '../harness.mjs';
import { kTenant } from '../support/entra/directory.mjs';
import { hubJourney, landed, signInUpstream, startHub } from '../support/hub.mjs';

const hub = await startHub();
after(() => hub.stop());
const { entra, server } = hub;
const { directory } = entra;
const uma = directory.find('uma@contoso.example');
const max = directory.find('max@contoso.example');
const settings = { defaultScope: `${entra.origin}/GroupMember.Read.All`, groupsMode: 'transitive' };

async function signIn(page, user) {
  await page.context().clearCookies();
  await signInUpstream(hub, page, user.upn);
  await landed(hub, page);
}
const names = async (user) => (await hub.groups(user.upn)).map((group) => group.path).sort();
/// What the server does by itself takes a while: its jobs look every few seconds.
const eventually = (what, wanted) => until('the server to see it', async () => {
  const seen = await what();
  return wanted(seen) && { seen };
}, { seconds: 100, onTimeout: () => server.log.slice(-4000) }).then(({ seen }) => seen);

hubJourney('groups_that_graph_says_are_asked_for_after_the_login', async ({ page }) => {
  await hub.setProvider(kTenant, { ...settings, groupsRefreshSeconds: '0' });
  await signIn(page, max); // for the first time: it waits
  assert.equal((await names(max)).length, 350);
  const left = [...directory.groups.values()].find((group) => group.members.has(max.oid));
  left.members.delete(max.oid);
  await signIn(page, max);
  await eventually(() => names(max), (seen) => !seen.includes(`/entra-id/${left.displayName}`));
});

hubJourney('a_graph_that_is_down_does_not_hold_up_a_login', async ({ page }) => {
  const before = await names(max);
  entra.faults.graphDown = true;
  await signIn(page, max);
  await eventually(() => server.log, (log) => /upstream_groups_kept.*status_503/.test(log));
  entra.faults.graphDown = false;
  assert.deepEqual(await names(max), before);
});

hubJourney('G2_19_the_directory_is_followed_between_sign_ins', async ({ page }) => {
  await signIn(page, uma);
  assert.equal((await names(uma)).length, 5);
  await hub.setProvider(kTenant, { ...settings, directorySync: 'true', directorySyncSeconds: '5' });
  await eventually(() => server.log, (log) => /upstream_directory_synced/.test(log));
  // Around a group of hers, so that she is in it, too; and one of hers under a new name.
  const [one, two] = [...directory.groups.values()].filter((group) => group.members.has(uma.oid));
  directory.groups.set('9c000000-0000-4000-8000-000000000001', { id: '9c000000-0000-4000-8000-000000000001', displayName: 'Around', members: new Set([one.id]) });
  two.displayName = 'Two';
  const calls = entra.graphCalls.length;
  await eventually(() => names(uma), (seen) => seen.includes('/entra-id/Around') && seen.includes('/entra-id/Two'));
  assert.ok(entra.graphCalls.slice(calls).some((call) => call.includes('$batch')));
  assert.equal(entra.graphCalls.slice(calls).filter((call) => call.includes('/me')).length, 0);
  // Gone there: the session here ends and the account is stopped.
  const { id } = await hub.user(uma.upn);
  assert.equal((await hub.admin('GET', `users/${id}/sessions`)).json().length > 0, true);
  uma.enabled = false;
  await eventually(() => hub.user(uma.upn), (user) => user.enabled === false);
  assert.deepEqual((await hub.admin('GET', `users/${id}/sessions`)).json(), []);
  uma.enabled = true;
  await eventually(() => hub.user(uma.upn), (user) => user.enabled === true);
});
