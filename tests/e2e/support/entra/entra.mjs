// Starts the stand-in (README.md). One `oidc-provider` for each tenant below /{tenant}; `common` and `organizations` find
// the tenant by the person. Times, keys, people and faults are the test's to change.
import { randomUUID } from 'node:crypto';
import https from 'node:https';
import Provider from 'oidc-provider';
import { SignJWT, importJWK } from 'jose';

import { kConsumers, kPassword, kTenant, makeDirectory, pairwise } from './directory.mjs';
import { serveGraph } from './graph.mjs';
import { makeAuthority, makeSigningKey } from './keys.mjs';

const kMultiTenant = ['common', 'organizations', 'consumers'];
const kGroupsInToken = 200;
const escape = (text) => `${text}`.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function page(title, html) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title><h1>${escape(title)}</h1>${html}`;
}

function loginPage(action, login, complaint = '') {
  return page('Sign in to your account', `${complaint && `<p id="complaint">${escape(complaint)}</p>`}
<form method="post" action="${escape(action)}"><input id="login" name="login" value="${escape(login ?? '')}">
<input id="password" name="password" type="password"><button id="submit" name="go" value="yes">Sign in</button>
<button id="decline" name="go" value="no">Cancel</button></form>`);
}

/// The error body of Entra's token endpoint (numbers as Microsoft documents them).
function aadsts(number, error, text) {
  const trace = randomUUID();
  return { error, error_description: `AADSTS${number}: ${text} Trace ID: ${trace} Correlation ID: ${randomUUID()} Timestamp: ${new Date().toISOString()}`,
    error_codes: [number], timestamp: new Date().toISOString(), trace_id: trace, correlation_id: randomUUID(),
    error_uri: `https://login.microsoftonline.com/error?code=${number}` };
}

const kNumbers = { invalid_client: [7000215, 'Invalid client secret provided.'], invalid_grant: [54005, 'OAuth2 Authorization code was already redeemed.'],
  unsupported_grant_type: [70003, 'The grant type is not supported.'], invalid_scope: [70011, 'The scope is not valid.'] };

