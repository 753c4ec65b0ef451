// The admin API as the administrator of the test: what a test must change or read that no guide clicks.
import assert from 'node:assert/strict';

import { request } from './form_browser.mjs';

export class AdminApi {
  constructor(server, realm) {
    this.server = server;
    this.root = `${server.base}/admin/realms/${realm}`;
  }

  /// Tokens of master live for a minute: each call has a fresh one. `path` is below the realm; a body is sent as JSON.
  async send(method, path, body) {
    const login = await request(this.server.endpoint('token', 'master'), {
      method: 'POST', form: { grant_type: 'password', client_id: 'admin-cli', ...this.server.admin },
    });
    assert.equal(login.status, 200, login.text);
    const headers = { authorization: `Bearer ${login.json().access_token}`, 'content-type': 'application/json' };
    const answer = await request(`${this.root}${path}`, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  async get(path) {
    return (await this.send('GET', path)).json();
  }

  /// Makes something; gives its id.
  async make(path, body) {
    return (await this.send('POST', path, body)).headers.location?.split('/').pop();
  }

  async client(clientId) {
    const [found] = await this.get(`/clients?clientId=${encodeURIComponent(clientId)}`);
    return found;
  }

  async user(username) {
    const [found] = await this.get(`/users?username=${encodeURIComponent(username)}&exact=true`);
    return found;
  }

  /// Changes members of a representation: reads it, applies `change`, writes it.
  async change(path, change) {
    const now = await this.get(path);
    await this.send('PUT', path, { ...now, ...change });
  }
}
