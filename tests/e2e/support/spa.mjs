// A single page application around keycloak-js, as its guide shows it. The path chooses how it starts:
//   /            no onLoad: a person presses "login"
//   /check-sso   onLoad check-sso with silent-check-sso.html
//   /required    onLoad login-required
// The page's <body data-state> is "in" or "out" once keycloak-js has decided, `window.keycloak` is the adapter, and
// `window.happened` lists its events.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const kAdapter = readFileSync(new URL('../node_modules/keycloak-js/lib/keycloak.js', import.meta.url));
const kSilent = '<!doctype html><script>parent.postMessage(location.href, location.origin);</script>';

function indexPage(config) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${config.clientId}</title><body>
<button id="login">login</button> <button id="logout">logout</button> <p id="who"></p>
<script type="module">
import Keycloak from '/keycloak.js';
const keycloak = new Keycloak(${JSON.stringify(config)});
window.keycloak = keycloak;
window.happened = [];
for (const name of ['onReady', 'onAuthSuccess', 'onAuthError', 'onAuthRefreshSuccess', 'onAuthRefreshError', 'onAuthLogout'])
  keycloak[name] = () => window.happened.push(name);
document.getElementById('login').onclick = () => keycloak.login();
document.getElementById('logout').onclick = () => keycloak.logout({ redirectUri: location.origin + '/' });
const starts = {
  '/check-sso': { onLoad: 'check-sso', silentCheckSsoRedirectUri: location.origin + '/silent-check-sso.html' },
  '/required': { onLoad: 'login-required' },
};
try {
  const inside = await keycloak.init({ checkLoginIframeInterval: 1, messageReceiveTimeout: 30_000, ...starts[location.pathname] });
  document.getElementById('who').textContent = inside ? keycloak.tokenParsed.preferred_username : '';
  document.body.dataset.state = inside ? 'in' : 'out';
} catch (error) {
  document.getElementById('who').textContent = String(error?.message ?? JSON.stringify(error));
  document.body.dataset.state = 'failed';
}
</script>`;
}

/// Serves the application; returns `{ origin, close }`. `base` may be a function: the server may start later.
export async function serveSpa({ clientId, base, port, host = 'localhost', realm = 'village' }) {
  const server = http.createServer((request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const url = typeof base === 'function' ? base() : base;
    const answers = {
      '/keycloak.js': ['text/javascript', kAdapter],
      '/silent-check-sso.html': ['text/html', kSilent],
    };
    const [type, body] = answers[path] ?? ['text/html; charset=utf-8', indexPage({ url, realm, clientId })];
    response.writeHead(path === '/favicon.ico' ? 204 : 200, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(path === '/favicon.ico' ? undefined : body);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  server.unref();
  return { origin: `http://${host}:${port}`, close: () => server.close() };
}
