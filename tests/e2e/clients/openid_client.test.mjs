// npm openid-client as the application: refusals first, then every endpoint of the slice. The browser is a form browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, startServer, until } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';
import { authorizationRequest, claimsOf, discover, refused, secretOf, signIn, signInAt } from '../support/sign_in.mjs';

const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const kSpa = `http://localhost:${await freePort()}`;
const server = await startServer({ realm: villageRealm({ 4003: port, 4001: new URL(kSpa).port }) });
const web = await discover(server, 'web');
const spa = await discover(server, 'spa-one');
const reports = await discover(server, 'reports-api');

async function answerOf(parameters, { config = web, redirectUri = kCallback, browser = new FormBrowser() } = {}) {
  const { url } = await authorizationRequest(config, redirectUri, parameters);
  for (const [name, value] of Object.entries(parameters)) if (value === null) url.searchParams.delete(name);
  return browser.open(url, { until: redirectUri });
}

// ---- the authorization endpoint refuses

test('refuses_an_unknown_client_with_a_page', async () => {
  const page = await answerOf({ client_id: 'nobody' });
  assert.equal(page.status, 400);
  assert.match(page.words, /Client not found\./);
});

test('refuses_a_redirect_uri_that_is_not_registered_with_a_page', async () => {
  for (const uri of ['http://localhost:1/callback', `${kCallback}/`, `${kCallback}?code=1`, `http://evil.example/${kCallback}`,
    `http://localhost:${port}/wild/../callback2`, `http://localhost:${port}@evil.example/wild/x`, 'javascript:alert(1)',
    `http://localhost:${port}/wild/%2e%2e/x`, `http://localhost:${port}.evil.example/wild/x`]) {
    const page = await answerOf({ redirect_uri: uri });
    assert.equal(page.status, 400, `${uri} was answered with ${page.status} ${page.url}`);
    assert.match(page.words, /Invalid parameter: redirect_uri/);
  }
});

test('refuses_a_public_client_without_pkce', async () => {
  const page = await answerOf({ code_challenge: null, code_challenge_method: null }, { config: spa, redirectUri: `${kSpa}/` });
  const answer = new URL(page.url).searchParams;
  assert.equal(answer.get('error'), 'invalid_request');
  assert.match(answer.get('error_description'), /code_challenge/);
  assert.ok(!answer.has('code'));
});

test('refuses_prompt_none_without_a_session', async () => {
  const page = await answerOf({ prompt: 'none', state: 'kept as sent +/=' });
  const answer = new URL(page.url).searchParams;
  assert.equal(answer.get('error'), 'login_required');
  assert.equal(answer.get('state'), 'kept as sent +/=');
  assert.equal(answer.get('iss'), server.issuer());
});

test('refuses_an_unknown_scope_and_response_type', async () => {
  const scope = new URL((await answerOf({ scope: 'openid everything' })).url).searchParams;
  assert.equal(scope.get('error'), 'invalid_scope');
  const type = new URL((await answerOf({ response_type: 'magic' })).url).searchParams;
  assert.equal(type.get('error'), 'unsupported_response_type');
});

// ---- the login page refuses

test('refuses_a_wrong_password_and_an_unknown_user_alike', async () => {
  const texts = [];
  for (const [username, password] of [['ada', 'wrong'], ['nobody-here', 'wrong'], ['ada', ''], ['ada', `${kPeople.ada} `]]) {
    const browser = new FormBrowser();
    const { url } = await authorizationRequest(web, kCallback);
    const page = await browser.open(url);
    const again = await browser.submit(page, { username, password }, { wanted: 'kc-form-login', until: kCallback });
    assert.equal(again.status, 200, again.url);
    texts.push(/Invalid username or password\.|$/.exec(again.words)[0]);
    assert.ok(!browser.cookie('KEYCLOAK_IDENTITY'), 'a session was made');
  }
  assert.deepEqual(new Set(texts), new Set(['Invalid username or password.']));
});

test('refuses_a_disabled_user', async () => {
  const browser = new FormBrowser();
  const page = await browser.open((await authorizationRequest(web, kCallback)).url);
  const again = await browser.submit(page, { username: 'finn', password: kPeople.finn }, { wanted: 'kc-form-login', until: kCallback });
  assert.equal(again.status, 200);
  assert.match(again.words, /Account is disabled/);
});

