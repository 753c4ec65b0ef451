// People who sign in at Entra ID, as the guide sets it up (guides.md G2): in a browser, against the stand-in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';

import { kConsumers, kOtherTenant, kPassword, kTenant } from '../support/entra/directory.mjs';
import { findNothing } from '../support/axe.mjs';
import { FormBrowser, unescapeHtml } from '../support/form_browser.mjs';
import { hubJourney, kSlug, landed, signInUpstream, startHub } from '../support/hub.mjs';

const hub = await startHub();
after(() => hub.stop());
const { entra, server } = hub;
const uma = entra.directory.find('uma@contoso.example');

async function complaint(page) {
  const found = page.locator('#input-error, #kc-error-message, .alert-error').first();
  await found.waitFor();
  return found.innerText();
}

hubJourney('G2_01_the_first_sign_in_makes_the_account_and_the_connection', async ({ page }) => {
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  const made = await hub.user(uma.upn);
  assert.equal(made.username, uma.upn);
  assert.equal(made.email, uma.mail);
  assert.equal(`${made.firstName} ${made.lastName}`, uma.displayName);
  assert.equal(made.emailVerified, false);
  assert.deepEqual((await hub.identities(uma.upn)).map(({ identityProvider, userId }) => [identityProvider, userId]), [[kSlug, `${kTenant}/${uma.oid}`]]);
});

hubJourney('G2_02_the_second_sign_in_finds_the_account_though_name_and_address_changed', async ({ page }) => {
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  const before = await hub.user(uma.upn);
  const old = { ...uma };
  Object.assign(uma, { upn: 'uma.new@contoso.example', mail: 'uma.new@contoso.example', surname: 'Sun' });
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  const found = await hub.user(old.upn);
  assert.equal(found.id, before.id, 'the same account');
  assert.equal(found.email, 'uma.new@contoso.example');
  assert.equal(found.lastName, 'Sun');
  assert.equal(await hub.user('uma.new@contoso.example'), undefined, 'no second account');
  Object.assign(uma, old);
});

hubJourney('G2_04_a_missing_a_wrong_and_another_browsers_state_are_refused', async ({ page }) => {
  const callback = `${server.base}/source/oauth/callback/${kSlug}/`;
  const users = async () => (await hub.admin('GET', 'users/count')).text;
  const before = await users();
  for (const query of ['?code=abc', '?code=abc&state=wrong']) {
    const answer = await page.goto(callback + query);
    assert.equal(answer.status(), 400);
    assert.match(await page.innerText('body'), /State check failed/);
  }
  // The state of another browser: its way back, stopped before the last step, opened here.
  const stranger = new FormBrowser({ ca: [readFileSync(entra.ca), server.ca] });
  const button = unescapeHtml(/id="social-entra-id"[^>]*href="([^"]*)"/.exec((await stranger.open(hub.signInUrl())).text)[1]);
  const theirs = await stranger.submit(await stranger.open(button), { login: 'max@contoso.example', password: kPassword, go: 'yes' }, { until: callback });
  assert.ok(theirs.url.startsWith(`${callback}?code=`), theirs.url);
  server.keepSecret(new URL(theirs.url).searchParams.get('code'));
  const answer = await page.goto(theirs.url);
  assert.equal(answer.status(), 400);
  assert.match(await page.innerText('body'), /State check failed/);
  assert.equal(await users(), before, 'nothing was created');
  await signInUpstream(hub, page, uma.upn); // a second click works
  await landed(hub, page);
});

hubJourney('G2_05_the_answer_may_come_as_a_form_post', async ({ page }) => {
  await hub.setProvider(kTenant, { responseMode: 'form_post' });
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  assert.ok(posts.some((url) => url.startsWith(`${server.base}/source/oauth/callback/`)), `${posts}`);
  await hub.setProvider();
});

hubJourney('G2_07_a_callback_works_once', async ({ page }) => {
  let callback;
  page.on('request', (request) => {
    if (request.url().startsWith(`${server.base}/source/oauth/callback/`)) callback = request.url();
  });
  await signInUpstream(hub, page, uma.upn);
  await landed(hub, page);
  server.keepSecret(new URL(callback).searchParams.get('code'));
  const again = await page.goto(callback);
  assert.equal(again.status(), 400);
  assert.match(await page.innerText('body'), /State check failed/);
  await page.goto(hub.signInUrl({ prompt: 'none' })); // the first session stays
  await landed(hub, page);
});

hubJourney('G2_16_common_lets_in_only_the_tenants_on_the_list', async ({ page }) => {
  await hub.setProvider('common', { allowedTenants: kTenant });
  entra.graphCalls.length = 0;
  await signInUpstream(hub, page, 'eva@fabrikam.example', { tenantPicker: true });
  assert.match(await complaint(page), /Tenant not allowed/);
  assert.deepEqual(entra.graphCalls, [], 'refused before any call to Graph');
  assert.equal(await hub.user('eva@fabrikam.example'), undefined);
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn, { tenantPicker: true });
  await landed(hub, page);
  await hub.setProvider();
});

