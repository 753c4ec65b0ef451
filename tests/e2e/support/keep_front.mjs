// Keep's front end as its guide has it (guides.md G0.2): npm @auth/core with its Entra ID provider, by the environment
// variables that the guide prints. A process of its own, because Node takes the authority it trusts at its start:
// `startKeepFront` starts it.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort, temporaryFolder, until } from '../harness.mjs';
import { request } from './form_browser.mjs';

/// `variables`: of the guide; `authority`: the origin in place of login.microsoftonline.com, `ca` what signs for it.
/// Returns `{ origin, problems(), stop() }`.
export async function startKeepFront({ variables, authority, ca }) {
  const port = await freePort();
  const trusted = path.join(temporaryFolder(), 'ca.pem');
  writeFileSync(trusted, ca);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(port), authority],
    { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: trusted, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const origin = `http://localhost:${port}`;
  await until("Keep's front end to answer", async () => (await request(`${origin}/api/auth/providers`).catch(() => null))?.status === 200,
    { seconds: 30, onTimeout: () => output });
  return { origin, problems: () => output, stop: () => { child.kill('SIGTERM'); } };
}

async function serve(port, authority) {
  const { Auth } = await import('@auth/core');
  const { default: MicrosoftEntraID } = await import('@auth/core/providers/microsoft-entra-id');
  const real = globalThis.fetch;
  // The picture of the person: the token is for Keep's API, so Graph refuses it, and the sign-in goes on.
  globalThis.fetch = (what, ...rest) =>
    new URL(what instanceof Request ? what.url : what).host === 'graph.microsoft.com' ? Promise.resolve(new Response('', { status: 401 })) : real(what, ...rest);
  const { KEEP_AZUREAD_CLIENT_ID: clientId, KEEP_AZUREAD_CLIENT_SECRET: clientSecret, KEEP_AZUREAD_TENANT_ID: tenant, NEXTAUTH_SECRET: secret } = process.env;
  const config = {
    basePath: '/api/auth', secret, trustHost: true,
    logger: { error: (error) => console.error(error), warn() {}, debug() {} },
    providers: [MicrosoftEntraID({ clientId, clientSecret, issuer: `${authority}/${tenant}/v2.0`, client: { token_endpoint_auth_method: 'client_secret_post' },
      authorization: { params: { scope: `api://${clientId}/default openid profile email` } } })],
    callbacks: {
      jwt: ({ token, account }) => (account ? { ...token, accessToken: account.access_token } : token),
      session: ({ session, token }) => ({ ...session, accessToken: token.accessToken }),
    },
  };
  const server = http.createServer(async (incoming, outgoing) => {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const made = await Auth(new Request(`http://localhost:${port}${incoming.url}`, { method: incoming.method,
      headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]), body: parts.length ? Buffer.concat(parts) : undefined }), config);
    const headers = {};
    made.headers.forEach((value, name) => (headers[name] = value));
    if (made.headers.getSetCookie().length) headers['set-cookie'] = made.headers.getSetCookie();
    outgoing.writeHead(made.status, headers);
    outgoing.end(Buffer.from(await made.arrayBuffer()));
  });
  server.listen(port, 'localhost');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(Number(process.argv[2]), process.argv[3]);
