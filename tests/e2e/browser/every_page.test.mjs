// Pages that no other journey shows to axe, each in light without JavaScript and in dark on a phone; then a look at the
// theme's folder: a page that no test shows to axe fails here.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { freePort, kOnlyCardea, kRoot, startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { findNothing, findNothingWithoutScripts } from '../support/axe.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { totpCode } from '../support/one_time_codes.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

/// Parts of pages, shown with those that hold them.
const kParts = ['action-errors', 'cancel-action', 'languages', 'layout', 'logout-sessions', 'other-ways', 'profile-fields',
  'providers', 'webauthn-fields'];
const kActions = ['UPDATE_PROFILE', 'UPDATE_EMAIL', 'CONFIGURE_TOTP', 'CONFIGURE_RECOVERY_AUTHN_CODES', 'delete_account',
  'delete_credential', 'idp_link', 'update_user_locale'];

const port = await freePort();
const kSecret = 'phone-secret-0123456';
const device = { type: 'otp', userLabel: 'Phone', secretData: JSON.stringify({ value: kSecret }), credentialData:
  JSON.stringify({ subType: 'totp', digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' }) };

/// Nobody signs in with it: it is there to be asked about.
const passkey = { type: 'webauthn-passwordless', userLabel: 'Key', secretData: '{}', credentialData:
  JSON.stringify({ aaguid: '00000000-0000-0000-0000-000000000000', credentialId: 'AAECAw', counter: 0, credentialPublicKey: 'AAECAw' }) };

const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => {
  realm.internationalizationEnabled = true;
  realm.supportedLocales = ['en', 'de'];
  realm.defaultLocale = 'en';
  realm.requiredActions = kActions.map((alias, at) => ({ alias, name: alias, providerId: alias, enabled: true, defaultAction: false, priority: at, config: {} }));
  realm.identityProviders = [{ alias: 'away', displayName: 'Far Away', providerId: 'oidc', enabled: true, config: {
    clientId: 'c', clientSecret: 'away-secret-1', authorizationUrl: 'https://away.example/auth', tokenUrl: 'https://away.example/token' } }];
  const step = (authenticator, requirement, priority) => ({ authenticator, requirement, priority, authenticatorFlow: false });
  const sub = (flowAlias, requirement, priority) => ({ flowAlias, requirement, priority, authenticatorFlow: true });
  const flow = (alias, topLevel, authenticationExecutions) => ({ alias, topLevel, providerId: 'basic-flow', builtIn: false, authenticationExecutions });
  realm.authenticationFlows = [
    flow('ways', true, [step('auth-cookie', 'ALTERNATIVE', 10),
      step('identity-provider-redirector', 'ALTERNATIVE', 15), sub('way forms', 'ALTERNATIVE', 20)]),
    flow('way forms', false, [step('auth-username-password-form', 'REQUIRED', 10), sub('factors', 'CONDITIONAL', 20)]),
    flow('factors', false, [step('conditional-user-configured', 'REQUIRED', 10), step('auth-otp-form', 'ALTERNATIVE', 20),
      step('auth-recovery-authn-code-form', 'ALTERNATIVE', 30)]),
    flow('others only', true, [step('identity-provider-redirector', 'ALTERNATIVE', 10)]),
  ];
  realm.browserFlow = 'ways';
  realm.users.find(({ username }) => username === 'bert').credentials.push(device);
  realm.users.find(({ username }) => username === 'ada').credentials.push(passkey);
  realm.users.find(({ username }) => username === 'ada').clientRoles = { account: ['delete-account', 'manage-account'] };
  const web = realm.clients.find(({ clientId }) => clientId === 'web');
  realm.clients.push(
    { ...web, clientId: 'front', name: 'The Front', frontchannelLogout: true, attributes: { 'frontchannel.logout.url': `http://localhost:${port}/bye` } },
    { ...web, clientId: 'others', authenticationFlowBindingOverrides: { browser: 'others only' } },
  );
}) });
const application = await serveLanding(port);
const admin = new AdminApi(server, 'village');

function signInUrl(more = {}) {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid', state: 'here', ...more };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function signIn(page, username = 'ada', more = {}) {
  await page.goto(signInUrl(more));
  await fillLogin(page, username, kPeople[username]);
}

async function landed(page, pattern = /code=/) {
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), pattern);
}

const kLooks = [
  ['light_without_scripts', findNothingWithoutScripts, { javaScriptEnabled: false }],
  ['dark_on_a_phone', findNothing, { colorScheme: 'dark', viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }],
];