test('refuses_a_login_page_posted_by_another_browser', async () => {
  const page = await new FormBrowser().open((await authorizationRequest(web, kCallback)).url);
  const stranger = new FormBrowser();
  const answer = await stranger.submit(page, { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  assert.ok(!new URL(answer.url).searchParams.has('code'), 'another browser got a code');
  assert.ok(!stranger.cookie('KEYCLOAK_IDENTITY'));
});

// ---- the token endpoint refuses

test('refuses_a_code_without_its_verifier_or_with_another', async () => {
  for (const pkceCodeVerifier of [undefined, client.randomPKCECodeVerifier()]) {
    const { url, checks } = await authorizationRequest(web, kCallback);
    const callback = await signInAt(new FormBrowser(), url, kCallback);
    await refused(client.authorizationCodeGrant(web, callback, { ...checks, pkceCodeVerifier }), 'invalid_grant', /PKCE/);
    await refused(client.authorizationCodeGrant(web, callback, checks), 'invalid_grant', /Code not valid/);
  }
});

test('refuses_a_code_used_twice_and_revokes_what_it_gave', async () => {
  const { tokens, callback, checks } = await signIn(server, web, kCallback);
  await refused(client.authorizationCodeGrant(web, callback, checks), 'invalid_grant', /Code not valid/);
  await refused(client.refreshTokenGrant(web, tokens.refresh_token), 'invalid_grant');
});

test('of_twelve_parallel_redemptions_of_one_code_one_wins', async () => {
  const { url, checks } = await authorizationRequest(web, kCallback);
  const callback = await signInAt(new FormBrowser(), url, kCallback);
  const form = { grant_type: 'authorization_code', client_id: 'web', client_secret: kSecrets.web, redirect_uri: kCallback, code: callback.searchParams.get('code'), code_verifier: checks.pkceCodeVerifier };
  const answers = await Promise.all(Array.from({ length: 12 }, () => request(server.endpoint('token'), { method: 'POST', form })));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [200, ...Array(11).fill(400)]);
  for (const { status, text } of answers) if (status === 400) assert.equal(JSON.parse(text).error, 'invalid_grant');
});

test('refuses_a_code_of_another_client', async () => {
  const { url, checks } = await authorizationRequest(web, kCallback);
  const callback = await signInAt(new FormBrowser(), url, kCallback);
  const thief = await discover(server, 'auth-js');
  await refused(client.authorizationCodeGrant(thief, callback, checks), 'invalid_grant');
});

test('refuses_a_code_with_another_redirect_uri', async () => {
  const { url, checks } = await authorizationRequest(web, kCallback);
  const callback = await signInAt(new FormBrowser(), url, kCallback);
  const moved = new URL(callback.href.replace('/callback', '/wild/x'));
  await refused(client.authorizationCodeGrant(web, moved, checks), 'invalid_grant', /Incorrect redirect_uri/);
});

test('refuses_wrong_client_credentials', async () => {
  for (const how of [client.ClientSecretPost('wrong'), client.None()]) {
    const config = await discover(server, 'robot', how);
    await refused(client.clientCredentialsGrant(config), 'unauthorized_client', /Invalid client or Invalid client credentials/);
  }
  const nobody = await discover(server, 'nobody', client.ClientSecretPost('x'));
  await refused(client.clientCredentialsGrant(nobody), 'invalid_client');
  const answer = await request(server.endpoint('token'), {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('robot:wrong').toString('base64')}` },
    form: { grant_type: 'client_credentials' },
  });
  assert.equal(answer.status, 401);
  assert.equal(answer.json().error, 'unauthorized_client');
  // RFC 6749 section 5.2: a challenge, since the header was used. Keycloak sends none.
  if (!kOnlyCardea.skip) assert.match(answer.headers['www-authenticate'], /^Basic realm="village"/);
});

test('refuses_client_credentials_without_a_service_account', async () => {
  await refused(client.clientCredentialsGrant(web), 'unauthorized_client', /service account/);
  await refused(client.clientCredentialsGrant(spa), 'unauthorized_client', /service account/);
});

test('refuses_the_password_grant_with_a_wrong_password_or_where_it_is_off', async () => {
  const grant = (config, more) => client.genericGrantRequest(config, 'password', { username: 'ada', password: kPeople.ada, ...more });
  await refused(grant(web, { password: 'wrong' }), 'invalid_grant', /Invalid user credentials/);
  await refused(grant(web, { username: 'nobody' }), 'invalid_grant', /Invalid user credentials/);
  await refused(grant(web, { username: 'finn', password: kPeople.finn }), 'invalid_grant', /Account disabled/);
  await refused(grant(web, { username: 'ella', password: kPeople.ella }), 'invalid_grant', /Account is not fully set up/);
  await refused(grant(spa, {}), 'unauthorized_client', /direct access grants/);
});

test('refuses_an_unknown_grant_and_a_repeated_parameter', async () => {
  await refused(client.genericGrantRequest(web, 'urn:example:magic', {}), 'unsupported_grant_type');
  const answer = await request(server.endpoint('token'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `client_id=robot&client_secret=${kSecrets.robot}&grant_type=client_credentials&scope=openid&scope=openid`,
  });
  assert.equal(answer.status, 400);
  assert.equal(answer.json().error_description, 'duplicated parameter');
});

test('refuses_userinfo_without_a_good_token', async () => {
  const bare = await request(server.endpoint('userinfo'));
  assert.equal(bare.status, 401);
  assert.match(bare.headers['www-authenticate'], /^Bearer realm="village"/);
  const { tokens } = await signIn(server, web, kCallback);
  const [head, body, signature] = tokens.access_token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const swapped = (signature[4] === 'A' ? 'B' : 'A') + signature.slice(5);
  for (const token of ['x', tokens.id_token, tokens.refresh_token, `${none}.${body}.`, `${head}.${body}.${signature.slice(0, 4)}${swapped}`]) {
    const page = await request(server.endpoint('userinfo'), { headers: { authorization: `Bearer ${token}` } });
    assert.equal(page.status, 401, `a bad token was accepted: ${token.slice(0, 20)}`);
    assert.match(page.headers['www-authenticate'], /error="invalid_token"/);
  }
});

test('refuses_introspection_by_a_public_client_and_without_credentials', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  await refused(client.tokenIntrospection(spa, tokens.access_token), 'invalid_request');
  const wrong = await discover(server, 'reports-api', client.ClientSecretBasic('wrong'));
  await assert.rejects(client.tokenIntrospection(wrong, tokens.access_token));
});

test('refuses_a_refresh_token_of_another_client', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  const thief = await discover(server, 'auth-js');
  await refused(client.refreshTokenGrant(thief, tokens.refresh_token), 'invalid_grant');
  await refused(client.refreshTokenGrant(web, tokens.access_token), 'invalid_grant', /Invalid refresh token/);
  await refused(client.refreshTokenGrant(web, `${tokens.refresh_token}x`), 'invalid_grant', /Invalid refresh token/);
});

// ---- what works

test('discovery_tells_what_is_true', async () => {
  const page = await request(`${server.issuer()}/.well-known/openid-configuration`, { headers: { origin: 'https://any.example' } });
  assert.equal(page.headers['access-control-allow-origin'], 'https://any.example');
  const meta = page.json();
  assert.equal(meta.issuer, server.issuer());
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'end_session_endpoint', 'jwks_uri',
    'introspection_endpoint', 'revocation_endpoint', 'check_session_iframe']) assert.ok(meta[name].startsWith(server.issuer()), name);
  assert.ok(meta.code_challenge_methods_supported.includes('S256'));
  assert.equal(meta.authorization_response_iss_parameter_supported, true);
  const keys = (await request(meta.jwks_uri)).json().keys;
  assert.ok(keys.some((key) => key.use === 'sig' && key.alg === 'RS256' && key.x5c?.length === 1));
  for (const key of keys) for (const secret of ['d', 'p', 'q', 'k']) assert.ok(!(secret in key), `a private member: ${secret}`);
  const realm = (await request(server.issuer())).json();
  assert.equal(realm.realm, 'village');
  assert.ok(realm.public_key.length > 300);
});

test('code_flow_with_pkce_nonce_state_and_iss', async () => {
  const { tokens, callback, browser } = await signIn(server, web, kCallback);
  assert.deepEqual([...callback.searchParams.keys()].sort(), ['code', 'iss', 'session_state', 'state']);
  assert.equal(tokens.token_type.toLowerCase(), 'bearer');
  assert.equal(tokens.expires_in, 300);
  assert.equal(tokens.refresh_expires_in, 1800);
  assert.equal(tokens.session_state, callback.searchParams.get('session_state'));
  assert.deepEqual(new Set(tokens.scope.split(' ')), new Set(['openid', 'profile', 'email']));
  const identity = browser.cookie('KEYCLOAK_IDENTITY');
  assert.ok(identity.httpOnly && identity.path === '/realms/village/', JSON.stringify({ ...identity, value: '' }));
});

test('tokens_carry_roles_groups_audience_and_mapped_claims', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  const access = claimsOf(tokens.access_token);
  assert.deepEqual(new Set(access.aud), new Set(['reports-api', 'account']));
  assert.equal(access.azp, 'web');
  assert.equal(access.typ, 'Bearer');
  assert.equal(access.preferred_username, 'ada');
  assert.deepEqual(new Set(access.realm_access.roles), new Set(['editor', 'reader', 'offline_access', 'uma_authorization', 'default-roles-village']));
  assert.deepEqual(new Set(access.resource_access.web.roles), new Set(['author', 'viewer']));
  const id = tokens.claims();
  assert.equal(id.aud, 'web');
  assert.equal(id.sub, access.sub);
  assert.equal(id.sid, access.sid);
  assert.ok(Math.abs(id.auth_time - Date.now() / 1000) < 60);
  for (const claims of [access, id]) {
    assert.deepEqual(claims.groups, ['engineering']);
    assert.equal(claims.tenant, 'north');
    assert.equal(claims.department, 'Engines');
    assert.equal(claims.name, 'Ada Lovelace');
  }
  assert.ok(!('realm_access' in id), 'roles stay out of the ID token');
  const refresh = claimsOf(tokens.refresh_token);
  assert.equal(refresh.typ, 'Refresh');
  assert.equal(refresh.aud, server.issuer());
});

test('imported_hashes_and_unicode_sign_in', async () => {
  for (const username of ['bert', 'cleo', 'dora', 'gus']) {
    const { tokens } = await signIn(server, web, kCallback, { username });
    assert.equal(tokens.claims().preferred_username, username);
    if (username === 'gus') assert.equal(tokens.claims().name, "Gülşah O'Neil Đặng");
    if (username === 'gus') assert.equal(tokens.claims().department, 'Übersee');
    if (username === 'bert') assert.deepEqual(tokens.claims().groups, ['staff']);
  }
});

test('an_email_address_signs_in_too', async () => {
  const browser = new FormBrowser();
  const { url, checks } = await authorizationRequest(web, kCallback);
  const callback = await signInAt(browser, url, kCallback, 'Ada@Example.com', kPeople.ada);
  const tokens = await client.authorizationCodeGrant(web, callback, checks);
  assert.equal(tokens.claims().preferred_username, 'ada');
});

test('wildcard_redirect_and_fragment_and_form_post', async () => {
  const { tokens } = await signIn(server, web, `http://localhost:${port}/wild/deep/er`);
  assert.ok(tokens.id_token);

  const fragment = await answerOf({ response_mode: 'fragment', prompt: 'none' });
  assert.equal(new URLSearchParams(new URL(fragment.url).hash.slice(1)).get('error'), 'login_required');

  const { url, checks } = await authorizationRequest(web, kCallback, { response_mode: 'form_post' });
  const browser = new FormBrowser();
  const posted = await browser.submit(await browser.open(url), { username: 'ada', password: kPeople.ada }, { wanted: 'kc-form-login' });
  const form = posted.form('code');
  assert.equal(form.action, kCallback);
  assert.equal(form.method, 'POST');
  const answer = new Request(kCallback, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form.fields).toString(),
  });
  const fromPost = await client.authorizationCodeGrant(web, answer, checks);
  assert.equal(fromPost.claims().preferred_username, 'ada');
});

