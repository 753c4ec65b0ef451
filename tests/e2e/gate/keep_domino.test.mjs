// HCL KEEP's guide (guides.md G1) with `cardea gate` and the keepconfig.d it prints, in front of an application behind
// nginx. Each scenario is proven against the shipped program; the tokens are made by hand, to be wrong in one point each.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { until } from '../harness.mjs';
import { request } from '../support/form_browser.mjs';
import { base64url, hmacWith, Issuer, Key, now, startGate, unsigned } from '../support/gate.mjs';

const batch = new Key('');
const curve = new Key('', 'ES512');
const headquarters = await new Issuer().start('/realms/trantor');
const plant = await new Issuer().start();
const directory = await new Issuer().start();
const directoryKey = new Key('directory-1');
directory.keys = [directoryKey.jwk()];
const hqKey = new Key('hq-1');
const plantKey = new Key('plant-1');
headquarters.keys = [hqKey.jwk()];
plant.keys = [plantKey.jwk({ alg: false })];

const requests = [
  { path: '/api/v1/data/**', scopes: ['$DATA'] },
  { path: '/api/v1/demo', scopes: ['demo'] },
  { path: '/api/v1/mail', scopes: ['MAIL'] },
  { path: '/api/v1/closed', scopes: ['$DATA'], people: ['CN=Ann Lee/O=Acme', '*/O=Office'] },
  { path: '/api/v1/**' },
];
const entries = {
  disableJwtExpiryCheck: false,
  jwt: {
    'hq-keycloak': { active: true, providerUrl: headquarters.url, aud: 'Domino' },
    'plant-entra': { active: true, providerUrl: plant.url, aud: 'api://plant', algorithm: 'RS256', userIdentifier: 'upn' },
    'batch-jobs': { active: true, algorithm: 'RS256', keyFile: '30-batch.pub.pem' },
    curve: { active: true, algorithm: 'ES512', keyFile: 'curve.pem' },
    'ldap-names': { active: true, providerUrl: directory.url, userIdentifier: 'dn', userIdentifierInLdapFormat: true },
  },
};
const off = new Key('');
entries.jwt.off = { active: true, algorithm: 'RS256', keyFile: 'off.pem' };
const files = {
  'keepconfig.d/10-idp.json': entries,
  'keepconfig.d/20-more.json': { jwt: { off: { active: false } }, additional: { list: [3] } },
  'keepconfig.d/05-first.json': { additional: { list: [1, 2], other: 'kept', clientSecret: 'hush-hush' } },
  'keepconfig.d/15-broken.json': '{\n  "jwt": {\n    oops\n}',
  'keepconfig.d/30-batch.pub.pem': batch.pem,
  'keepconfig.d/curve.pem': curve.pem,
  'keepconfig.d/off.pem': off.pem,
};
const settings = (host) => ({
  keepconfig: 'keepconfig.d',
  applications: [{ name: 'KEEP', hosts: [host], answers: 'keep-domino', requests }],
});
const world = await startGate({ settings, files, environment: { JwtDuration: '45' } });
after(() => Promise.all([headquarters.stop(), plant.stop(), directory.stop()]));

function robot(changes = {}) {
  const claims = { iss: 'plant batch', sub: 'CN=Robot/O=Plant', aud: 'Domino', scope: '$DATA', iat: now() - 10, exp: now() + 600, ...changes };
  for (const name of Object.keys(claims)) if (claims[name] === undefined) delete claims[name];
  return claims;
}
const data = (token) => world.call('/api/v1/data/x', token);
async function refused(token, why) {
  const answer = await data(token);
  assert.equal(answer.status, 401, `${why}: ${answer.status} ${answer.text}`);
  assert.deepEqual(answer.json(), { status: 401, message: 'Unauthorized', details: 'Invalid token' }, why);
}
async function accepted(token, why = '') {
  const answer = await data(token);
  assert.equal(answer.status, 200, `${why}: ${answer.status} ${answer.text}`);
  return answer.json();
}

