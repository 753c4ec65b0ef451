// A realm that signs people in at Entra ID, set up through the admin API as the guide says, and what the tests of the hub
// ask it.
import assert from 'node:assert/strict';
import { journey } from './browser.mjs';
import { freePort, startServer } from '../harness.mjs';
import { request } from './form_browser.mjs';
import { serveLanding } from './landing.mjs';
import { villageRealm } from './realm.mjs';
import { kPassword, kTenant } from './entra/directory.mjs';
import { startEntra } from './entra/entra.mjs';

export const kSlug = 'entra-id';

/// `{ server, entra, application, admin, signInUrl }`. The stand-in knows the redirect URI that the guide prints.
export async function startHub({ config = {}, provider = {}, change = () => {} } = {}) {
  const ports = { 4001: await freePort(), 4003: await freePort() };
  const application = await serveLanding(ports[4003]);
  const app = { id: '0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001', secret: 'entra-app-secret-1', redirectUris: [] };
  const entra = await startEntra({ app });
  const server = await startServer({ realm: villageRealm(ports, (realm) => { realm.attributes = { ...realm.attributes, authentikPaths: 'true' }; change(realm); }), arguments: ['--truststore-paths', entra.ca], https: true });
  server.keepSecret(app.secret);
  app.redirectUris.push(`${server.base}/source/oauth/callback/${kSlug}/`);
  entra.build();
  const admin = await signInAsAdmin(server);
  const hub = { server, entra, application, admin, app,
    signInUrl(more = {}) {
      const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid', state: 'here', ...more };
      return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
    },
    /// The provider as the guide's form has it; `tenant` in its URLs.
    async setProvider(tenant = kTenant, more = {}, members = {}) {
      const at = `${entra.origin}/${tenant}`;
      const record = { alias: kSlug, displayName: 'Entra ID', providerId: 'entra', enabled: true, ...members,
        config: { clientId: app.id, clientSecret: app.secret, authorizationUrl: `${at}/oauth2/v2.0/authorize`, tokenUrl: `${at}/oauth2/v2.0/token`,
          userInfoUrl: `${entra.origin}/v1.0/me`, jwksUrl: `${at}/discovery/v2.0/keys`, callbackPath: 'source', syncMode: 'FORCE', ...more } };
      const known = await admin('GET', `identity-provider/instances/${kSlug}`);
      const answer = known.status === 200 ? await admin('PUT', `identity-provider/instances/${kSlug}`, record)
        : await admin('POST', 'identity-provider/instances', record);
      assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
    },
    async user(username) {
      const found = (await admin('GET', `users?exact=true&username=${encodeURIComponent(username)}`)).json();
      return found[0];
    },
    async identities(username) {
      return (await admin('GET', `users/${(await hub.user(username)).id}/federated-identity`)).json();
    },
    async groups(username) {
      return (await admin('GET', `users/${(await hub.user(username)).id}/groups?max=1000`)).json();
    },
    async stop(options) {
      await server.stop(options);
      entra.close();
    } };
  await hub.setProvider(kTenant, config, provider);
  return hub;
}

async function signInAsAdmin(server) {
  const token = async () => {
    const answer = await request(server.endpoint('token', 'master'), { method: 'POST', ca: server.ca,
      form: { grant_type: 'password', client_id: 'admin-cli', username: server.admin.username, password: server.admin.password } });
    assert.equal(answer.status, 200, answer.text);
    return answer.json().access_token;
  };
  return async (method, path, body) => request(`${server.base}/admin/realms/village/${path}`, { method, ca: server.ca,
    headers: { authorization: `Bearer ${await token()}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    body: body && JSON.stringify(body) });
}

/// From the application's request to Microsoft's page, signed in there; ends where that leads.
export async function signInUpstream(hub, page, login, { more = {}, tenantPicker = false, go = '#submit' } = {}) {
  await page.goto(hub.signInUrl(more));
  await page.locator(`#social-${kSlug}`).click();
  if (tenantPicker) {
    await page.locator('#login').fill(login);
    await page.locator('#submit').click();
  }
  await page.locator('#password').waitFor();
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(kPassword);
  await page.locator(go).click();
}

/// Back at the application, with a code.
export async function landed(hub, page) {
  await page.waitForURL(`${hub.application.origin}/**`);
  const answer = new URL(page.url()).searchParams;
  assert.ok(answer.get('code'), `no code: ${page.url()}`);
  assert.equal(answer.get('state'), 'here');
  hub.server.keepSecret(answer.get('code'));
  return answer.get('code');
}

/// A journey in a browser that takes the stand-in's certificate.
export const hubJourney = (name, steps) => journey(name, { ignoreHTTPSErrors: true }, steps);
