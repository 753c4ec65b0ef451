// A server of a client: keeps what it is told at its admin URL, publishes a key, and signs with it.
import http from 'node:http';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export class Listener {
  keyFetches = 0;
  #told = [];
  #server = http.createServer((request, response) => this.#answer(request, response));

  async listen() {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    this.key = privateKey;
    this.jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://localhost:${this.#server.address().port}`;
    return this;
  }

  close() {
    this.#server.close();
  }

  /// What was last told at the path: the claims of the signed text.
  take(path) {
    const index = this.#told.findLastIndex((told) => told.path === path);
    if (index < 0) throw new Error(`nothing was told at ${path}: ${JSON.stringify(this.#told)}`);
    const [{ text }] = this.#told.splice(index, 1);
    return JSON.parse(Buffer.from(text.split('.')[1], 'base64url'));
  }

  /// Gives a function that makes assertions of a client, a new one with each call.
  async signer(clientId, audience) {
    let count = 0;
    return () => new SignJWT({ jti: `${process.pid}-${++count}` }).setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(clientId).setSubject(clientId).setAudience(audience).setIssuedAt().setExpirationTime('50s').sign(this.key);
  }

  async #answer(request, response) {
    let text = '';
    for await (const part of request) text += part;
    if (request.url === '/jwks') {
      ++this.keyFetches;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(this.jwks));
      return;
    }
    this.#told.push({ path: request.url, text });
    response.statusCode = 204;
    response.end();
  }
}
