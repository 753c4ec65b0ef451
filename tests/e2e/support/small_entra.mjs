// The little of Entra ID and Microsoft Graph that Keep's guide needs (guides.md G0.2, G0.3), for one tenant and for
// `organizations`: a person is
// signed in without being asked, tokens come in both versions, groups may be too many for a token, and everything can be
// made wrong.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import http from 'node:http';

import { freePort } from '../harness.mjs';
import { Key, now } from './gate.mjs';

export const kTenant = '6f0d1d0e-1111-4222-8333-444455556666';
export const kOtherTenant = '7a0d1d0e-1111-4222-8333-444455556677';
export const kClient = '0b8f3c52-aaaa-4bbb-8ccc-ddddeeee0001';
export const kAdmins = '3a7c1e90-0000-4000-8000-00000000ad01';
export const kNoc = '3a7c1e90-0000-4000-8000-00000000c0c1';
export const kEntraSecret = 'entra-secret-of-this-test';

export class SmallEntra {
  users = {
    ana: { groups: [kAdmins] },
    ned: { groups: [kNoc] },
    amy: { groups: [kNoc, kAdmins] },
    zoe: { groups: [] },
    uwe: { groups: [kAdmins], tenant: kOtherTenant },
    ben: { groups: [...Array.from({ length: 200 }, () => randomUUID()), kAdmins], overage: true },
  };
  keys = [new Key('entra-1')];
  version = 2;
  person = 'ana';
  life = 3600;
  change = {};  // of the claims of access tokens
  changeId = {};  // of those of ID tokens
  issuerOfKeys = () => undefined;
  graphStatus = 200;
  error = '';  // the answer of authorize
  frontchannel = [];  // where applications want to be told of a sign-out, as their registration says
  refreshError = '';
  requests = [];
  #codes = new Map();

