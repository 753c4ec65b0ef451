// WebAuthn with Chromium's virtual authenticator: a passkey is registered, signs in by itself from the form for the
// name, and a security key is a second factor; then the authenticator application and recovery codes, set up by hand
// and used, without scripts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { totpCode as code } from '../support/one_time_codes.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const port = await freePort();

const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => {
  realm.webAuthnPolicyPasswordlessPasskeysEnabled = true;
  const find = (name) => realm.users.find(({ username }) => username === name);
  find('ada').requiredActions = ['webauthn-register-passwordless'];
  find('bert').requiredActions = ['webauthn-register'];
  find('cleo').requiredActions = ['CONFIGURE_TOTP'];
  find('dora').requiredActions = ['CONFIGURE_RECOVERY_AUTHN_CODES'];
  const factors = [
    ['conditional-user-configured', 'REQUIRED', 10], ['auth-otp-form', 'ALTERNATIVE', 30],
    ['webauthn-authenticator', 'ALTERNATIVE', 40], ['auth-recovery-authn-code-form', 'ALTERNATIVE', 50]];
  const step = ([authenticator, requirement, priority]) => ({ authenticator, requirement, priority, authenticatorFlow: false });
  const sub = (flowAlias, requirement, priority) => ({ flowAlias, requirement, priority, authenticatorFlow: true });
  const flow = (alias, topLevel, authenticationExecutions) =>
    ({ alias, topLevel, providerId: 'basic-flow', builtIn: false, authenticationExecutions });
  realm.authenticationFlows = [...(realm.authenticationFlows ?? []),
    flow('with factors', true, [step(['auth-cookie', 'ALTERNATIVE', 10]), sub('factor forms', 'ALTERNATIVE', 20)]),
    flow('factor forms', false, [step(['auth-username-password-form', 'REQUIRED', 10]), sub('factors', 'CONDITIONAL', 20)]),
    flow('factors', false, factors.map(step))];
  realm.browserFlow = 'with factors';
}) });
const application = await serveLanding(port);

function signInUrl() {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid' };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function authenticator(page, options) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true, ...options } });
  return {
    touch: (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    verify: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    credentials: async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

async function signedIn(page) {
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/);
}

journey('a_passkey_is_registered_and_signs_in_without_name_and_password', kOnlyCardea, async ({ page, context }) => {
  const key = await authenticator(page);
  await key.touch(false);
  await page.goto(signInUrl());
  await findNothing(page, 'login', 'passkeys');
  await fillLogin(page, 'ada', kPeople.ada);
  await page.locator('#registerWebAuthn').waitFor();
  await findNothing(page, 'webauthn-register');
  await page.locator('#authenticatorLabel').fill('My laptop');
  await key.touch(true);
  await page.locator('#registerWebAuthn').click();
  await signedIn(page);
  assert.equal((await key.credentials()).length, 1);

  await context.clearCookies();
  await key.touch(false);
  await page.goto(signInUrl());
  // A key that is touched answers what the browser offers by itself; whoever is faster, it or the button.
  await key.touch(true);
  await page.locator('#authenticateWebAuthnButton').click({ timeout: 3000 }).catch(() => {});
  await signedIn(page);

  // The browser offers it by itself where the name is typed.
  await context.clearCookies();
  await page.goto(signInUrl());
  await signedIn(page);
  assert.ok((await key.credentials())[0].signCount > 0);

  // Nobody entered a PIN or gave a fingerprint: then it stands for no password.
  await context.clearCookies();
  await key.touch(false);
  await page.goto(signInUrl());
  await key.verify(false);
  await key.touch(true);
  await page.locator('#authenticateWebAuthnButton').click();
  await page.locator('#webauthn-error').waitFor({ state: 'visible' });
});

journey('a_security_key_is_a_second_factor', kOnlyCardea, async ({ page, context }) => {
  const key = await authenticator(page, { protocol: 'u2f', transport: 'usb', hasResidentKey: false, hasUserVerification: false, isUserVerified: false });
  await page.goto(signInUrl());
  await fillLogin(page, 'bert', kPeople.bert);
  await page.locator('#registerWebAuthn').click();
  await signedIn(page);

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'bert', kPeople.bert);
  await page.locator('#authenticateWebAuthnButton').waitFor();
  await findNothing(page, 'webauthn-authenticate');
  await page.locator('#authenticateWebAuthnButton').click();
  await signedIn(page);
  assert.ok((await key.credentials())[0].signCount > 1);
});

journey('an_application_is_set_up_by_hand_and_used_without_scripts', { ...kOnlyCardea, javaScriptEnabled: false }, async ({ page, context }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'cleo', kPeople.cleo);
  const secret = await page.locator('#totpSecret').getAttribute('value');
  await page.locator('#kc-totp-secret-qr-code').waitFor();
  await page.locator('#mode-manual').click();
  await page.locator('#kc-totp-secret-key').waitFor();
  assert.equal(await page.locator('#totpSecret').getAttribute('value'), secret);
  await page.locator('#totp').fill('000000');
  await page.locator('#saveTOTPBtn').click();
  await page.getByText('Invalid authenticator code.').waitFor();
  await page.locator('#totp').fill(code(secret));
  await page.locator('#userLabel').fill('Phone');
  await page.locator('#saveTOTPBtn').click();
  await signedIn(page);

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'cleo', kPeople.cleo);
  await page.locator('#otp').fill(code(secret, 1));
  await page.locator('#kc-login').click();
  await signedIn(page);
});

journey('recovery_codes_are_made_and_each_is_used_once', kOnlyCardea, async ({ page }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'dora', kPeople.dora);
  await page.locator('#kc-recovery-codes-list').waitFor();
  await findNothing(page, 'login-recovery-code-config');
  const codes = await page.locator('#kc-recovery-codes-list code').allInnerTexts();
  assert.equal(codes.length, 12);
  await page.locator('#kcRecoveryCodesConfirmationCheck').check();
  await page.locator('#saveRecoveryAuthnCodesBtn').click();
  await signedIn(page);

  await page.context().clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'dora', kPeople.dora);
  await page.getByText('Recovery code #1').waitFor();
  await findNothing(page, 'login-recovery-code');
  await page.locator('#recoveryCodeInput').fill('AAAA-BBBB-CCCC-DDDD');
  await page.locator('#kc-login').click();
  await page.getByText('Invalid recovery authentication code').waitFor();
  await page.locator('#recoveryCodeInput').fill(codes[0].toLowerCase());
  await page.locator('#kc-login').click();
  await signedIn(page);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