test('refuses_whoever_brings_no_token', async () => {
  for (const authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer a b']) {
    const answer = await world.call('/api/v1/data/x', null, { authorization });
    assert.equal(answer.status, 401, `${authorization}`);
    assert.deepEqual(answer.json(), { status: 401, message: 'Unauthorized', details: 'No bearer token' });
  }
  assert.equal(world.application.seen.length, 0, 'nothing reached the application');
});

test('G1_01_key_file', async () => {
  const seen = await accepted(batch.token(robot()));
  assert.equal(seen.headers['x-auth-name'], 'CN=Robot/O=Plant');
  assert.equal(seen.headers['x-auth-scopes'], '$DATA');
});

test('G1_03_entra', async () => {
  const claims = { iss: plant.url, sub: 'opaque', upn: 'ann@plant.example', aud: 'api://plant', scp: 'MAIL demo', iat: now(), exp: now() + 600 };
  const answer = await world.call('/api/v1/demo', plantKey.token(claims));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().headers['x-auth-name'], 'ann@plant.example');
  assert.equal(answer.json().headers['x-auth-scopes'], 'MAIL demo');
  assert.equal((await data(plantKey.token(claims))).status, 403);
});

test('G1_04_claim_scopes', async () => {
  for (const scopes of ['$DATA', ['$DATA', 'MAIL']]) await accepted(batch.token(robot({ scope: undefined, scopes })));
  const warnings = () => world.gate.lines.filter((line) => /gate_scopes_claim/.test(line));
  await until('the warning in the log', () => warnings().length > 0);
  assert.equal(warnings().length, 1, 'one warning for each issuer');
});

test('G1_05_scope_limits_and_the_list_grants', async () => {
  const closed = (changes) => world.call('/api/v1/closed', batch.token(robot(changes)));
  assert.equal((await closed({})).status, 403, 'the scope reaches, the list does not');
  assert.equal((await closed({ sub: 'CN=Ann Lee/O=Acme', scope: 'MAIL' })).status, 403, 'the list reaches, the scope does not');
  assert.equal((await closed({ sub: 'CN=Ann Lee/O=Acme' })).status, 200);
  assert.equal((await closed({ sub: 'CN=Eve/O=Office' })).status, 200);
  assert.equal((await closed({ sub: 'CN=Eve/O=xOffice' })).status, 403);
});

test('G1_06_audience', async () => {
  for (const aud of ['domino', 'DOMINO', undefined, 'another', ['account']]) await refused(batch.token(robot({ aud })), `aud ${aud}`);
  await accepted(batch.token(robot({ aud: ['account', 'Domino'] })));
});

test('G1_07_too_long', async () => {
  const iat = now() - 10;
  await refused(batch.token(robot({ iat, exp: iat + 361 * 60 })), '361 minutes');
  await refused(batch.token(robot({ iat: undefined })), 'no iat');
  await accepted(batch.token(robot({ iat, exp: iat + 360 * 60 })), '360 minutes');
});

test('G1_08_expired', async () => {
  const claims = robot({ iat: now() - 400, exp: now() - 60 });
  await refused(batch.token(claims), 'a minute late');
  const loose = await startGate({ settings, files: { ...files, 'keepconfig.d/99-test.json': { disableJwtExpiryCheck: true } } });
  try {
    assert.equal((await loose.call('/api/v1/data/x', batch.token(claims))).status, 200);
    assert.match(loose.gate.log, /warn.*INSECURE/);
    assert.match((await request(`${loose.gate.management}/health/gate`)).text, /insecure/);
  } finally {
    await loose.stop();
  }
});

