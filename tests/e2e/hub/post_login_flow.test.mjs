// A flow that the provider asks for after each sign-in at Entra ID (postBrokerLoginFlowAlias; keycloak.md section 5.6): a code of
// ours on top. Made with the admin API as the console does it, and gone through in a browser.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { findNothing } from '../support/axe.mjs';
import { kTenant } from '../support/entra/directory.mjs';
import { hubJourney, kSlug, landed, signInUpstream, startHub } from '../support/hub.mjs';
import { totpCode } from '../support/one_time_codes.mjs';

const hub = await startHub();
after(() => hub.stop());
const { entra, server } = hub;
const uma = entra.directory.find('uma@contoso.example');
const kFlow = 'after entra';
const flows = 'authentication/flows';
let secret;

async function made(method, path, body, wanted) {
  const answer = await hub.admin(method, path, body);
  assert.equal(answer.status, wanted, `${method} ${path}: ${answer.text}`);
  return answer;
}
const provider = async () => (await made('GET', `identity-provider/instances/${kSlug}`, undefined, 200)).json();

/// Does this browser have a session? Asked in a page of its own, so that the one that is open stays.
async function isSignedIn(context) {
  const page = await context.newPage();
  await page.goto(hub.signInUrl({ prompt: 'none' }));
  await page.waitForURL(`${hub.application.origin}/**`);
  const answer = new URL(page.url()).searchParams;
  await page.close();
  if (answer.get('code')) server.keepSecret(answer.get('code'));
  else assert.equal(answer.get('error'), 'login_required');
  return answer.has('code');
}

hubJourney('a_flow_that_is_not_there_is_refused_and_one_that_is_named_stays', async () => {
  const record = { ...await provider(), postBrokerLoginFlowAlias: kFlow };
  const refused = await made('PUT', `identity-provider/instances/${kSlug}`, record, 400);
  assert.deepEqual(refused.json(), { errorMessage: `No available authentication flow with alias: ${kFlow}` });
  assert.equal((await provider()).postBrokerLoginFlowAlias, undefined);
  await made('POST', flows, { alias: kFlow, providerId: 'basic-flow', topLevel: true, builtIn: false }, 201);
  const at = `${flows}/${encodeURIComponent(kFlow)}/executions`;
  await made('POST', `${at}/execution`, { provider: 'auth-otp-form' }, 201);
  const [step] = (await made('GET', at, undefined, 200)).json();
  await made('PUT', at, { ...step, requirement: 'REQUIRED' }, 204);
  await hub.setProvider(kTenant, {}, { postBrokerLoginFlowAlias: kFlow });
  assert.equal((await provider()).postBrokerLoginFlowAlias, kFlow);
  const exported = (await made('POST', 'partial-export', undefined, 200)).json();
  assert.equal(exported.identityProviders.find(({ alias }) => alias === kSlug).postBrokerLoginFlowAlias, kFlow);
  const { id } = (await made('GET', flows, undefined, 200)).json().find(({ alias }) => alias === kFlow);
  await made('DELETE', `${flows}/${id}`, undefined, 400);
});

hubJourney('who_has_no_device_sets_one_up_before_they_are_in', async ({ page, context }) => {
  await signInUpstream(hub, page, uma.upn);
  await page.locator('#kc-totp-settings').waitFor();
  assert.equal(await isSignedIn(context), false);
  secret = await page.locator('#totpSecret').getAttribute('value');
  server.keepSecret(secret);
  await page.locator('#totp').fill(totpCode(secret));
  await page.locator('#userLabel').fill('Phone');
  await page.locator('#saveTOTPBtn').click();
  await landed(hub, page);
});

hubJourney('the_code_is_asked_for_at_the_next_sign_in_and_nobody_is_in_without_it', async ({ page, context }) => {
  await signInUpstream(hub, page, uma.upn);
  await page.locator('#otp').waitFor();
  await findNothing(page, 'login-otp', 'after-a-provider');
  assert.equal(await isSignedIn(context), false);
  await page.locator('#otp').fill('000000');
  await page.locator('#kc-login').click();
  await page.getByText('Invalid authenticator code.').waitFor();
  assert.equal(await isSignedIn(context), false);
  await page.locator('#otp').fill(totpCode(secret, 1)); // that of before counted once
  await page.locator('#kc-login').click();
  await landed(hub, page);
  assert.equal(await isSignedIn(context), true); // and single sign-on asks for nothing
});

hubJourney('who_is_denied_by_the_flow_leaves_nothing_behind', async ({ page, context }) => {
  const max = entra.directory.find('max@contoso.example');
  const at = `${flows}/${encodeURIComponent(kFlow)}/executions`;
  await made('POST', `${at}/execution`, { provider: 'deny-access-authenticator' }, 201);
  const steps = (await made('GET', at, undefined, 200)).json();
  for (const step of steps) await made('PUT', at, { ...step, requirement: step.providerId.startsWith('deny') ? 'REQUIRED' : 'DISABLED' }, 204);
  await signInUpstream(hub, page, max.upn);
  await page.getByText('Access denied').waitFor();
  assert.equal(await hub.user(max.upn), undefined);
  assert.equal(await isSignedIn(context), false);
});
