// What NetBird's management server and its setup script do (guides.md G4.2 to G4.6): discovery read with jq, tokens checked
// with the server's keys without any leeway, people looked up with the service account.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify as verifySignature, X509Certificate } from 'node:crypto';
import { test } from 'node:test';

import { AdminApi } from '../support/admin_api.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { claimsOf } from '../support/sign_in.mjs';
import { kNetbird } from './netbird_walk.mjs';

/// The keys as NetBird reads them: a key with a certificate is taken to be RSA.
export class ManagementServer {
  constructor(issuer, audience) {
    Object.assign(this, { issuer, audience, keys: new Map() });
  }

  async fetchKeys(url) {
    const { keys } = (await request(url)).json();
    this.keys = new Map(keys.map((key) => {
      if (!key.x5c) return [key.kid, createPublicKey({ key, format: 'jwk' })];
      const { publicKey } = new X509Certificate(Buffer.from(key.x5c[0], 'base64'));
      assert.equal(publicKey.asymmetricKeyType, 'rsa', 'a key with x5c is read as RSA');
      return [key.kid, publicKey];
    }));
  }

  /// Empty when the token is good, else why it is not.
  complaint(token) {
    const [head, payload, signature] = token.split('.');
    const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url'));
    const key = this.keys.get(kid);
    if (!key) return 'kid';
    const how = alg.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : key;
    if (!verifySignature(`sha${alg.slice(2)}`, Buffer.from(`${head}.${payload}`), how, Buffer.from(signature, 'base64url'))) return 'signature';
    const { iss, aud, iat, exp } = claimsOf(token);
    if (iss !== this.issuer) return 'issuer';
    if (![aud].flat().includes(this.audience)) return 'audience';
    const now = Date.now() / 1000;
    return iat > now ? 'iat' : exp <= now ? 'exp' : '';
  }
}

