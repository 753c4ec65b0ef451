// A live Keycloak in the place of our server, to prove that a test asks for what Keycloak does. It must be running;
// the realm of the test is made anew through its admin API.
import assert from 'node:assert/strict';

import { request } from './form_browser.mjs';

export class KeycloakServer {
  constructor(base, options) {
    this.base = base.replace(/\/$/, '');
    this.options = options;
    this.admin = { username: 'admin', password: 'admin' };
    this.log = '';
  }

  issuer(realm = 'village') {
    return `${this.base}/realms/${realm}`;
  }

  endpoint(name, realm) {
    return `${this.issuer(realm)}/protocol/openid-connect/${name}`;
  }

  keepSecret(value) {
    return value;
  }

  async prepare() {
    const { realm } = this.options;
    if (!realm) return;
    const login = await request(this.endpoint('token', 'master'), {
      method: 'POST',
      form: { grant_type: 'password', client_id: 'admin-cli', ...this.admin },
    });
    const headers = { authorization: `Bearer ${login.json().access_token}`, 'content-type': 'application/json' };
    await request(`${this.base}/admin/realms/${realm.realm}`, { method: 'DELETE', headers });
    const made = await request(`${this.base}/admin/realms`, { method: 'POST', headers, body: JSON.stringify(realm) });
    assert.equal(made.status, 201, made.text);
  }

  async run() {}
  async stop() {}
}
