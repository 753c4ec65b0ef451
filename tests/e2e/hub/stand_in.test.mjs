// The stand-in for Entra ID, judged by Microsoft's own client: what msal-node takes for Entra is not only our belief.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { after, test } from 'node:test';
import { ConfidentialClientApplication } from '@azure/msal-node';

import { FormBrowser } from '../support/form_browser.mjs';
import { kOtherTenant, kPassword, kTenant } from '../support/entra/directory.mjs';
import { startEntra } from '../support/entra/entra.mjs';
import { msalNetwork } from '../support/msal_network.mjs';

const kCallback = 'http://localhost:9/callback';
const app = { id: '0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001', secret: 'app-secret-value-1', redirectUris: [kCallback] };
const entra = await startEntra({ app });
after(() => entra.close());
const agent = new https.Agent({ ca: readFileSync(entra.ca) });

const networkClient = msalNetwork(agent);

function msal(tenant, secret = app.secret) {
  return new ConfidentialClientApplication({
    auth: { clientId: app.id, clientSecret: secret, authority: `${entra.origin}/${tenant}`, knownAuthorities: [new URL(entra.origin).host] },
    system: { networkClient },
  });
}

async function codeFor(url, login) {
  const browser = new FormBrowser({ ca: readFileSync(entra.ca) });
  let page = await browser.open(url, { until: kCallback });
  if (/Pick an account/.test(page.text)) page = await browser.submit(page, { login }, { until: kCallback });
  page = await browser.submit(page, { login, password: kPassword, go: 'yes' }, { until: kCallback });
  return new URL(page.url).searchParams;
}

for (const tenant of [kTenant, 'common']) {
  test(`msal signs somebody in by the code flow at ${tenant === kTenant ? 'a tenant' : tenant}`, async () => {
    const client = msal(tenant);
    const url = await client.getAuthCodeUrl({ scopes: [`${entra.origin}/User.Read`], redirectUri: kCallback, nonce: 'n-1', state: 's-1' });
    const answer = await codeFor(url, 'uma@contoso.example');
    assert.equal(answer.get('state'), 's-1');
    const result = await client.acquireTokenByCode({ code: answer.get('code'), scopes: [`${entra.origin}/User.Read`], redirectUri: kCallback });
    const uma = entra.directory.find('uma@contoso.example');
    assert.equal(result.idTokenClaims.oid, uma.oid);
    assert.equal(result.tenantId, kTenant);
    assert.equal(result.idTokenClaims.iss, `${entra.origin}/${kTenant}/v2.0`);
    assert.equal(result.idTokenClaims.groups.length, 5);
    assert.notEqual(result.idTokenClaims.sub, uma.oid, 'sub is pairwise');
  });
}

test('msal gets a token for the application alone', async () => {
  const result = await msal(kTenant).acquireTokenByClientCredential({ scopes: [`api://${app.id}/.default`] });
  const claims = JSON.parse(Buffer.from(result.accessToken.split('.')[1], 'base64url'));
  assert.equal(claims.aud, app.id);
  assert.equal(claims.azp, app.id);
});

test('msal reads the error numbers', async () => {
  const refused = msal(kTenant, 'wrong').acquireTokenByClientCredential({ scopes: [`api://${app.id}/.default`] });
  await assert.rejects(refused, (error) => error.errorCode === 'invalid_client' && /AADSTS7000215/.test(error.errorMessage));
  const unknown = msal('no-such-tenant').acquireTokenByClientCredential({ scopes: [`api://${app.id}/.default`] });
  await assert.rejects(unknown);
});

test('somebody of another tenant, a disabled account and a wrong password are shown an error', async () => {
  const url = await msal(kTenant).getAuthCodeUrl({ scopes: ['openid'], redirectUri: kCallback });
  for (const [login, password, number] of [['eva@fabrikam.example', kPassword, 50034], ['dan@contoso.example', kPassword, 50057], ['uma@contoso.example', 'x', 50126]]) {
    const browser = new FormBrowser({ ca: readFileSync(entra.ca) });
    const page = await browser.open(url, { until: kCallback });
    const answer = await browser.submit(page, { login, password, go: 'yes' }, { until: kCallback });
    assert.match(answer.text, new RegExp(`AADSTS${number}`));
  }
  assert.ok(entra.directory.tenants.includes(kOtherTenant));
});
