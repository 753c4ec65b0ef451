// Micronaut security itself, from Maven: the library that Kestra signs people in with (guides.md G3), in a small application
// with Kestra's settings (micronaut/). ./dev interop micronaut builds and runs it; MICRONAUT_SECURITY_VERSION takes another
// version of the library. What was seen stands in docs/guides/kestra.md.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { freePort, kRoot, startServer, until } from '../e2e/harness.mjs';
import { FormBrowser, request } from '../e2e/support/form_browser.mjs';
import { kPeople, villageRealm } from '../e2e/support/realm.mjs';

const version = process.env.MICRONAUT_SECURITY_VERSION ?? '4.15.1';
const work = path.join(kRoot, 'build/interop', `micronaut-${version}`);

/// Built once for each version of the library.
function classpath() {
  const known = path.join(work, 'target/classpath');
  if (!existsSync(known)) {
    mkdirSync(work, { recursive: true });
    cpSync(fileURLToPath(new URL('micronaut', import.meta.url)), work, { recursive: true });
    execFileSync('mvn', ['-q', '-B', `-Dmicronaut.security.version=${version}`, 'package', 'dependency:build-classpath', `-Dmdep.outputFile=${known}`], { cwd: work, stdio: 'inherit' });
  }
  return `${path.join(work, 'target/classes')}:${readFileSync(known, 'utf8').trim()}`;
}
const jars = classpath();

const ports = { plain: await freePort(), auth: await freePort() };
const originOf = (name) => `http://localhost:${ports[name]}`;
const secret = randomBytes(24).toString('base64url');
const server = await startServer({
  realm: villageRealm({}, (realm) => realm.clients.push({
    clientId: 'kestra', enabled: true, publicClient: false, secret, standardFlowEnabled: true,
    redirectUris: Object.keys(ports).map((name) => `${originOf(name)}/oauth/callback/keycloak`),
    attributes: { 'post.logout.redirect.uris': Object.keys(ports).map((name) => `${originOf(name)}/logout`).join('##') },
  })),
});
server.keepSecret(secret);
const issuers = { plain: `${server.base}/realms/village`, auth: `${server.base}/auth/realms/village` };
const ada = { username: 'ada', password: kPeople.ada };

const running = [];
after(async () => {
  for (const child of running) child.kill('SIGTERM');
  await server.stop();
});

/// The application, once it answers.
async function startApplication(name) {
  const child = spawn('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', jars, 'app.Application'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, APP_PORT: String(ports[name]), APP_SIGNATURE: randomBytes(48).toString('base64url'), APP_SECRET: secret, APP_ISSUER: issuers[name] },
  });
  running.push(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { log += part; });
  await until('the application to answer', async () => {
    assert.equal(child.exitCode, null, log);
    return (await request(`${originOf(name)}/`).catch(() => null))?.status === 200;
  }, { seconds: 60, onTimeout: () => log.slice(-3000) });
  return { origin: originOf(name), log: () => log };
}

async function signIn(application, browser) {
  const form = await browser.open(`${application.origin}/oauth/login/keycloak`);
  const page = await browser.submit(form, ada, { wanted: 'kc-form-login' });
  assert.equal(page.status, 200, `${page.url}: ${page.words.slice(0, 300)} ${application.log().slice(-2000)}`);
  assert.equal(page.url, `${application.origin}/me`);
  return page.json();
}

/// What stands in the place of `/oauth/logout`: a redirect to the provider, or nothing.
const endSession = async (application, browser) => browser.open(`${application.origin}/oauth/logout`, { until: `${server.base}/` });

test('micronaut_refuses_strangers_and_signs_people_in', async () => {
  const application = await startApplication('plain');
  assert.equal((await request(`${application.origin}/me`)).status, 401);
  const forged = await request(`${application.origin}/oauth/callback/keycloak?code=x&state=e30%3D`);
  assert.notEqual(new URL(forged.headers.location ?? '/', application.origin).pathname, '/me', 'a callback that nobody asked for');
  const browser = new FormBrowser();
  const me = await signIn(application, browser);
  assert.equal(me.claims.preferred_username, 'ada');
  assert.equal(me.claims.iss, issuers.plain);
  // An issuer without /auth/realms/ is no Keycloak to it: it forgets the person, and the provider does not.
  assert.equal((await endSession(application, browser)).status, 403, 'there is no such address');
  assert.equal((await browser.open(`${application.origin}/logout`)).url, `${application.origin}/left`);
  assert.equal((await browser.open(`${application.origin}/me`)).status, 401);
  assert.equal((await browser.open(`${application.origin}/oauth/login/keycloak`)).url, `${application.origin}/me`, 'single sign-on brings her back');
});

test('micronaut_ends_the_session_in_its_own_dialect', async () => {
  const application = await startApplication('auth');
  const browser = new FormBrowser();
  const me = await signIn(application, browser);
  assert.equal(me.claims.iss, issuers.auth);
  const sent = await endSession(application, browser);
  const target = new URL(sent.url);
  assert.equal(`${target.origin}${target.pathname}`, `${issuers.auth}/protocol/openid-connect/logout`);
  const [major, minor, patch] = version.split('.').map(Number);
  const isModern = major > 4 || (major === 4 && (minor > 16 || (minor === 16 && patch >= 1)));
  assert.deepEqual([...target.searchParams.keys()].filter((name) => name !== 'id_token_hint').sort(),
    isModern ? ['client_id', 'post_logout_redirect_uri'] : ['redirect_uri']);
  console.log(`micronaut-security ${version} ends the session with ${[...target.searchParams.keys()].join(', ')}`);
  let page = await browser.open(target.href);
  if (!page.url.startsWith(application.origin)) page = await browser.submit(page, {}); // "Do you want to sign out?"
  const form = await browser.open(`${application.origin}/oauth/login/keycloak`);
  assert.ok(form.url.startsWith(server.base), 'she is asked for her password again');
  assert.match(form.text, /kc-form-login/);
});
