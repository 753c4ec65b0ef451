// Keep behind the gate, in Keep's own mode for it (guides.md G0.7, OAUTH2PROXY): its front end with npm @auth/core, whose
// pages sign in whoever the proxy's headers name, call the API at /backend of the same host with bodies, and sign out at
// /oauth2/sign_out; and the API behind the front end, which believes two headers. An application to stand behind the gate.
import http from 'node:http';

import { Auth } from '@auth/core';
import Credentials from '@auth/core/providers/credentials';

const kSecret = 'secret of the front end itself, 32+';

/// What its pages do. `call` is its ApiClient: the token of its session with every call, JSON bodies.
function pageOf(path) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Keep</title><body>
<p id="name"></p><p id="role"></p><p id="path"></p><pre id="result"></pre>
<button id="create">Create a rule</button><button id="change">Change it</button><button id="remove">Remove it</button>
<button id="ask">Ask</button><button id="out">Sign out</button>
<script type="module">
const json = async (url, init) => (await fetch(url, init)).json();
const show = (id, text) => { document.getElementById(id).textContent = text; };
const config = await json('/api/config');
if (location.pathname === '/signin') {
  const providers = await json('/api/auth/providers');
  const { csrfToken } = await json('/api/auth/csrf');
  if (providers.credentials.name !== 'OAuth2Proxy') throw new Error('another provider');
  const callbackUrl = new URLSearchParams(location.search).get('callbackUrl') ?? '/incidents';
  const back = await json('/api/auth/callback/credentials', { method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-auth-return-redirect': '1' }, body: new URLSearchParams({ csrfToken, callbackUrl }) });
  await fetch('/signin', { method: 'POST', headers: { 'next-action': 'a1', accept: 'text/x-component', 'content-type': 'text/plain;charset=UTF-8' }, body: '[]' });
  location.href = back.url;
} else {
  const session = await json('/api/auth/session');
  const call = async (method, url, body) => {
    const answer = await fetch('/backend' + url, { method, headers: { authorization: 'Bearer ' + session.accessToken, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body) });
    show('result', method + ' ' + answer.status + ' ' + JSON.stringify(await answer.json().catch(() => null)));
  };
  const on = (id, action) => document.getElementById(id).addEventListener('click', action);
  on('create', () => call('POST', '/rules', { name: 'disk full' }));
  on('change', () => call('PUT', '/rules/1', { name: 'disk fuller' }));
  on('remove', () => call('DELETE', '/rules/1'));
  on('ask', () => call('POST', '/alerts/query', { cel: '' }));
  on('out', () => { if (config.AUTH_TYPE === 'OAUTH2PROXY') location.href = '/oauth2/sign_out'; });
  show('role', session.userRole);
  show('path', location.pathname);
  show('name', session.user.email);
}
</script>`.replace('<title>', `<link rel="canonical" href="${path.replace(/["<&]/g, '')}"><title>`);
}

/// The front end's settings: whoever the headers of its proxy name is signed in, and his token proves nothing.
const kAuth = {
  basePath: '/api/auth', secret: kSecret, trustHost: true, pages: { signIn: '/signin' }, session: { strategy: 'jwt' },
  logger: { error: (error) => console.error(error), warn() {}, debug() {} },
  providers: [Credentials({ name: 'OAuth2Proxy', credentials: {}, authorize(_, { headers }) {
    const user = headers.get('x-forwarded-user') || headers.get('x-forwarded-email');
    const email = headers.get('x-forwarded-email') || user;
    const accessToken = headers.get('x-forwarded-access-token') || `oauth2proxy:${user}`;
    return user ? { id: email, name: user, email, accessToken, role: headers.get('x-forwarded-groups') || undefined } : null;
  } })],
  callbacks: {
    jwt: ({ token, user }) => (user ? { ...token, accessToken: user.accessToken, role: user.role } : token),
    session: ({ session, token }) => ({ ...session, accessToken: token.accessToken, userRole: token.role }),
  },
};

/// The API: the two headers decide, and nothing else.
function apiAnswer({ method, url, headers, body }) {
  if (!headers['x-forwarded-email']) return [401, { detail: 'Unauthorized - no user in x-forwarded-email header found' }];
  if (!['admin', 'noc'].includes(headers['x-forwarded-groups'])) return [403, { detail: 'No valid role found' }];
  return [200, { method, url, body, user: headers['x-forwarded-email'], role: headers['x-forwarded-groups'] }];
}

/// Returns `{ origin, seen, stop() }`; `seen` are all requests that reached it, with their bodies.
export async function startKeepUi() {
  const seen = [];
  const answerTo = async (incoming, body) => {
    const { method, url, headers } = incoming;
    const origin = `${headers['x-forwarded-proto'] ?? 'http'}://${headers['x-forwarded-host'] ?? headers.host}`;
    const { pathname } = new URL(url, origin);
    const asked = (target, how) => Auth(new Request(`${origin}${target}`, { method: how, body: how === 'GET' ? undefined : body,
      headers: Object.entries(headers).filter(([name]) => name !== 'content-length').map(([name, value]) => [name, String(value)]) }), kAuth);
    const json = (status, value) => new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
    if (pathname.startsWith('/api/auth/')) return asked(url, method);
    if (pathname.startsWith('/backend/')) return json(...apiAnswer({ method, url: url.slice('/backend'.length), headers, body }));
    if (pathname === '/api/config') return json(200, { AUTH_TYPE: 'OAUTH2PROXY', SENTRY_DISABLED: 'true' });
    if (method !== 'GET') return new Response('0:{}', { headers: { 'content-type': 'text/x-component' } });
    const isKnown = (await (await asked('/api/auth/session', 'GET')).json()) !== null;
    const to = (target) => new Response(null, { status: 307, headers: { location: `${origin}${target}` } });
    if (!isKnown && pathname !== '/signin') return to(`/signin?callbackUrl=${encodeURIComponent(url)}`);
    if (isKnown && pathname === '/signin') return to('/incidents');
    return new Response(pageOf(pathname), { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } });
  };
  const server = http.createServer(async (incoming, outgoing) => {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const body = Buffer.concat(parts).toString();
    seen.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
    const made = await answerTo(incoming, body);
    const headers = {};
    made.headers.forEach((value, name) => (headers[name] = value));
    if (made.headers.getSetCookie().length) headers['set-cookie'] = made.headers.getSetCookie();
    outgoing.writeHead(made.status, headers);
    outgoing.end(Buffer.from(await made.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, seen,
    stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
