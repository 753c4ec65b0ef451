// An application with the wire habits of Micronaut security, which Kestra signs in with (guides.md G3.2, G3.3): discovery at
// start, state as padded base64, nonce and S256, Basic wherever discovery offers it, an ID token checked without leeway.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';

import { FormBrowser, request } from './form_browser.mjs';

export class MicronautClient {
  constructor({ issuer, clientId, clientSecret, origin, scopes = ['openid', 'email', 'profile'] }) {
    Object.assign(this, { issuer, clientId, clientSecret, origin, scopes, callback: `${origin}/oauth/callback/keycloak` });
  }

  /// Reads discovery. `change` stands for another server's document.
  async start(change = {}) {
    const answer = await request(`${this.issuer}/.well-known/openid-configuration`);
    assert.equal(answer.status, 200, answer.text);
    this.metadata = { ...answer.json(), ...change };
    this.keys = createRemoteJWKSet(new URL(this.metadata.jwks_uri));
    return this;
  }

  /// What the browser is sent to from /oauth/login/keycloak, and what the cookies remember.
  login(changes = {}) {
    const nonce = randomUUID();
    const verifier = randomBytes(48).toString('base64url');
    // The characters that base64 has and URLs have not: ">>>" gives a plus, "???" a slash, the length an equals sign.
    let state;
    for (let filler = ''; !/\+.*\/.*==?$/.test(state ?? ''); filler += 'x') {
      state = Buffer.from(JSON.stringify({ nonce: randomUUID(), originalUri: `/ui/>>>???${filler}`, redirectUri: this.callback })).toString('base64');
    }
    const query = new URLSearchParams({
      scope: this.scopes.join(' '), response_type: 'code', redirect_uri: this.callback, state, nonce, client_id: this.clientId,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...changes,
    });
    return { url: `${this.metadata.authorization_endpoint}?${query}`, state, nonce, verifier };
  }

  /// The token call. `form` and `headers` replace what Micronaut would send.
  token(form, headers) {
    const methods = this.metadata.token_endpoint_auth_methods_supported;
    const basic = !methods || methods.includes('client_secret_basic');
    const credentials = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString('base64');
    return request(this.metadata.token_endpoint, {
      method: 'POST',
      headers: headers ?? (basic ? { authorization: `Basic ${credentials}` } : {}),
      form: basic ? form : { ...form, client_id: this.clientId, client_secret: this.clientSecret },
    });
  }

  redemption(login, code) {
    return { grant_type: 'authorization_code', code, redirect_uri: this.callback, code_verifier: login.verifier };
  }

  /// Signs a person in; the state must come back byte for byte. Gives the code and what belongs to it.
  async codeFor(person, { browser = new FormBrowser(), changes } = {}) {
    const login = this.login(changes);
    const page = await browser.open(login.url, { until: this.callback });
    const back = page.status === 302 ? page : await browser.submit(page, person, { wanted: 'kc-form-login', until: this.callback });
    assert.equal(back.status, 302, back.words);
    const answer = new URL(back.url).searchParams;
    assert.equal(answer.get('state'), login.state);
    assert.equal(answer.get('iss'), this.metadata.issuer);
    return { login, browser, code: answer.get('code') };
  }

  /// Micronaut's checks of an ID token: exact issuer, audience, azp, nonce, and no leeway.
  async check(idToken, nonce) {
    const { payload } = await jwtVerify(idToken, this.keys, { issuer: this.metadata.issuer, audience: this.clientId, clockTolerance: 0 });
    assert.equal(this.metadata.issuer, this.issuer, 'the issuer of the settings and the one of discovery');
    assert.equal(payload.nonce, nonce);
    if (Array.isArray(payload.aud) && payload.aud.length > 1) assert.ok(payload.azp);
    if (payload.azp !== undefined) assert.equal(payload.azp, this.clientId);
    return payload;
  }

  /// The whole login: the session that the application would keep.
  async signIn(person, options) {
    const { login, browser, code } = await this.codeFor(person, options);
    const answer = await this.token(this.redemption(login, code));
    assert.equal(answer.status, 200, answer.text);
    const tokens = answer.json();
    return { ...tokens, login, browser, code, claims: await this.check(tokens.id_token, login.nonce) };
  }

  /// End-session in one of Micronaut's dialects: before 4.16.1 `redirect_uri` alone, later all three.
  logoutUrl(parameters) {
    return `${this.metadata.end_session_endpoint}?${new URLSearchParams(parameters)}`;
  }
}