export function managementScenarios(server, backend) {
  const admin = new AdminApi(server, 'netbird');
  const passwordGrant = async (person = kNetbird, clientId = 'netbird-client') => {
    const answer = await request(server.endpoint('token', 'netbird'), {
      method: 'POST', form: { grant_type: 'password', client_id: clientId, scope: 'openid', ...person },
    });
    return { status: answer.status, ...answer.json() };
  };
  const discovery = async () => (await request(`${server.issuer('netbird')}/.well-known/openid-configuration`)).text;

  async function management() {
    const found = new ManagementServer(server.issuer('netbird'), 'netbird-client');
    await found.fetchKeys(server.endpoint('certs', 'netbird'));
    return found;
  }

  test('what_the_setup_script_reads_with_jq_is_there', async () => {
    const document = await discovery();
    const read = (member) => execFileSync('jq', ['-r', `.${member}`], { input: document, encoding: 'utf8' }).trim();
    const endpoints = ['issuer', 'jwks_uri', 'token_endpoint', 'device_authorization_endpoint', 'authorization_endpoint'];
    for (const member of endpoints) assert.match(read(member), /^http/, `${member} would be written as "null"`);
    assert.equal(read('issuer'), server.issuer('netbird'));
    assert.ok((await request(read('jwks_uri'))).json().keys.length > 0);
    assert.equal((await request(read('device_authorization_endpoint'), { method: 'POST', form: { client_id: 'netbird-client', scope: 'openid' } })).status, 200);
    assert.notEqual((await request(read('authorization_endpoint'))).status, 404);
    const tokens = await request(read('token_endpoint'), { method: 'POST', form: { grant_type: 'client_credentials', client_id: 'netbird-backend', client_secret: backend.secret } });
    assert.equal(tokens.status, 200);
  });

  test('the_idp_manager_finds_people_with_the_service_account', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'netbird-backend', client_secret: backend.secret };
    const answer = await request(server.endpoint('token', 'netbird'), { method: 'POST', form });
    assert.equal(answer.status, 200);
    const headers = { authorization: `Bearer ${answer.json().access_token}`, 'content-type': 'application/json' };
    const call = (path, method = 'GET') => request(`${server.base}/admin/realms/netbird${path}`, { method, headers });
    assert.equal((await call('/users/count?')).text, '1');
    const [nora] = (await call('/users?max=1')).json();
    assert.equal(nora.username, 'netbird');
    assert.ok(nora.createdTimestamp > 1e12);
    assert.deepEqual((await call('/users?email=netbird%40example.com&exact=true')).json().map(({ id }) => id), [nora.id]);
    assert.deepEqual((await call('/users?email=nobody%40example.com&exact=true')).json(), []);
    assert.equal((await call(`/users/${nora.id}?`)).json().email, 'netbird@example.com');
    assert.equal((await call(`/users/${nora.id}?`, 'DELETE')).status, 403, 'view-users does not remove');
  });

  /// The service account of NETBIRD_IDP_MGMT_CLIENT_ID, as the IdP manager calls: `?` behind every path, JSON even where nothing is sent.
  async function asIdpManager(base) {
    const answer = await request(`${base}/realms/netbird/protocol/openid-connect/token`, { method: 'POST',
      form: { client_id: 'netbird-backend', client_secret: backend.secret, grant_type: 'client_credentials' } });
    assert.equal(answer.status, 200, answer.text);
    const { access_token: token } = answer.json();
    assert.equal(token.split('.').length, 3);
    assert.equal(typeof claimsOf(token).exp, 'number', 'NetBird keeps it until five seconds before');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return (path, method = 'GET') => request(`${base}${path}`, { method, headers });
  }

  test('the_admin_endpoint_is_below_admin_with_the_old_prefix_and_without', async () => {
    for (const base of [server.base, `${server.base}/auth`]) {
      const call = await asIdpManager(base);
      const count = await call('/admin/realms/netbird/users/count?');
      assert.equal(count.status, 200, `${base} ${count.text}`);
      assert.match(count.text, /^\d+$/, 'a bare number');
      const all = (await call(`/admin/realms/netbird/users?max=${count.text}`)).json();
      assert.equal(all.length, Number(count.text));
      for (const person of all) assert.deepEqual([typeof person.id, typeof person.createdTimestamp, typeof person.username], ['string', 'number', 'string']);
      assert.equal((await call('/realms/netbird/users/count?')).status, 404, 'the mistake that the guide warns of');
    }
  });

  test('with_manage_users_the_idp_manager_removes_people', async () => {
    const id = await admin.make('/users', { username: 'leaver', email: 'leaver@example.com', firstName: 'L', lastName: 'Eaver', enabled: true });
    const before = await asIdpManager(server.base);
    assert.equal((await before(`/admin/realms/netbird/users/${id}?`, 'DELETE')).status, 403);
    const account = await admin.get(`/clients/${(await admin.client('netbird-backend')).id}/service-account-user`);
    const management = (await admin.client('realm-management')).id;
    const role = await admin.get(`/clients/${management}/roles/manage-users`);
    await admin.send('POST', `/users/${account.id}/role-mappings/clients/${management}`, [role]);
    const call = await asIdpManager(server.base);
    assert.ok([200, 204].includes((await call(`/admin/realms/netbird/users/${id}?`, 'DELETE')).status));
    assert.equal((await call(`/admin/realms/netbird/users/${id}?`)).status, 404);
    assert.deepEqual((await call('/admin/realms/netbird/users?email=leaver%40example.com&exact=true')).json(), []);
    await admin.send('DELETE', `/users/${account.id}/role-mappings/clients/${management}`, [role]);
  });

  test('G4-15 key rotation: the old key stays, and nobody notices', async () => {
    const before = await management();
    const old = (await passwordGrant()).access_token;
    assert.equal(before.complaint(old), '');
    const seen = server.log.length;
    const key = await admin.make('/components', { name: 'rsa-next', providerId: 'rsa-generated', providerType: 'org.keycloak.keys.KeyProvider', config: { priority: ['200'], enabled: ['true'], active: ['true'] } });
    const fresh = (await passwordGrant()).access_token;
    assert.notEqual(JSON.parse(Buffer.from(fresh.split('.')[0], 'base64url')).kid, JSON.parse(Buffer.from(old.split('.')[0], 'base64url')).kid);
    const after = await management();
    assert.equal(after.complaint(old), '', 'the old key is still published');
    assert.equal(after.complaint(fresh), '', 'and the new one is');
    assert.equal(before.complaint(fresh), 'kid', 'a verifier that never reads keys again');
    assert.match(server.log.slice(seen), /signing_key_changed .*realm=netbird/, 'which is why the log says so');
    await admin.send('DELETE', `/components/${key}`);
  });

  test('G4-16 EC keys: published without x5c, and their tokens verify', async () => {
    const key = await admin.make('/components', { name: 'ec', providerId: 'ecdsa-generated', providerType: 'org.keycloak.keys.KeyProvider', config: { priority: ['100'], ecdsaEllipticCurveKey: ['P-256'] } });
    await admin.change('', { defaultSignatureAlgorithm: 'ES256' });
    const { access_token: token } = await passwordGrant();
    assert.equal(JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).alg, 'ES256');
    const { keys } = (await request(server.endpoint('certs', 'netbird'))).json();
    const published = keys.filter(({ kty }) => kty === 'EC');
    assert.equal(published.length, 1);
    assert.deepEqual([published[0].crv, published[0].x5c, published[0].alg], ['P-256', undefined, 'ES256']);
    assert.ok(keys.filter(({ kty }) => kty === 'RSA').every(({ x5c }) => x5c.length === 1));
    assert.equal((await management()).complaint(token), '');
    await admin.change('', { defaultSignatureAlgorithm: 'RS256' });
    await admin.send('DELETE', `/components/${key}`);
  });

  test('a_disabled_person_is_refused_at_login_and_at_refresh', async () => {
    const dora = { username: 'dora', password: server.keepSecret('dora-secret-4711') };
    const id = await admin.make('/users', { username: 'dora', email: 'dora@example.com', firstName: 'Dora', lastName: 'D', enabled: true,
      credentials: [{ type: 'password', value: dora.password, temporary: false }] });
    const tokens = await passwordGrant(dora);
    assert.equal(tokens.status, 200);
    await admin.change(`/users/${id}`, { enabled: false });
    const refreshed = await request(server.endpoint('token', 'netbird'), {
      method: 'POST', form: { grant_type: 'refresh_token', client_id: 'netbird-client', refresh_token: tokens.refresh_token },
    });
    assert.equal(refreshed.json().error, 'invalid_grant');
    const browser = new FormBrowser();
    const query = new URLSearchParams({ client_id: 'netbird-client', response_type: 'code', redirect_uri: 'http://localhost:53000', scope: 'openid' });
    const page = await browser.open(`${server.endpoint('auth', 'netbird')}?${query}`);
    const refused = await browser.submit(page, dora, { wanted: 'kc-form-login' });
    assert.match(refused.words, /Account is disabled|Invalid username or password/);
    assert.equal(refused.status, 200);
  });

  test('G4-33 user id change: an import keeps every sub', async () => {
    const id = '6f9619ff-8b86-4d11-b42d-00cf4fc964ff';
    const moved = { username: 'nick', password: server.keepSecret('nick-secret-4711') };
    await new AdminApi(server, '').send('POST', '', { realm: 'moved', enabled: true,
      clients: [{ clientId: 'netbird-client', publicClient: true, directAccessGrantsEnabled: true }],
      users: [{ id, username: 'nick', email: 'nick@example.com', firstName: 'Nick', lastName: 'N', enabled: true,
        credentials: [{ type: 'password', value: moved.password, temporary: false }] }] });
    assert.equal((await new AdminApi(server, 'moved').user('nick')).id, id);
    const answer = await request(server.endpoint('token', 'moved'), {
      method: 'POST', form: { grant_type: 'password', client_id: 'netbird-client', scope: 'openid', ...moved },
    });
    assert.equal(answer.status, 200, answer.text);
    for (const token of [answer.json().access_token, answer.json().id_token]) assert.equal(claimsOf(token).sub, id);
    const document = (await request(`${server.issuer('moved')}/.well-known/openid-configuration`)).json();
    assert.ok(document.subject_types_supported.includes('public'));
  });
}
