// Provisioned by SCIM as Entra ID does it, then signing in by OAuth (guides.md G2.7), in a browser against the stand-in.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { kTenant } from '../support/entra/directory.mjs';
import { request } from '../support/form_browser.mjs';
import { hubJourney, kSlug, landed, signInUpstream, startHub } from '../support/hub.mjs';

const hub = await startHub();
after(() => hub.stop());
const { entra, server } = hub;
const uma = entra.directory.find('uma@contoso.example');

/// Sent as Entra ID sends it; below authentik's path, which the guide's tenant URL has.
function scim(token, method, path, body) {
  return request(`${server.base}/source/scim/${kSlug}/v2/${path}`, { method, ca: server.ca,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json; charset=utf-8' }, body: body && JSON.stringify(body) });
}
async function turnOn() {
  await hub.setProvider(kTenant, { scim: 'true' });
  const made = await hub.admin('POST', `identity-provider/instances/${kSlug}/scim-token`);
  assert.equal(made.status, 200, made.text);
  const { token, url } = made.json();
  server.keepSecret(token);
  assert.equal(url, `${server.base}/realms/village/broker/${kSlug}/scim/v2`);
  return token;
}
async function codeOf(page) {
  await page.context().clearCookies();
  await signInUpstream(hub, page, uma.upn);
  return landed(hub, page);
}
async function subjectOf(page) {
  const answer = await request(server.endpoint('token'), { method: 'POST', ca: server.ca,
    form: { grant_type: 'authorization_code', code: await codeOf(page), redirect_uri: `${hub.application.origin}/callback`, client_id: 'web', client_secret: 'web-secret-1' } });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(Buffer.from(answer.json().access_token.split('.')[1], 'base64url')).sub;
}

hubJourney('G2_31_who_was_provisioned_with_the_object_id_signs_in_as_the_same_user', async ({ page }) => {
  const token = await turnOn();
  const wrong = await scim(`${token}x`, 'GET', 'Users');
  assert.equal(wrong.status, 401, wrong.text);
  const test = await scim(token, 'GET', `Users?filter=${encodeURIComponent('userName eq "0d0c7c0e-nobody"')}`); // "Test connection"
  assert.equal(test.status, 200, test.text);
  assert.equal(test.json().totalResults, 0);
  const made = await scim(token, 'POST', 'Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], externalId: uma.oid, userName: uma.upn,
    name: { givenName: uma.givenName, familyName: uma.surname }, emails: [{ primary: true, type: 'work', value: uma.mail }], active: true });
  assert.equal(made.status, 201, made.text);
  const { id } = made.json();
  const before = (await hub.admin('GET', 'users/count')).json();
  uma.upn = 'uma.new@contoso.example'; // neither name nor address have to agree
  uma.mail = 'uma.new@contoso.example';
  assert.equal(await subjectOf(page), id, 'the same user');
  assert.equal((await hub.admin('GET', 'users/count')).json(), before, 'no duplicate');
  const identities = (await hub.admin('GET', `users/${id}/federated-identity`)).json();
  assert.equal(identities.length, 1);
  assert.equal(identities[0].userId, `${kTenant}/${uma.oid}`);
  const group = await scim(token, 'POST', 'Groups', { displayName: 'Readers', externalId: 'g-readers', members: [{ value: id }] });
  assert.equal(group.status, 201, group.text);
  assert.deepEqual((await hub.admin('GET', `users/${id}/groups`)).json().map((each) => each.path), [`/${kSlug}/Readers`]);
  const stopped = await scim(token, 'PATCH', `Users/${id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'active', value: 'False' }] });
  assert.equal(stopped.status, 200, stopped.text);
  assert.deepEqual((await hub.admin('GET', `users/${id}/sessions`)).json(), [], 'stopped there, signed out here (G2-19)');
});
