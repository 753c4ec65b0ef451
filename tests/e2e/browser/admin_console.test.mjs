// The administration console: every page that its menu and links lead to shows its heading, and no request fails, no
// script complains and no error toast comes up.
//
// It visits more than a hundred kinds of pages; of those that are one page for another thing (each key provider, each
// attribute) it visits one, and all of them with CARDEA_E2E_CRAWL=1. What was found is left in
// build/e2e/admin-crawl.json.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after } from 'node:test';

import { kOnlyCardea, startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { fillLogin, journey, picturePath } from '../support/browser.mjs';
import { kConsolePatience, settled, watchConsole } from '../support/console.mjs';
import { crawl } from '../support/crawl.mjs';
import { villageRealm } from '../support/realm.mjs';

/// One of what the console has a page for: an organization, a provider with a mapper and somebody who comes by it, a
/// client policy with settings.
const withData = (realm) => {
  realm.organizationsEnabled = true;
  realm.organizations = [{ name: 'Mill', domains: [{ name: 'mill.example' }], groups: [{ name: 'millers', realmRoles: ['offline_access'], subGroups: [{ name: 'night' }] }], members: [{ username: 'ada', membershipType: 'UNMANAGED' }] }];
  realm.identityProviders = [{ alias: 'hub', providerId: 'oidc', enabled: true, config: { clientId: 'village', clientSecret: 'hub-secret-31',
    issuer: 'https://hub.example', authorizationUrl: 'https://hub.example/authorize', tokenUrl: 'https://hub.example/token', jwksUrl: 'https://hub.example/keys', useJwksUrl: 'true' } }];
  realm.identityProviderMappers = [{ name: 'from the hub', identityProviderAlias: 'hub', identityProviderMapper: 'hardcoded-attribute-idp-mapper',
    config: { syncMode: 'INHERIT', attribute: 'from', 'attribute.value': 'hub' } }];
  realm.users.find(({ username }) => username === 'ada').federatedIdentities = [{ identityProvider: 'hub', userId: '7', userName: 'ada@hub' }];
  realm.clientProfiles = { profiles: [{ name: 'careful', description: 'Of care', executors: [
    { executor: 'secure-redirect-uris-enforcer', configuration: { 'allow-permitted-domains': ['mill.example'], 'oauth-2-1-compliant': 'true' } },
    { executor: 'secure-request-object', configuration: { 'available-period': '600', 'verify-nbf': true } }] }] };
  realm.clientPolicies = { policies: [{ name: 'cautious', enabled: false, profiles: ['careful'], conditions: [
    { condition: 'client-access-type', configuration: { type: ['public'] } },
    { condition: 'client-attributes', configuration: { attributes: JSON.stringify([{ key: 'strict', value: 'yes' }]) } }] }] };
};
const server = await startServer({ realm: villageRealm({}, withData) });
server.keepSecret('hub-secret-31');
after(() => server.stop());

const kPages = 3; // that walk side by side

/// The console asks the realm that is shown for the administrator, who is somebody of master; its page of a provider's
/// mapper leaves a field without a label.
const kOfTheConsole = [/GET \/admin\/realms\/village\/users\/:id -> 404/,
  /^\/identity-providers\/oidc\/hub\/mappers\/:id Text input: Text input requires either an id or aria-label/];

async function signIn(page, realm = 'master', { home = 'master', person = server.admin } = {}) {
  page.setDefaultTimeout(kConsolePatience);
  await page.goto(`${server.base}/admin/${home}/console/#/${realm}`);
  await fillLogin(page, person.username, person.password);
  await page.getByTestId('page-header').waitFor();
  await settled(page);
}

journey('the_first_page_shows_the_menu', kOnlyCardea, async ({ page }) => {
  const watch = watchConsole(page);
  await signIn(page);
  await page.getByTestId('nav-item-clients').waitFor();
  assert.equal(await page.locator('#nav-item-user-federation').isVisible(), false);
  assert.deepEqual(await watch.take(), []);
  await page.screenshot({ path: picturePath('admin-first-page'), fullPage: true });
});

/// Pages that are another one once more.
const kTwins = process.env.CARDEA_E2E_CRAWL ? /^$/ : new RegExp(['^/groups/:id/:id', '/attributes/(email|firstName|lastName)/', '/keys/providers/:id/(hmac|rsa-enc|rsa)-',
  '/client-registration/anonymous/(consent-required|scope|max-clients|:id)/', '/client-registration/authenticated/:id/', '^/clients/:id/roles/:id/(associated|attributes|users|events)',
  '^/(realm-settings/events|clients/list|users/list|events/user-events|authentication/flows)$'].join('|'));
/// Where the walk begins, and forms behind buttons.
const kLook = ['/clients'];
/// Of all clients the one that has most pages: it proves itself, and has an account.
async function startsToLook() {
  const { id } = await new AdminApi(server, 'village').client('robot');
  return [`/clients/${id}/settings`, ...kLook];
}
const kMake = ['/users/add-user', '/clients/initialAccessToken/create', '/identity-providers/oidc/add', '/identity-providers/keycloak-oidc/add', '/identity-providers/oauth2/add', '/identity-providers/jwt-authorization-grant/add',
  '/identity-providers/github/add', '/realm-settings/client-policies/profiles/add-profile', '/realm-settings/client-policies/policies/add-client-policy'];
const kHeadings = { '/clients': 'Clients', '/client-scopes': 'Client scopes', '/roles': 'Realm roles', '/users': 'Users', '/groups': 'Groups', '/sessions': 'Sessions', '/events': 'Events',
  '/realm-settings/general': 'The Village', '/authentication': 'Authentication', '/identity-providers': 'Identity providers', '/organizations': 'Organizations' };

/// Fails when a page that was found complains, or has no heading. `fewest`: how many kinds of pages there are at least.
async function crawlWithoutErrors(shown, name, { starts, fewest }) {
  const pages = await crawl(shown, 'village', { starts, skips: kTwins });
  writeFileSync(picturePath(name).replace(/png$/, 'json'), JSON.stringify(pages, null, 1));
  const wrong = {};
  for (const { kind, complaints, heading } of pages) {
    const rest = complaints.filter((words) => !kOfTheConsole.some((known) => known.test(`${kind} ${words}`)));
    if (!heading) rest.push('no heading');
    if (kHeadings[kind] && !heading.startsWith(kHeadings[kind])) rest.push(`its heading is ${heading}`);
    if (rest.length) wrong[kind] = rest;
  }
  assert.deepEqual(wrong, {});
  assert.ok(pages.length > fewest, `only ${pages.length} pages were found`);
}

/// Pages that show the console to the person who is signed in on `page`.
async function severalOf(page, beside) {
  const pages = [page];
  while (pages.length < kPages) {
    const more = await beside();
    more.setDefaultTimeout(kConsolePatience);
    await more.goto(page.url());
    await more.getByTestId('page-header').waitFor();
    await settled(more);
    pages.push(more);
  }
  return pages;
}

journey('no_page_leads_to_an_error', kOnlyCardea, async ({ page, beside }) => {
  await signIn(page, 'village');
  await crawlWithoutErrors(await severalOf(page, beside), 'admin-crawl', { starts: [...await startsToLook(), ...kMake], fewest: 150 });
});

journey('no_page_leads_to_an_error_for_one_who_may_only_look', kOnlyCardea, async ({ page, beside }) => {
  const admin = new AdminApi(server, 'village');
  const person = { username: 'viewer', password: server.keepSecret('viewer-pass-4711') };
  const id = await admin.make('/users', { username: person.username, email: 'viewer@example.com', firstName: 'Vi', lastName: 'Ewer', enabled: true,
    credentials: [{ type: 'password', value: person.password, temporary: false }] });
  const { id: management } = await admin.client('realm-management');
  const roles = (await admin.get(`/clients/${management}/roles`)).filter(({ name }) => /^(view|query)-/.test(name));
  await admin.send('POST', `/users/${id}/role-mappings/clients/${management}`, roles.map(({ id: role, name }) => ({ id: role, name })));
  await signIn(page, 'village', { home: 'village', person });
  await crawlWithoutErrors(await severalOf(page, beside), 'admin-crawl-view-only', { starts: await startsToLook(), fewest: 130 });
});
