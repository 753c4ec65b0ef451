// Who calls the admin API in a benchmark: one connection, one call at a time, each timed.
import http from 'node:http';

/// An administrator with one connection that stays open.
export class Administrator {
  constructor(server) {
    this.server = server;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  send(method, path, body, headers = {}) {
    return new Promise((done, fail) => {
      const request = http.request(`${this.server.base}${path}`, { method, agent: this.agent, headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
      });
      request.on('error', fail);
      request.end(body);
    });
  }

  /// Tokens of master live for a minute; a new one every half.
  async token() {
    if (this.until > Date.now()) return this.held;
    const form = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'bench-admin-password' });
    const answer = await this.send('POST', '/realms/master/protocol/openid-connect/token', form.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
    if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`);
    this.held = JSON.parse(answer.text).access_token;
    this.until = Date.now() + 30_000;
    return this.held;
  }

  async call(method, path, body) {
    const headers = { authorization: `Bearer ${await this.token()}`, ...(body ? { 'content-type': 'application/json' } : {}) };
    const begin = process.hrtime.bigint();
    const answer = await this.send(method, `/admin/realms${path}`, body && JSON.stringify(body), headers);
    const milliseconds = Number(process.hrtime.bigint() - begin) / 1e6;
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return { milliseconds, text: answer.text };
  }
}