test('single_sign_on_between_two_clients', async () => {
  const first = await signIn(server, web, kCallback);
  const { url, checks } = await authorizationRequest(spa, `${kSpa}/`, { prompt: 'none' });
  const page = await first.browser.open(url, { until: `${kSpa}/` });
  const tokens = await client.authorizationCodeGrant(spa, new URL(page.url), checks);
  assert.equal(tokens.claims().sid, first.tokens.claims().sid);
  assert.equal(tokens.claims().auth_time, first.tokens.claims().auth_time);
});

test('prompt_login_and_max_age_ask_again', async () => {
  const { browser, tokens } = await signIn(server, web, kCallback);
  const { url, checks } = await authorizationRequest(web, kCallback, { prompt: 'login' });
  const page = await browser.open(url, { until: kCallback });
  assert.equal(page.status, 200, 'prompt=login did not ask again');
  const back = await browser.submit(page, { password: kPeople.ada }, { wanted: 'kc-form-login', until: kCallback });
  const again = await client.authorizationCodeGrant(web, new URL(back.url), checks);
  assert.equal(again.claims().sub, tokens.claims().sub);
  assert.ok(again.claims().auth_time >= tokens.claims().auth_time);

  const patient = await authorizationRequest(web, kCallback, { max_age: '600' });
  assert.equal((await browser.open(patient.url, { until: kCallback })).status, 302);
  // The rule is "older than", in whole seconds: within the second of the sign-in zero seconds are still kept.
  const strict = await authorizationRequest(web, kCallback, { max_age: '0' });
  await until('max_age=0 to ask again', async () => (await browser.open(strict.url, { until: kCallback })).status === 200);
});

