// A service shows the token that Microsoft's own client got for it at Entra ID, and gets ours (guides.md G2.6): no secret
// of it is known here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { after, before, test } from 'node:test';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';

import { request } from '../support/form_browser.mjs';
import { kOtherTenant, kTenant } from '../support/entra/directory.mjs';
import { kSlug, startHub } from '../support/hub.mjs';
import { msalNetwork } from '../support/msal_network.mjs';

const hub = await startHub({ config: { supportsClientAssertions: 'true' } });
after(() => hub.stop());
const { entra, server, app, admin } = hub;
const kClient = 'job-runner';
const kType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
entra.appRoles = ['Job.Run'];
let account;

before(async () => {
  const made = await admin('POST', 'clients', { clientId: kClient, serviceAccountsEnabled: true, standardFlowEnabled: false, clientAuthenticatorType: 'federated-jwt',
    attributes: { 'jwt.credential.issuer': kSlug, 'jwt.credential.audience': `api://${app.id} ${app.id}`, 'jwt.credential.sub': app.id, 'jwt.credential.roles': 'Job.Run' } });
  assert.equal(made.status, 201, made.text);
  const [client] = (await admin('GET', `clients?clientId=${kClient}`)).json();
  account = (await admin('GET', `clients/${client.id}/service-account-user`)).json();
});

async function tokenOfEntra(tenant = kTenant) {
  const client = new ConfidentialClientApplication({
    auth: { clientId: app.id, clientSecret: app.secret, authority: `${entra.origin}/${tenant}`, knownAuthorities: [new URL(entra.origin).host] },
    system: { networkClient: msalNetwork(new https.Agent({ ca: readFileSync(entra.ca) })) },
  });
  return keep((await client.acquireTokenByClientCredential({ scopes: [`api://${app.id}/.default`] })).accessToken);
}

function keep(token) {
  server.keepSecret(token);
  return token;
}

async function ask(form, url = `${server.base}/application/o/token/`) {
  const answer = await request(url, { method: 'POST', ca: server.ca, form: { grant_type: 'client_credentials', client_id: kClient, ...form } });
  if (answer.status === 200) keep(answer.json().access_token);
  return answer;
}
const asAssertion = (token) => ({ client_assertion_type: kType, client_assertion: token });

test('G2_21_a_token_that_msal_got_at_entra_is_exchanged_here', async () => {
  const foreign = await tokenOfEntra();
  const answer = await ask({ ...asAssertion(foreign), scope: 'profile' });
  assert.equal(answer.status, 200, answer.text);
  const body = answer.json();
  assert.equal(body.refresh_token, undefined);
  assert.ok(body.scope.split(' ').includes('profile'));
  const keys = (await request(server.endpoint('certs'), { ca: server.ca })).json();
  const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(keys), { issuer: server.issuer() });
  assert.equal(payload.sub, account.id);
  assert.equal(payload.azp, kClient);
  assert.ok(payload.exp <= decodeJwt(foreign).exp);

  const short = await ask(asAssertion(keep(await entra.appToken(kTenant, { audience: app.id, roles: ['Job.Run'], life: 30 }))));
  assert.ok(short.json().expires_in <= 30);
});

test('G2_26_the_token_in_client_secret_and_the_realms_own_endpoint_are_the_same', async () => {
  const foreign = await tokenOfEntra();
  for (const answer of [await ask({ client_secret: foreign }), await ask(asAssertion(foreign), server.endpoint('token')), await ask(asAssertion(foreign), `${server.endpoint('token')}/`)]) {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(decodeJwt(answer.json().access_token).sub, account.id);
  }
});

test('tokens of graph, of another tenant, of too few roles and of people are refused', async () => {
  const kinds = {
    audience: await entra.appToken(kTenant, { audience: 'https://graph.microsoft.com', roles: ['Job.Run'] }),
    issuer: await entra.appToken(kOtherTenant, { audience: app.id, roles: ['Job.Run'] }),
    roles: await entra.appToken(kTenant, { audience: app.id, roles: ['Other'] }),
    person: await entra.appToken(kTenant, { audience: app.id, roles: ['Job.Run'], claims: { scp: 'access_as_user' } }),
  };
  for (const [what, token] of Object.entries(kinds)) {
    const answer = await ask(asAssertion(keep(token)));
    assert.equal(answer.status, 400, what);
    assert.equal(answer.json().error, 'invalid_grant', what);
  }
});