hubJourney('G2_17_personal_accounts_are_refused_unless_allowed', async ({ page }) => {
  await hub.setProvider('common', { allowedTenants: '*' }); // any organization; without the list nobody
  await signInUpstream(hub, page, 'pia@outlook.example', { tenantPicker: true });
  assert.match(await complaint(page), /Tenant not allowed/);
  assert.equal(await hub.user('pia@outlook.example'), undefined);
  await hub.setProvider('common', { allowedTenants: `${kTenant} ${kConsumers}` });
  await page.context().clearCookies();
  await signInUpstream(hub, page, 'pia@outlook.example', { tenantPicker: true });
  await landed(hub, page);
  await hub.setProvider();
});

hubJourney('G2_18_the_issuer_template_fits_the_tokens_own_tenant_and_the_key_fits_the_issuer', async ({ page }) => {
  await hub.setProvider('common', { allowedTenants: `${kTenant} ${kOtherTenant}` });
  await signInUpstream(hub, page, 'eva@fabrikam.example', { tenantPicker: true });
  await landed(hub, page); // her tenant, her issuer
  await page.context().clearCookies();
  entra.faults.claims = { tid: kOtherTenant }; // the issuer of one tenant, the id of another
  entra.build();
  await signInUpstream(hub, page, uma.upn, { tenantPicker: true });
  assert.match(await complaint(page), /Unexpected error/);
  delete entra.faults.claims;
  entra.build();
  await page.context().clearCookies();
  entra.faults.keyIssuer = entra.issuer(kConsumers); // a key for personal accounts, at an address not read yet
  await hub.setProvider('common', { allowedTenants: kTenant, jwksUrl: `${entra.origin}/organizations/discovery/v2.0/keys` });
  await signInUpstream(hub, page, uma.upn, { tenantPicker: true });
  assert.match(await complaint(page), /Unexpected error/);
  assert.match(server.log, /id_token_key_of_other_issuer/);
  delete entra.faults.keyIssuer;
  await hub.setProvider();
});

hubJourney('a_disabled_account_is_stopped_at_entra', async ({ page }) => {
  await signInUpstream(hub, page, 'dan@contoso.example');
  assert.match(await page.innerText('#complaint'), /AADSTS50057/);
});

hubJourney('G2_20_saying_no_at_entra_leads_to_a_readable_page', async ({ page }) => {
  await signInUpstream(hub, page, uma.upn, { go: '#decline' });
  assert.match(await complaint(page), /Access denied when authenticating with identity provider/);
  assert.doesNotMatch(await page.innerText('body'), /AADSTS65004/);
});

hubJourney('an_account_that_exists_is_linked_once_its_owner_signed_in_to_it', async ({ page }) => {
  const max = entra.directory.find('max@contoso.example');
  const password = server.keepSecret('max-local-pass-9');
  const made = await hub.admin('POST', 'users', { username: max.upn, email: max.mail, firstName: 'Max', lastName: 'Ray', enabled: true,
    credentials: [{ type: 'password', value: password, temporary: false }] });
  assert.equal(made.status, 201, made.text);
  await signInUpstream(hub, page, max.upn);
  await page.locator('#linkAccount').waitFor();
  await findNothing(page, 'login-idp-link-confirm');
  assert.match(await page.innerText('#kc-link-message'), /max@contoso\.example.*Entra ID/);
  assert.deepEqual(await hub.identities(max.upn), [], 'not linked by saying so');
  await page.locator('#linkAccount').click();
  assert.equal(await page.locator('#username').inputValue(), max.upn);
  assert.equal(await page.locator('#username').getAttribute('readonly'), '');
  await page.locator('#password').fill(password);
  await page.locator('#kc-login').click();
  await landed(hub, page);
  assert.deepEqual((await hub.identities(max.upn)).map(({ userId }) => userId), [`${kTenant}/${max.oid}`]);
  await page.context().clearCookies();
  await signInUpstream(hub, page, max.upn); // from now on Entra is enough
  await landed(hub, page);
});

hubJourney('a_hint_goes_to_entra_at_once', async ({ page }) => {
  await page.goto(hub.signInUrl({ kc_idp_hint: kSlug }));
  await page.locator('#password').waitFor();
  assert.ok(page.url().startsWith(entra.origin), page.url());
});

test('the console reads a discovery document', async () => {
  const fromUrl = `${entra.origin}/${kTenant}/v2.0/.well-known/openid-configuration`;
  const read = await hub.admin('POST', 'identity-provider/import-config', { providerId: 'oidc', fromUrl });
  assert.equal(read.status, 200, read.text);
  const config = read.json();
  assert.equal(config.issuer, entra.issuer(kTenant));
  assert.equal(config.jwksUrl, `${entra.origin}/${kTenant}/discovery/v2.0/keys`);
  for (const wrong of ['', 'file:///etc/passwd', 'http://192.0.2.1/', `${entra.origin}/${kTenant}/discovery/v2.0/keys`, `${entra.origin}/nobody/v2.0/.well-known/openid-configuration`]) {
    assert.equal((await hub.admin('POST', 'identity-provider/import-config', { providerId: 'oidc', fromUrl: wrong })).status, 400, wrong);
  }
});