test('userinfo', async () => {
  const { tokens, config } = await signIn(server, web, kCallback);
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  assert.equal(info.email, 'ada@example.com');
  assert.equal(info.email_verified, true);
  assert.equal(info.name, 'Ada Lovelace');
  assert.deepEqual(info.groups, ['engineering']);
  const posted = await request(server.endpoint('userinfo'), { method: 'POST', form: { access_token: tokens.access_token } });
  assert.equal(posted.json().sub, info.sub);
});

test('refresh_keeps_the_session', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  let last = tokens;
  for (let round = 0; round < 3; ++round) {
    const next = await client.refreshTokenGrant(web, last.refresh_token);
    assert.equal(next.claims().sid, tokens.claims().sid);
    assert.equal(next.claims().auth_time, tokens.claims().auth_time);
    assert.notEqual(claimsOf(next.refresh_token).jti, claimsOf(last.refresh_token).jti);
    last = next;
  }
  const narrow = await client.refreshTokenGrant(web, last.refresh_token, { scope: 'openid email' });
  assert.ok(!narrow.scope.split(' ').includes('phone'));
});

test('introspection_by_the_audience', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  const active = await client.tokenIntrospection(reports, tokens.access_token);
  assert.equal(active.active, true);
  assert.equal(active.username, 'ada');
  assert.equal(active.client_id, 'web');
  assert.equal(active.tenant, 'north');
  assert.equal((await client.tokenIntrospection(web, tokens.refresh_token, { token_type_hint: 'refresh_token' })).active, true);
  assert.deepEqual(await client.tokenIntrospection(reports, 'garbage'), { active: false });
});