for (const [look, judge, options] of kLooks) {
  const shows = (what, steps) => journey(`${what}_in_${look}`, { ...kOnlyCardea, ...options }, steps);

  shows('the_start_page', async ({ page }) => {
    await page.goto(`${server.base}/`);
    await page.locator('#start-admin').waitFor();
    await judge(page, 'start', look);
  });

  shows('the_pages_of_actions', async ({ page }) => {
    await signIn(page);
    await landed(page);
    const open = async (action, selector) => {
      await page.goto(signInUrl({ kc_action: action }));
      await page.locator(selector).waitFor();
    };
    await open('UPDATE_PROFILE', '#kc-update-profile-form');
    await judge(page, 'update-profile', look);
    await open('UPDATE_EMAIL', '#kc-update-email-form');
    await judge(page, 'update-email', look);
    await open('CONFIGURE_TOTP', '#totp');
    await judge(page, 'login-config-totp', look);
    await open('update_user_locale', '#kc-update-locale-form');
    await judge(page, 'update-locale', look);
    await open('idp_link:away', '#kc-continue');
    await judge(page, 'link-idp-action', look);
    await open('delete_account', '#kc-delete-account-form');
    await judge(page, 'delete-account', look);
    await page.locator('#cancel-aia').click();
    await landed(page, /kc_action_status=cancelled/);
    await page.goto(server.endpoint('logout'));
    await page.locator('#kc-logout').click();
    await page.locator('#kc-info-message').waitFor();
    await judge(page, 'info', look);
  });

  shows('the_ways_to_prove_who_one_is', async ({ page, context }) => {
    await signIn(page, 'bert', { kc_action: 'CONFIGURE_RECOVERY_AUTHN_CODES' });
    await page.locator('#otp').fill(totpCode(kSecret, look === kLooks[0][0] ? 0 : 1));
    await page.locator('#kc-login').click();
    if (look === kLooks[0][0]) {
      await page.locator('#kcRecoveryCodesConfirmationCheck').check();
      await page.locator('#saveRecoveryAuthnCodesBtn').click();
      await landed(page);
    }
    await context.clearCookies();
    await signIn(page, 'bert');
    await page.locator('#try-another-way').click();
    await page.locator('#kc-select-credential-form').waitFor();
    await judge(page, 'select-authenticator', look);
  });

  shows('the_question_before_a_credential_goes', async ({ page }) => {
    const { id } = await admin.user('ada');
    const { id: key } = (await admin.get(`/users/${id}/credentials`)).find(({ type }) => type === passkey.type);
    await signIn(page);
    await landed(page);
    await page.goto(signInUrl({ kc_action: `delete_credential:${key}` }));
    await page.locator('#kc-delete-credential-form').waitFor();
    await judge(page, 'delete-credential', look);
  });

  shows('the_login_page_with_providers_and_providers_alone', async ({ page }) => {
    await page.goto(signInUrl());
    await page.locator('#social-away').waitFor();
    await judge(page, 'login', `providers-${look}`);
    await page.goto(signInUrl({ client_id: 'others' }));
    await page.locator('#social-away').waitFor();
    assert.equal(await page.locator('#password').count(), 0);
    await judge(page, 'login-providers', look);
  });

  shows('the_page_that_tells_applications_of_a_logout', async ({ page }) => {
    await signIn(page, 'ada', { client_id: 'front' });
    await landed(page);
    const code = new URL(page.url()).searchParams.get('code');
    const tokens = await fetch(server.endpoint('token'), { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', code,
      client_id: 'front', client_secret: kSecrets.web, redirect_uri: `${application.origin}/callback` }) });
    assert.equal(tokens.status, 200, 'the application is part of the session once it has its tokens');
    await page.goto(server.endpoint('logout'));
    const stays = page.waitForResponse((answer) => answer.url().includes('/logout/logout-confirm'));
    await page.locator('#kc-logout').click();
    assert.equal((await stays).status(), 200);
    await page.getByText('The Front').waitFor();
    await judge(page, 'frontchannel-logout', look);
  });
}

journey('the_page_that_posts_the_answer_needs_no_script', { ...kOnlyCardea, javaScriptEnabled: false }, async ({ page }) => {
  await signIn(page, 'ada', { response_mode: 'form_post' });
  await page.locator('#kc-form-post').waitFor();
  await findNothingWithoutScripts(page, 'form-post');
  await page.locator('#kc-form-post button').click();
  await page.waitForURL(`${application.origin}/callback`);
});

test('refuses_a_page_of_the_theme_that_no_test_shows_to_axe', () => {
  const folder = path.join(kRoot, 'tests/e2e');
  const tests = ['browser', 'hub'].flatMap((name) => readdirSync(path.join(folder, name)).filter((file) => file.endsWith('.test.mjs'))
    .map((file) => readFileSync(path.join(folder, name, file), 'utf8')));
  const shown = new Set(tests.flatMap((text) => [...text.matchAll(/(?:findNothing\w*|judge)\(\w+, '([\w-]+)'/g)].map(([, template]) => template)));
  const pages = readdirSync(path.join(kRoot, 'web/theme/templates')).map((file) => path.basename(file, '.html'));
  for (const template of [...shown, ...kParts]) assert.ok(pages.includes(template), `${template} is no page of the theme`);
  assert.deepEqual(pages.filter((template) => !shown.has(template) && !kParts.includes(template)), []);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