class MemoryAdapter {
  static rows = new Map();
  constructor(name) { this.name = name; }
  key(id) { return `${MemoryAdapter.tenant ?? ''}${this.name}:${id}`; }
  async upsert(id, payload) {
    MemoryAdapter.rows.set(this.key(id), payload);
    if (payload.uid) MemoryAdapter.rows.set(`uid:${this.name}:${payload.uid}`, id);
  }
  async find(id) { return MemoryAdapter.rows.get(this.key(id)); }
  async findByUid(uid) { return this.find(MemoryAdapter.rows.get(`uid:${this.name}:${uid}`)); }
  async findByUserCode() { return undefined; }
  async consume(id) { (await this.find(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { MemoryAdapter.rows.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const [key, row] of MemoryAdapter.rows) if (row?.grantId === grantId) MemoryAdapter.rows.delete(key);
  }
}

class Entra {
  constructor(options) {
    this.options = options;
    this.faults = { throttled: 0, retryAfter: 3 };
    this.graphCalls = [];
    this.deltas = new Map(); // what links of deltas stand for
    this.graphTokens = new Set(); // of the application by itself
    this.keyRequests = 0;
    this.groupClaims = true; // the application asks for groups in its tokens
    this.authority = makeAuthority();
    this.ca = this.authority.ca;
  }

  async start() {
    this.server = https.createServer({ key: this.authority.key, cert: this.authority.certificate }, (request, response) => {
      this.answer(request, response).catch((error) => {
        response.writeHead(500, { 'content-type': 'text/plain' });
        response.end(`${error.stack}`);
      });
    });
    await new Promise((resolve) => this.server.listen(0, 'localhost', resolve));
    this.server.unref();
    this.origin = `https://localhost:${this.server.address().port}`;
    this.app = this.options.app;
    this.directory = makeDirectory(this.app);
    this.keys = [await makeSigningKey(this.authority.folder)];
    this.consumerKey = await makeSigningKey(this.authority.folder);
    this.build();
  }

  close() { this.server.closeAllConnections?.(); this.server.close(); }

  /// Signs with a new key from now on; `overlap`: the old one stays published.
  async rollKeys({ overlap = true } = {}) {
    const fresh = await makeSigningKey(this.authority.folder);
    this.keys = overlap ? [fresh, ...this.keys] : [fresh];
    this.build();
  }

  issuer(tenant) { return `${this.origin}/${tenant}/v2.0`; }

  build() {
    this.providers = new Map(this.directory.tenants.map((tenant) => [tenant, this.makeProvider(tenant)]));
  }

  claimsOf(user, tenant) {
    const claims = { tid: tenant, oid: user.oid, ver: '2.0', uti: randomUUID(), rh: '0.', name: user.displayName, preferred_username: user.upn,
      ...(user.roles.length ? { roles: user.roles } : {}), ...(this.faults.claims ?? {}), ...user.claims };
    if (!this.groupClaims) return claims;
    const groups = this.directory.groupsOf(user.oid, true);
    if (groups.length > kGroupsInToken) {
      claims._claim_names = { groups: 'src1' };
      claims._claim_sources = { src1: { endpoint: `https://graph.windows.net/${tenant}/users/${user.oid}/getMemberObjects` } };
    } else {
      claims.groups = groups;
    }
    return claims;
  }

  makeProvider(tenant) {
    const { app } = this;
    const names = ['tid', 'oid', 'ver', 'uti', 'rh', 'name', 'preferred_username', 'roles', 'groups', '_claim_names', '_claim_sources', 'acct',
      'xms_edov', 'verified_primary_email', 'email', ...Object.keys(this.faults.claims ?? {})];
    const provider = new Provider(this.issuer(tenant), {
      adapter: MemoryAdapter,
      clients: [{ client_id: app.id, client_secret: app.secret, redirect_uris: app.redirectUris, response_types: ['code'],
        grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_post', subject_type: 'pairwise',
        id_token_signed_response_alg: 'RS256' }],
      jwks: { keys: this.keys.map((key) => key.private) },
      subjectTypes: ['pairwise'],
      pairwiseIdentifier: async (_, oid, client) => pairwise(tenant, oid, client.clientId),
      claims: { openid: ['sub', ...names], profile: [], email: ['email'] },
      conformIdTokenClaims: false,
      scopes: ['openid', 'offline_access', 'profile', 'email', ...['User.Read', 'GroupMember.Read.All', 'User.ReadBasic.All'].flatMap((name) =>
        [`https://graph.microsoft.com/${name}`, `${this.origin}/${name}`, name])],
      findAccount: async (_, oid) => {
        const user = this.directory.byOid(oid);
        return user && { accountId: oid, claims: async () => ({ sub: oid, ...this.claimsOf(user, tenant) }) };
      },
      loadExistingGrant: async (ctx) => {
        const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
        grant.addOIDCScope(ctx.oidc.params.scope);
        grant.addOIDCClaims(names);
        await grant.save();
        return grant;
      },
      interactions: { url: (ctx, interaction) => `/${tenant}/interaction/${interaction.uid}` },
      routes: { authorization: '/oauth2/v2.0/authorize', token: '/oauth2/v2.0/token', jwks: '/discovery/v2.0/keys', end_session: '/oauth2/v2.0/logout' },
      features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
      pkce: { required: () => false },
      ttl: { AccessToken: 3600, AuthorizationCode: 600, Grant: 3600, IdToken: 3600, Interaction: 3600, RefreshToken: 86400, Session: 3600 },
      cookies: { keys: ['test'], names: { session: `s-${tenant}`, interaction: `i-${tenant}`, resume: `r-${tenant}` } },
      renderError: async (ctx, out) => {
        const number = out.error === 'invalid_redirect_uri' ? 50011 : 900144;
        ctx.type = 'html';
        ctx.body = page('Sign in', `<p id="complaint">AADSTS${number}: ${escape(out.error_description ?? out.error)}</p>`);
      },
    });
    // Entra's error bodies at the token endpoint.
    provider.use(async (ctx, next) => {
      await next();
      if (ctx.body?.id_token && this.faults.idToken) ctx.body = { ...ctx.body, id_token: await this.faults.idToken(ctx.body.id_token) };
      if (!ctx.path.endsWith('/token') || ctx.status < 400) return;
      const [number, text] = kNumbers[ctx.body?.error] ?? [900144, ctx.body?.error_description ?? 'Malformed.'];
      ctx.body = aadsts(number, ctx.body?.error ?? 'invalid_request', text);
    });
    return provider;
  }

  discovery(tenant) {
    const at = `${this.origin}/${tenant}`;
    const issuer = kMultiTenant.includes(tenant) && tenant !== 'consumers' ? `${this.origin}/{tenantid}/v2.0`
      : this.issuer(tenant === 'consumers' ? kConsumers : tenant);
    return { token_endpoint: `${at}/oauth2/v2.0/token`, token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${at}/discovery/v2.0/keys`, response_modes_supported: ['query', 'fragment', 'form_post'], subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'], response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'], issuer, request_uri_parameter_supported: false,
      userinfo_endpoint: `${this.origin}/oidc/userinfo`, authorization_endpoint: `${at}/oauth2/v2.0/authorize`, http_logout_supported: true,
      frontchannel_logout_supported: true, end_session_endpoint: `${at}/oauth2/v2.0/logout`, tenant_region_scope: null,
      cloud_instance_name: 'microsoftonline.com', msgraph_host: new URL(this.origin).host };
  }

  jwks() {
    const template = `${this.origin}/{tenantid}/v2.0`;
    return { keys: [...this.keys.map((key) => ({ ...key.public, issuer: this.faults.keyIssuer ?? template })),
      { ...this.consumerKey.public, issuer: this.issuer(kConsumers) }] };
  }

  /// A token for an API, as client_credentials gives it.
  async appToken(tenant, { audience, version = 2, roles = [], life = 3600, claims = {} }) {
    const now = Math.floor(Date.now() / 1000);
    const oid = 'f0f0f0f0-0000-4000-8000-000000000001';
    const key = this.keys[0].private;
    const own = version === 2 ? { azp: this.app.id, azpacr: '1', ver: '2.0', iss: this.issuer(tenant) }
      : { appid: this.app.id, appidacr: '1', ver: '1.0', iss: `${this.origin.replace('localhost', 'sts.localhost')}/${tenant}/` };
    return new SignJWT({ aud: audience, oid, sub: oid, tid: tenant, uti: randomUUID(), iat: now, nbf: now, exp: now + life,
      ...(roles.length ? { roles } : {}), ...own, ...claims }).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: key.kid }).sign(await importJWK(key, 'RS256'));
  }

  async answer(request, response) {
    const url = new URL(request.url, this.origin);
    const json = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'max-age=86400, private' });
      response.end(JSON.stringify(body));
    };
    const html = (status, text) => {
      response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
      response.end(text);
    };
    if (url.pathname === '/common/discovery/instance') {
      const host = new URL(this.origin).host;
      return json(200, { tenant_discovery_endpoint: `${this.origin}/common/v2.0/.well-known/openid-configuration`, 'api-version': '1.1',
        metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }] });
    }
    if (/^\/(v1\.0|oidc)\//.test(url.pathname)) {
      const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
      return void (await serveGraph(this, url, request, response, await bodyOf(request), await this.tokenOf(bearer)));
    }
    const [, tenantName, ...rest] = url.pathname.toLowerCase().split('/');
    const tenant = this.directory.tenants.find((each) => each === tenantName);
    const path = `/${rest.join('/')}`.replace(/\/$/, '');
    if (!tenant && !kMultiTenant.includes(tenantName)) return json(400, aadsts(90002, 'invalid_tenant', `Tenant '${tenantName}' not found.`));
    if (path === '/v2.0/.well-known/openid-configuration') return json(200, this.discovery(tenantName));
    if (path === '/discovery/v2.0/keys') {
      this.keyRequests += 1;
      return json(200, this.jwks());
    }
    if (path === '/oauth2/v2.0/token') {
      const body = await bodyOf(request);
      const form = new URLSearchParams(body);
      if (form.get('grant_type') === 'client_credentials') return this.clientCredentials(tenant, form, json);
      return this.hand(await this.providerOfCode(tenant, form), request, response, path, body);
    }
    if (path.startsWith('/oauth2/v2.0/authorize') && !tenant) return this.pickTenant(tenantName, url, request, response, html);
    const interaction = /^\/interaction\/([\w-]+)$/.exec(path);
    if (interaction && tenant) return this.interact(tenant, request, response, html);
    if (tenant) return this.hand({ tenant, provider: this.providers.get(tenant) }, request, response, `/${rest.join('/')}`, undefined);
    return json(404, {});
  }

  /// The access token's person and scopes.
  async tokenOf(bearer) {
    if (!bearer) return null;
    if (this.graphTokens.has(bearer)) return { isApplication: true };
    for (const provider of this.providers.values()) {
      const found = await provider.AccessToken.find(bearer).catch(() => undefined);
      if (found) return { oid: found.accountId, scopes: `${found.scope}`.split(' '), sub: found.accountId };
    }
    return null;
  }

  async providerOfCode(tenant, form) {
    if (tenant) return { tenant, provider: this.providers.get(tenant) };
    for (const [each, provider] of this.providers) {
      const code = await provider.AuthorizationCode.find(form.get('code') ?? '', { ignoreExpiration: true }).catch(() => undefined);
      const user = code && this.directory.byOid(code.accountId);
      if (user?.tenant === each) return { tenant: each, provider };
    }
    return { tenant: kTenant, provider: this.providers.get(kTenant) };
  }

  hand({ tenant, provider }, request, response, path, body) {
    const search = new URL(request.url, this.origin).search;
    request.originalUrl = `/${tenant}${path}${search}`;
    request.url = `${path}${search}`;
    if (body !== undefined) request.body = Object.fromEntries(new URLSearchParams(body));
    return provider.callback()(request, response);
  }

  async clientCredentials(tenant, form, json) {
    if (!tenant) return json(400, aadsts(50059, 'invalid_request', 'No tenant-identifying information found.'));
    if (form.get('client_id') !== this.app.id) return json(400, aadsts(700016, 'unauthorized_client', 'Application not found.'));
    if (form.get('client_secret') !== this.app.secret) return json(401, aadsts(7000215, 'invalid_client', 'Invalid client secret provided.'));
    const asked = /^(.+)\/\.default$/.exec(form.get('scope') ?? '');
    if (!asked) return json(400, aadsts(70011, 'invalid_scope', 'The scope must end in /.default.'));
    const version = this.options.tokenVersion ?? 2;
    const audience = version === 2 && asked[1] === `api://${this.app.id}` ? this.app.id : asked[1];
    const token = await this.appToken(tenant, { audience, version, roles: this.appRoles ?? [] });
    if (asked[1] === this.origin) this.graphTokens.add(token);
    return json(200, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: token });
  }

  async pickTenant(name, url, request, response, html) {
    if (request.method !== 'POST' || !new URLSearchParams(url.search).get('picked')) {
      const here = new URL(url);
      here.searchParams.set('picked', '1');
      if (request.method === 'GET') {
        return html(200, page('Pick an account', `<form method="post" action="${escape(here.pathname + here.search)}"><input id="login" name="login">
<button id="submit">Next</button></form>`));
      }
    }
    const user = this.directory.find(new URLSearchParams(await bodyOf(request)).get('login'));
    if (!user || (name === 'organizations' && user.tenant === kConsumers)) return html(400, page('Sign in', '<p id="complaint">AADSTS50034: no such account</p>'));
    url.searchParams.delete('picked');
    url.searchParams.set('login_hint', user.upn);
    response.writeHead(303, { location: `/${user.tenant}/oauth2/v2.0/authorize${url.search}` });
    return response.end();
  }

  async interact(tenant, request, response, html) {
    const provider = this.providers.get(tenant);
    const body = request.method === 'POST' ? await bodyOf(request) : '';
    const details = await provider.interactionDetails(request, response);
    const action = new URL(request.url, this.origin).pathname;
    if (request.method !== 'POST') return html(200, loginPage(action, details.params.login_hint));
    const form = new URLSearchParams(body);
    const finish = (result) => provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    if (form.get('go') === 'no') return finish({ error: 'access_denied', error_description: 'AADSTS65004: User declined to consent to access the app.' });
    const user = this.directory.find(form.get('login'));
    const complain = (number, text) => html(200, loginPage(action, form.get('login'), `AADSTS${number}: ${text}`));
    if (!user || user.tenant !== tenant) return complain(50034, 'The account does not exist in this directory.');
    if (form.get('password') !== kPassword) return complain(50126, 'Error validating credentials due to invalid username or password.');
    if (!user.enabled) return complain(50057, 'The user account is disabled.');
    if (this.app.assigned && !this.app.assigned.includes(user.upn)) {
      return complain(50105, `The signed in user '${user.upn}' is not assigned to a role for the application '${this.app.id}'.`);
    }
    return finish({ login: { accountId: user.oid } });
  }
}

function bodyOf(request) {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part) => (text += part));
    request.on('end', () => resolve(text));
    request.on('error', reject);
  });
}

/// Options: `app` `{ id, secret, redirectUris, assigned }` (`assigned`: who may use it, by UPN; absent: everybody), `tokenVersion` of the application's API (1 or 2).
export async function startEntra(options) {
  const entra = new Entra(options);
  await entra.start();
  return entra;
}