test('revocation_of_access_and_refresh_tokens', async () => {
  const access = (await signIn(server, web, kCallback)).tokens;
  await client.tokenRevocation(web, access.access_token);
  assert.equal((await client.tokenIntrospection(reports, access.access_token)).active, false);
  await assert.rejects(client.fetchUserInfo(web, access.access_token, access.claims().sub));
  const refresh = (await signIn(server, web, kCallback)).tokens;
  await client.tokenRevocation(web, refresh.refresh_token);
  await refused(client.refreshTokenGrant(web, refresh.refresh_token), 'invalid_grant');
  assert.equal((await client.tokenIntrospection(reports, refresh.access_token)).active, false);
});

test('client_credentials_basic_and_post', async () => {
  for (const how of [secretOf('robot'), client.ClientSecretPost(kSecrets.robot)]) {
    const robot = await discover(server, 'robot', how);
    const tokens = await client.clientCredentialsGrant(robot, { scope: 'profile' });
    assert.equal(tokens.refresh_token, undefined);
    assert.equal(tokens.refresh_expires_in, 0);
    const claims = claimsOf(tokens.access_token);
    assert.equal(claims.azp, 'robot');
    assert.equal(claims.preferred_username, 'service-account-robot');
    assert.equal(claims.client_id, 'robot');
    assert.ok([claims.aud].flat().includes('reports-api'));
    assert.equal((await client.tokenIntrospection(reports, tokens.access_token)).active, true);
  }
});

test('password_grant', async () => {
  const tokens = await client.genericGrantRequest(web, 'password', { username: 'gus', password: kPeople.gus, scope: 'openid' });
  assert.equal(claimsOf(tokens.access_token).preferred_username, 'gus');
  assert.ok(tokens.id_token && tokens.refresh_token);
});

// ---- logout