test('G1_09_none_and_hmac', async () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) await refused(unsigned(robot(), alg), `alg ${alg}`);
  for (const pem of [batch.pem, batch.pem.trim(), curve.pem, off.pem]) await refused(hmacWith(pem, robot()), 'HS256 by a public key');
  for (const iss of [headquarters.url, plant.url]) await refused(hmacWith(batch.pem, robot({ iss }), { kid: 'hq-1' }), `HS256 for ${iss}`);
});

test('G1_10_wrong_algorithm', async () => {
  await refused(batch.token(robot(), { algorithm: 'RS512' }), 'RS512 by the right key');
  const claims = robot({ iss: 'curve' });
  await accepted(curve.token(claims), 'ES512');
  const forged = `${base64url({ alg: 'ES256', typ: 'JWT' })}.${curve.token(claims).split('.').slice(1).join('.')}`;
  await refused(forged, 'ES256 named, ES512 signed');
  await refused(curve.token(claims, { algorithm: 'ES256' }), 'ES256 by that key');
});

test('G1_11_cross_issuer', async () => {
  const claims = { iss: headquarters.url, sub: 'x', CN: 'CN=Ann/O=HQ', aud: 'Domino', scope: '$DATA', iat: now(), exp: now() + 600 };
  await accepted(hqKey.token(claims), 'its own key');
  await refused(plantKey.token(claims), 'the key of another entry');
  await refused(plantKey.token(claims, { header: { kid: 'hq-1' } }), 'the same under the right key id');
  await refused(batch.token(claims), 'the key of an entry without issuer');
});

test('G1_13_inactive', async () => {
  await refused(off.token(robot({ iss: 'off' })), 'switched off in a later file');
});

test('G1_14_merge_order', async () => {
  const config = (await request(`${world.gate.management}/config`)).json();
  assert.deepEqual(config.additional.list, [3], 'an array is replaced');
  assert.equal(config.additional.other, 'kept', 'objects merge');
  assert.equal(config.JwtDuration, 45, 'the environment wins');
  assert.equal(config.additional.clientSecret, '**********');
  assert.equal(config.jwt.off.keyFile, 'off.pem');
});

test('G1_15_bad_file', () => {
  assert.match(world.gate.log, /15-broken\.json:3/);  // and everything above worked
});

test('G1_17_provider_down_at_start', async () => {
  const late = await new Issuer().start();
  await late.stop();
  const key = new Key('late-1');
  late.keys = [key.jwk()];
  const broken = await startGate({ settings,
    files: { ...files, 'keepconfig.d/40-late.json': { jwt: { late: { active: true, providerUrl: late.url } } } } });
  try {
    const token = key.token(robot({ iss: late.url }));
    const answer = await broken.call('/api/v1/data/x', token);
    assert.equal(answer.status, 503);
    assert.match(answer.json().details, /provider of this token cannot be reached/);
    assert.equal((await broken.call('/api/v1/data/x', batch.token(robot()))).status, 200, 'others work');
    await late.listen();
    await until('the provider to be found again', async () => (await broken.call('/api/v1/data/x', token)).status === 200, { seconds: 20 });
  } finally {
    await broken.stop();
    await late.stop();
  }
});

test('G1_19_name_forms', async () => {
  const named = (dn) => data(directoryKey.token({ iss: directory.url, dn, aud: 'Domino', scope: '$DATA', iat: now(), exp: now() + 600 }));
  const nameOf = async (dn) => {
    const answer = await named(dn);
    assert.equal(answer.status, 200, `${dn}: ${answer.text}`);
    return answer.json().headers['x-auth-name'];
  };
  assert.equal(await nameOf('cn=Ann Lee,ou=R,o=Acme'), 'CN=Ann Lee/OU=R/O=Acme');
  assert.equal(await nameOf('cn=Lee\\, Ann,o=Acme'), 'CN=Lee, Ann/O=Acme', 'a comma inside');
  assert.equal(await nameOf('cn=Ann/OU=Boss,o=Acme'), 'CN=Ann\\/OU=Boss/O=Acme', 'a slash inside splits nothing');
  assert.equal(await nameOf('cn=Ann \\"A\\" Lee,o=Acme'), 'CN=Ann "A" Lee/O=Acme', 'a quote inside');
  for (const dn of ['o=Acme', 'cn=,o=Acme', 'cn=a+cn=b,o=Acme', 'Ann Lee', '']) assert.equal((await named(dn)).status, 401, dn);
});

