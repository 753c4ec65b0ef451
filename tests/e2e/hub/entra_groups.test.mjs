// Groups of people who sign in at Entra ID (guides.md G2.8), in a browser against the stand-in. Each sign-in waits for Graph
// (`groupsMaxAge` 0): what happens beside it is in entra_directory.test.mjs.
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
const waits = { groupsMaxAge: '0', groupsRefreshSeconds: '0' };
const withNames = { ...waits, defaultScope: `${entra.origin}/GroupMember.Read.All` };

async function signIn(page, user) {
  await page.context().clearCookies();
  await signInUpstream(hub, page, user.upn);
  await landed(hub, page);
}
const names = async (user) => (await hub.groups(user.upn.replaceAll('#', '_'))).map((group) => group.path).sort();
const ofUma = () => directory.groupsOf(uma.oid, true).map((id) => directory.groups.get(id));

hubJourney('groups_of_the_token_become_groups_below_the_providers_own', async ({ page }) => {
  await hub.setProvider(kTenant, { ...withNames, groupsMode: 'transitive' });
  await signIn(page, uma);
  assert.deepEqual(await names(uma), [1, 2, 3, 4, 5].map((n) => `/entra-id/Group ${n}`));
  const answer = await hub.admin('GET', 'groups?search=Group&briefRepresentation=false');
  assert.equal(answer.status, 200);
});

hubJourney('G2_13_a_renamed_group_stays_the_same_group', async ({ page }) => {
  const before = (await hub.groups(uma.upn)).find((group) => group.name === 'Group 2');
  ofUma()[1].displayName = 'Group two';
  await signIn(page, uma); // names of the same groups are asked for afterwards
  await until('the group to have its new name', async () =>
    (await hub.groups(uma.upn)).find((group) => group.id === before.id)?.name === 'Group two');
  assert.equal((await hub.groups(uma.upn)).length, 5);
});

hubJourney('G2_12_leaving_groups_takes_away_those_of_the_source_alone', async ({ page }) => {
  assert.equal((await hub.admin('POST', 'groups', { name: 'locals' })).status, 201);
  const locals = (await hub.admin('GET', 'groups?search=locals')).json()[0];
  const { id } = await hub.user(uma.upn);
  assert.equal((await hub.admin('PUT', `users/${id}/groups/${locals.id}`)).status, 204);
  ofUma()[0].members.delete(uma.oid);
  await signIn(page, uma);
  assert.deepEqual(await names(uma), ['/entra-id/Group 3', '/entra-id/Group 4', '/entra-id/Group 5', '/entra-id/Group two', '/locals']);
  for (const group of ofUma()) group.members.delete(uma.oid);
  await signIn(page, uma);
  assert.deepEqual(await names(uma), ['/locals']);
});

hubJourney('without_the_permission_the_login_passes_and_groups_stay', async ({ page }) => {
  await signIn(page, max);
  const before = await names(max);
  assert.equal(before.length, 350);
  directory.groups.values().next().value.members.add(max.oid);
  entra.faults.withoutConsent = true;
  await signIn(page, max);
  entra.faults.withoutConsent = false;
  assert.deepEqual(await names(max), before);
  assert.match(server.log, /upstream_groups_kept.*status_403.*GroupMember\.Read\.All/);
  directory.groups.values().next().value.members.delete(max.oid);
});

hubJourney('with_overage_the_token_is_never_taken_for_no_groups', async ({ page }) => {
  await hub.setProvider(kTenant, { ...waits, groupsMode: 'token' });
  const before = await names(max);
  await signIn(page, max);
  assert.deepEqual(await names(max), before);
});

hubJourney('all_groups_nested_or_direct_come_through_all_pages', async ({ page }) => {
  for (const group of directory.groups.values()) group.displayName ??= group.id;
  await hub.setProvider(kTenant, { ...withNames, groupsMode: 'transitive' });
  await signIn(page, max);
  assert.equal((await names(max)).length, 350);
  await hub.setProvider(kTenant, { ...withNames, groupsMode: 'direct' });
  entra.faults.pageMax = 150; // three pages
  entra.graphCalls.length = 0;
  await signIn(page, max);
  entra.faults.pageMax = undefined;
  assert.equal((await names(max)).length, 310);
  assert.equal(entra.graphCalls.filter((call) => call.includes('/memberOf')).length, 3);
});

hubJourney('G2_11_groups_without_names_keep_theirs_and_new_ones_have_their_id', async ({ page }) => {
  const known = ofUma; // nobody's now
  assert.equal(known().length, 0);
  const [one, two] = [...directory.groups.values()].filter((group) => /Group (3|4)$/.test(group.displayName));
  const fresh = { id: '9a000000-0000-4000-8000-00000000ffff', displayName: 'Fresh', members: new Set([uma.oid]) };
  directory.groups.set(fresh.id, fresh);
  for (const group of [one, two]) group.members.add(uma.oid);
  await hub.setProvider(kTenant, { ...waits, groupsMode: 'direct' }); // the scope for names is not asked for
  await signIn(page, uma);
  assert.deepEqual(await names(uma), [`/entra-id/${fresh.id}`, '/entra-id/Group 3', '/entra-id/Group 4', '/locals'].sort());
});

hubJourney('a_next_page_that_leads_elsewhere_gets_no_token', async ({ page }) => {
  await hub.setProvider(kTenant, { ...withNames, groupsMode: 'direct' });
  const before = await names(max);
  entra.faults.pageMax = 150;
  entra.faults.nextLink = 'https://evil.example/v1.0/me/memberOf';
  await signIn(page, max);
  entra.faults.pageMax = entra.faults.nextLink = undefined;
  assert.deepEqual(await names(max), before);
  assert.match(server.log, /next_page_elsewhere/);
});

hubJourney('what_is_filtered_is_never_made', async ({ page }) => {
  const gus = directory.find('gus_partner.example#EXT#@contoso.example');
  for (const name of ['app-users', 'app-admins', 'finance']) {
    const id = `9b000000-0000-4000-8000-${name.padEnd(12, '0').slice(0, 12).replace(/[^0-9a-f]/g, '1')}`;
    directory.groups.set(id, { id, displayName: name, members: new Set([gus.oid]) });
  }
  await hub.setProvider(kTenant, { ...withNames, groupsMode: 'transitive', groupsByName: 'true', groupsAllow: 'app-.*', groupsDeny: '.*-admins' });
  await signIn(page, gus);
  assert.deepEqual(await names(gus), ['/entra-id/app-users']);
  assert.deepEqual((await hub.admin('GET', 'groups?search=finance')).json(), []);
});

// The last: nobody asks that Graph again before its Retry-After is over.
hubJourney('a_throttled_graph_leaves_the_groups_of_the_last_login', async ({ page }) => {
  const before = await names(max);
  entra.faults.throttled = 10;
  await signIn(page, max);
  entra.faults.throttled = 0;
  assert.deepEqual(await names(max), before);
});