test('refuses_a_post_logout_address_that_is_not_registered', async () => {
  const { tokens, browser } = await signIn(server, web, kCallback);
  for (const uri of ['https://evil.example/', `http://localhost:${port}/bye/`, `http://localhost:${port}/callback`]) {
    const url = client.buildEndSessionUrl(web, { post_logout_redirect_uri: uri, id_token_hint: tokens.id_token });
    const page = await browser.open(url, { until: uri });
    assert.equal(page.status, 400, `${uri}: ${page.status}`);
    assert.match(page.words, /Invalid redirect uri/);
  }
});

test('logout_with_a_hint_ends_the_session_and_returns', async () => {
  const { tokens, browser } = await signIn(server, web, kCallback);
  const target = `http://localhost:${port}/gone/for/good`;
  const url = client.buildEndSessionUrl(web, { post_logout_redirect_uri: target, id_token_hint: tokens.id_token, state: 's t' });
  const page = await browser.open(url, { until: target });
  assert.equal(new URL(page.url).searchParams.get('state'), 's t');
  assert.ok(!browser.cookie('KEYCLOAK_IDENTITY'));
  await refused(client.refreshTokenGrant(web, tokens.refresh_token), 'invalid_grant', /Session not active/);
  assert.equal((await client.tokenIntrospection(reports, tokens.access_token)).active, false);
  const { url: silent } = await authorizationRequest(web, kCallback, { prompt: 'none' });
  assert.equal(new URL((await browser.open(silent, { until: kCallback })).url).searchParams.get('error'), 'login_required');
});

test('logout_without_a_hint_asks_first', async () => {
  const { tokens, browser } = await signIn(server, web, kCallback);
  const target = `http://localhost:${port}/bye`;
  const url = client.buildEndSessionUrl(web, { post_logout_redirect_uri: target });
  url.searchParams.delete('id_token_hint');
  const page = await browser.open(url, { until: target });
  assert.equal(page.status, 200);
  assert.match(page.words, /Do you want to log out\?/);
  await client.refreshTokenGrant(web, tokens.refresh_token); // nothing has ended yet
  const done = await browser.submit(page, { confirmLogout: 'Logout' }, { until: target });
  assert.ok(done.url.startsWith(target), `${done.status} ${done.url} ${done.words}`);
  await refused(client.refreshTokenGrant(web, tokens.refresh_token), 'invalid_grant');
});

test('logout_with_a_refresh_token_as_older_applications_do', async () => {
  const { tokens } = await signIn(server, web, kCallback);
  const form = { client_id: 'web', client_secret: kSecrets.web, refresh_token: tokens.refresh_token };
  const bad = await request(server.endpoint('logout'), { method: 'POST', form: { ...form, refresh_token: 'x' } });
  assert.equal(bad.status, 400);
  assert.equal((await request(server.endpoint('logout'), { method: 'POST', form })).status, 204);
  await refused(client.refreshTokenGrant(web, tokens.refresh_token), 'invalid_grant');
});

// ---- around

test('errors_and_answers_of_the_token_endpoint_carry_cors_and_are_not_cached', async () => {
  const preflight = await request(server.endpoint('token'), {
    method: 'OPTIONS',
    headers: { origin: kSpa, 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers['access-control-allow-origin'], kSpa);
  assert.equal(preflight.headers['access-control-allow-credentials'], 'true');
  const form = { grant_type: 'authorization_code', client_id: 'spa-one', code: 'x', redirect_uri: `${kSpa}/` };
  const allowed = await request(server.endpoint('token'), { method: 'POST', form, headers: { origin: kSpa } });
  assert.equal(allowed.status, 400);
  assert.equal(allowed.headers['access-control-allow-origin'], kSpa);
  assert.match(allowed.headers['cache-control'], /no-store/);
  const stranger = await request(server.endpoint('token'), { method: 'POST', form, headers: { origin: 'https://evil.example' } });
  assert.equal(stranger.headers['access-control-allow-origin'], undefined);
});

test('the_first_administrator_has_a_token_for_the_master_realm', async () => {
  const cli = await discover(server, 'admin-cli', client.None(), 'master');
  const tokens = await client.genericGrantRequest(cli, 'password', server.admin);
  assert.equal(claimsOf(tokens.access_token).azp, 'admin-cli');
});

test('metrics_count_and_the_public_port_does_not_show_them', kOnlyCardea, async () => {
  const metrics = await request(`${server.management}/metrics`);
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^# TYPE cardea_\w+ /m);
  for (const path of ['/metrics', '/health', '/health/ready']) assert.equal((await request(`${server.base}${path}`)).status, 404);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