test('G1_22_leeway', async () => {
  const token = batch.token(robot({ nbf: now() + 20 }));
  assert.equal((await data(token)).status, 200, 'with 30 seconds');
  const strict = await startGate({ settings: (host) => ({ ...settings(host), 'keepconfig-leeway': 0 }), files });
  try {
    assert.equal((await strict.call('/api/v1/data/x', batch.token(robot({ nbf: now() + 20 })))).status, 401, 'with none');
    assert.equal((await strict.call('/api/v1/data/x', batch.token(robot()))).status, 200);
  } finally {
    await strict.stop();
  }
});

test('refuses_what_two_readers_read_in_two_ways', async () => {
  const token = batch.token(robot());
  const seen = world.application.seen.length;
  for (const target of ['//api/v1/data/x', '/api/v1//data/x', '/api/v1/mail/..;/data/x', '/api/v1/mail/%2e%2e/data/x',
    '/api/v1%2fdata/x', '/api/v1/data%5cx', '/api/v1/data/%252e%252e/mail', '/api/v1/data;a=b/x', '/API/V1/DATA/x']) {
    const answer = await world.raw(target, token);
    assert.ok([400, 403].includes(answer.status), `${target}: ${answer.status}`);
  }
  assert.equal(world.application.seen.length, seen, 'nothing reached the application');
});

test('takes_identity_and_forwarding_headers_from_nobody', async () => {
  const headers = { 'X-Auth-Name': 'CN=Boss/O=Acme', 'x-auth-role': 'admin', 'X-Forwarded-Uri': '/api/v1/other', 'X-Forwarded-Method': 'GET',
    'X-Original-URI': '/api/v1/other', 'X-Forwarded-Host': 'elsewhere.example', 'X-Forwarded-For': '10.1.2.3' };
  const answer = await world.call('/api/v1/data/x', batch.token(robot()), { headers });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json().headers['x-auth-name'], 'CN=Robot/O=Plant');
  assert.equal(answer.json().headers['x-auth-role'], undefined);
  assert.equal((await world.call('/api/v1/mail', batch.token(robot()), { headers: { 'X-Forwarded-Uri': '/api/v1/data/x' } })).status, 403);
  assert.equal((await world.call('/api/v1/data/x', null, { headers })).status, 401);
});

test('an_own_key_in_the_header_is_ignored', async () => {
  const mine = new Key('mine');
  for (const header of [{ jwk: mine.jwk() }, { jku: `${plant.url}/keys` }, { x5u: plant.url }, { x5c: ['AAAA'] }])
    await refused(mine.token(robot(), { header }), Object.keys(header)[0]);
});

test('G1_16_key_rollover', async () => {
  const next = new Key('hq-2');
  headquarters.keys = [next.jwk()];
  const claims = { iss: headquarters.url, sub: 'x', CN: 'CN=Ann/O=HQ', aud: 'Domino', scope: '$DATA', iat: now(), exp: now() + 600 };
  const reads = () => headquarters.requests.filter((url) => url.endsWith('/keys')).length;
  const before = reads();
  await until('the new key to be read', async () => (await data(next.token(claims))).status === 200, { seconds: 40 });
  assert.equal(reads(), before + 1, 'it was fetched once');
  for (let i = 0; i < 5; ++i) await refused(new Key(`made-up-${i}`).token(claims), 'a made-up key id');
  assert.equal(reads(), before + 1, 'and not for made-up key ids');
});

test('the_gate_ends_on_sigterm_and_its_log_is_clean', () => world.stop());