  async start() {
    for (const [name, user] of Object.entries(this.users)) Object.assign(user, { oid: randomUUID(), name });
    this.port = await freePort();
    this.url = `http://localhost:${this.port}`;
    this.issuer = `${this.url}/${kTenant}/v2.0`;
    this.server = http.createServer((incoming, outgoing) => {
      let body = '';
      incoming.on('data', (part) => (body += part));
      incoming.on('end', () => {
        const url = new URL(incoming.url, this.url);
        this.requests.push(`${incoming.method} ${url.pathname}`);
        const json = (value, status = 200) => {
          outgoing.writeHead(status, { 'content-type': 'application/json' });
          outgoing.end(JSON.stringify(value));
        };
        const redirect = (location) => outgoing.writeHead(302, { location }).end();
        const html = (text) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Directory</title>${text}`);
        this.answer(url, { incoming, form: new URLSearchParams(body), json, redirect, html });
      });
    });
    await new Promise((resolve) => this.server.listen(this.port, 'localhost', resolve));
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  answer(url, { incoming, form, json, redirect, html }) {
    const place = url.pathname.startsWith('/organizations/') ? 'organizations' : kTenant;
    const base = `${this.url}/${place}`;
    switch (url.pathname.replace(`/${place}`, '')) {
      case '/v2.0/.well-known/openid-configuration':
        return json({ issuer: place === kTenant ? this.issuer : `${this.url}/{tenantid}/v2.0`, authorization_endpoint: `${base}/oauth2/v2.0/authorize`, token_endpoint: `${base}/oauth2/v2.0/token`,
          jwks_uri: `${base}/discovery/v2.0/keys`, end_session_endpoint: `${base}/oauth2/v2.0/logout`, userinfo_endpoint: `${this.url}/oidc/userinfo`,
          token_endpoint_auth_methods_supported: ['client_secret_post'], id_token_signing_alg_values_supported: ['RS256'] });
      case '/discovery/v2.0/keys':
        return json({ keys: this.keys.map((key) => ({ ...key.jwk({ alg: false }), ...(this.issuerOfKeys(key) ? { issuer: this.issuerOfKeys(key) } : {}) })) });
      case '/oauth2/v2.0/authorize': {
        if (this.person === null) return html('<p id="who">Pick an account</p>');
        const back = new URL(url.searchParams.get('redirect_uri'));
        if (url.searchParams.has('state')) back.searchParams.set('state', url.searchParams.get('state'));
        if (this.error) back.searchParams.set('error', this.error);
        else {
          const code = randomBytes(16).toString('hex');
          this.#codes.set(code, { user: this.users[this.person], nonce: url.searchParams.get('nonce') ?? undefined, challenge: url.searchParams.get('code_challenge') });
          back.searchParams.set('code', code);
        }
        if (this.iss) back.searchParams.set('iss', this.iss);
        return redirect(back.href);
      }
      case '/oauth2/v2.0/token':
        return this.token(form, json);
      case '/oauth2/v2.0/logout': {  // ends the session of the browser here, and tells every application of it
        const sid = `sid-${this.person}`;
        this.person = null;
        const back = url.searchParams.get('post_logout_redirect_uri');
        return html(`<p id="out">You signed out</p>${this.frontchannel.map((each) => `<iframe src="${each}?sid=${sid}"></iframe>`).join('')}` +
          (back ? `<a id="back" href="${back.replaceAll('"', '')}">Back</a>` : ''));
      }
    }
    if (url.pathname.startsWith('/v1.0/users/')) return this.graph(url, incoming, json);
    return json({ error: 'not_found' }, 404);
  }

  token(form, json) {
    if (form.get('client_id') !== kClient || form.get('client_secret') !== kEntraSecret)
      return json({ error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided.' }, 401);
    if (form.get('grant_type') === 'client_credentials') return json({ access_token: 'graph-token', token_type: 'Bearer', expires_in: 3599 });
    if (form.get('grant_type') === 'refresh_token') {
      if (this.refreshError) return json({ error: this.refreshError, error_description: 'AADSTS50057: The user account is disabled.' }, 400);
      return json(this.answerFor(this.users[form.get('refresh_token').slice(8)]));
    }
    const code = this.#codes.get(form.get('code'));
    this.#codes.delete(form.get('code'));
    if (!code) return json({ error: 'invalid_grant', error_description: 'AADSTS54005: OAuth2 Authorization code was already redeemed.' }, 400);
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (challenge !== code.challenge) return json({ error: 'invalid_grant', error_description: 'AADSTS50148' }, 400);
    return json(this.answerFor(code.user, code.nonce));
  }

  answerFor(user, nonce) {
    return { token_type: 'Bearer', expires_in: this.life, access_token: this.accessToken(user.name), refresh_token: `refresh-${user.name}`,
      id_token: this.idToken(user.name, nonce) };
  }

  graph(url, incoming, json) {
    if (this.graphStatus !== 200) return json({ error: { code: 'nothing' } }, this.graphStatus);
    if (incoming.headers.authorization !== 'Bearer graph-token') return json({ error: { code: 'InvalidAuthenticationToken' } }, 401);
    const user = Object.values(this.users).find((one) => one.oid === url.pathname.split('/')[3]);
    const from = Number(url.searchParams.get('$skiptoken') ?? 0);
    const value = user.groups.slice(from, from + 100).map((id) => ({ id }));
    const more = from + 100 < user.groups.length ? { '@odata.nextLink': `${this.url}${url.pathname}?$skiptoken=${from + 100}` } : {};
    return json({ value, ...more });
  }

  claims(name) {
    const user = this.users[name];
    const groups = user.overage ? { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } } : { groups: user.groups };
    const tenant = user.tenant ?? kTenant;
    const shared = { tid: tenant, oid: user.oid, sub: `sub-${name}`, iat: now() - 5, nbf: now() - 5, exp: now() + this.life, ...groups };
    const mail = { unique_name: `${name}@example.com`, preferred_username: `${name}@example.com` };
    return this.version === 1
      ? { ...shared, ver: '1.0', iss: `${this.url}/${tenant}/`, aud: `api://${kClient}`, appid: kClient, unique_name: mail.unique_name }
      : { ...shared, ver: '2.0', iss: `${this.url}/${tenant}/v2.0`, aud: kClient, azp: kClient, preferred_username: mail.preferred_username };
  }

  accessToken(name, change = {}, options = {}) {
    const claims = { ...this.claims(name), ...this.change, ...change };
    for (const claim of Object.keys(claims)) if (claims[claim] === undefined) delete claims[claim];
    return this.keys.at(-1).token(claims, options);
  }

  idToken(name, nonce) {
    const { tid, oid, sub, iat, nbf, exp } = this.claims(name);
    return this.keys.at(-1).token({ tid, oid, sub, iat, nbf, exp, iss: `${this.url}/${tid}/v2.0`, aud: kClient, nonce, sid: `sid-${name}`, preferred_username: `${name}@example.com`, ...this.changeId });
  }
}

export function keepVariables(entra, more = {}) {
  const variables = { AUTH_TYPE: 'AZUREAD', KEEP_AZUREAD_TENANT_ID: kTenant, KEEP_AZUREAD_CLIENT_ID: kClient, KEEP_AZUREAD_CLIENT_SECRET: kEntraSecret,
    KEEP_AZUREAD_ADMIN_GROUP_ID: kAdmins, KEEP_AZUREAD_NOC_GROUP_ID: kNoc, NEXTAUTH_URL: 'http://localhost', NEXTAUTH_SECRET: 'of Keep itself', ...more };
  return Object.entries(variables).map(([name, value]) => `${name}=${value}\n`).join('');
}
