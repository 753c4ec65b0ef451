// What NetBird's command line does (guides.md G4.8): the code flow to a loopback port with the habits of Go's OAuth
// library, and the device flow.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { until } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { picture } from '../support/admin_console.mjs';
import { fillLogin, journey } from '../support/browser.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { claimsOf } from '../support/sign_in.mjs';
import { kCliRedirect, kDomain, kNetbird } from './netbird_walk.mjs';

const kDeviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const kLoginForm = 'kc-form-login';

function basic(clientId, secret = '') {
  return { authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}` };
}

/// The command line's look at its token (G4.8): what it prints where the audience is another, else nothing.
function complaint(token, audience) {
  const { aud } = claimsOf(token);
  return [aud].flat().includes(audience) ? '' : `authentication failed: invalid JWT token audience field: ${[aud].flat().join(', ')} and not ${audience}`;
}

export function commandLineScenarios(server) {
  const admin = new AdminApi(server, 'netbird');
  const post = (endpoint, form, headers) => request(server.endpoint(endpoint, 'netbird'), { method: 'POST', form, headers });

  function authorizationRequest(changes = {}) {
    const verifier = randomBytes(64).toString('hex');
    const parameters = {
      client_id: 'netbird-client', response_type: 'code', redirect_uri: kCliRedirect, scope: 'openid profile email offline_access api',
      state: randomBytes(24).toString('hex'), audience: 'netbird-client', prompt: 'login',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...changes,
    };
    return { verifier, parameters, url: `${server.endpoint('auth', 'netbird')}?${new URLSearchParams(parameters)}` };
  }

  async function login(changes) {
    const asked = authorizationRequest(changes);
    const browser = new FormBrowser();
    const page = await browser.open(asked.url);
    const back = await browser.submit(page, kNetbird, { wanted: kLoginForm, until: asked.parameters.redirect_uri });
    assert.equal(back.status, 302, back.words);
    const answer = new URL(back.url).searchParams;
    assert.equal(answer.get('state'), asked.parameters.state);
    const form = { grant_type: 'authorization_code', code: answer.get('code'), redirect_uri: asked.parameters.redirect_uri, code_verifier: asked.verifier };
    server.keepSecret(form.code);
    return { back, form };
  }

  test('G4-06 CLI PKCE: back to port 53000, with Basic and an empty secret first', async () => {
    const { back, form } = await login();
    assert.match(back.headers.location, /^http:\/\/localhost:53000\/?\?/);
    const tokens = await post('token', form, basic('netbird-client'));
    assert.equal(tokens.status, 200, tokens.text);
    assert.equal(complaint(tokens.json().access_token, 'netbird-client'), '', 'NetBird compares the audience');
    // Where the first attempt is refused, Go's library sends the same code again with client_id in the body.
    const other = await login();
    const first = await post('token', other.form, basic('netbird-client', 'a-guess'));
    const second = first.status === 200 ? first : await post('token', { ...other.form, client_id: 'netbird-client' });
    assert.equal(second.status, 200, second.text);
    const third = await login();
    assert.equal((await post('token', third.form, basic('nobody'))).status, 401);
    assert.equal((await post('token', { ...third.form, client_id: 'netbird-client' })).status, 200, 'the code was not burnt');
    const noProof = await login();
    const refused = await post('token', { ...noProof.form, code_verifier: '', client_id: 'netbird-client' });
    assert.equal(refused.json().error, 'invalid_grant');
  });

  test('G4-07 CLI wrong audience: the token says its own, and the command line prints both', async () => {
    const { form } = await login({ audience: 'netbird-clientt' });  // as NETBIRD_AUTH_AUDIENCE has it by mistake
    const tokens = await post('token', { ...form, client_id: 'netbird-client' });
    assert.equal(tokens.status, 200, tokens.text);
    assert.equal(complaint(tokens.json().access_token, 'netbird-clientt'),
      'authentication failed: invalid JWT token audience field: netbird-client, account and not netbird-clientt');
  });

  test('G4-18 redirect mismatch: an error page and no redirect', async () => {
    for (const target of ['https://nb.example.test.evil.test/', `${kDomain}/..//evil`, `${kDomain}/%2e%2e//evil`, 'https://nb.example.test@evil.test/',
      `${kDomain}\\@evil.test/`, 'http://nb.example.test/', `${kDomain}:444/`]) {
      const answer = await request(authorizationRequest({ redirect_uri: target }).url);
      assert.equal(answer.status, 400, target);
      assert.equal(answer.headers.location, undefined, target);
      assert.match(answer.words, /Invalid parameter: redirect_uri/, target);
    }
  });

  test('G4-19 localhost port: any where none is registered, else only that one', async () => {
    await admin.make('/clients', { clientId: 'loopback', publicClient: true, redirectUris: ['http://localhost', 'http://127.0.0.1', 'http://[::1]'] });
    const shows = async (clientId, target) => {
      const answer = await request(authorizationRequest({ client_id: clientId, redirect_uri: target, scope: 'openid' }).url);
      return answer.status === 200 ? 'login' : `${answer.status}`;
    };
    for (const port of [53000, 54000, 1025]) {
      for (const host of ['localhost', '127.0.0.1', '[::1]']) assert.equal(await shows('loopback', `http://${host}:${port}`), 'login', `${host}:${port}`);
    }
    assert.equal(await shows('loopback', 'http://localhost.evil.test:53000'), '400');
    assert.equal(await shows('loopback', 'https://localhost:53000'), '400');
    assert.equal(await shows('netbird-client', 'http://localhost:53000'), 'login');
    assert.equal(await shows('netbird-client', 'http://localhost:53000/'), 'login', 'the empty path and / are one on loopback');
    assert.equal(await shows('netbird-client', 'http://localhost:53001'), '400');
    assert.equal(await shows('netbird-client', 'http://localhost'), '400');
  });

  async function startDevice() {
    const started = await post('auth/device', { client_id: 'netbird-client', audience: 'netbird-client', scope: 'openid' });
    assert.equal(started.status, 200, started.text);
    return started.json();
  }

  async function poll({ device_code: code }) {
    const answer = await post('token', { client_id: 'netbird-client', grant_type: kDeviceGrant, device_code: code });
    return { status: answer.status, ...answer.json() };
  }

  /// Signs in at the page that the device shows; gives the page that asks.
  async function questionOf(started) {
    const browser = new FormBrowser();
    const page = await browser.open(started.verification_uri_complete);
    return { browser, question: await browser.submit(page, kNetbird, { wanted: kLoginForm }) };
  }

  journey('G4-08 device flow: a code, a browser, and an answer for every end', {}, async ({ page }) => {
    const { id } = await admin.client('netbird-client');
    await admin.change(`/clients/${id}`, { attributes: { 'oauth2.device.polling.interval': '1' } });
    const started = await startDevice();
    assert.match(started.user_code, /^[B-Z]{4}-[B-Z]{4}$/);
    assert.equal(started.interval, 1);
    assert.ok(started.expires_in > 0 && started.verification_uri && started.verification_uri_complete.includes(started.user_code));
    assert.equal((await poll(started)).error, 'authorization_pending');
    await page.goto(started.verification_uri);
    await page.locator('#device-user-code').fill(started.user_code);
    await picture(page, 'netbird-13-device');
    await page.locator('#kc-submit').click();
    await fillLogin(page, kNetbird.username, kNetbird.password);
    await picture(page, 'netbird-14-device-question');
    await page.locator('input[name=accept], button[name=accept]').click();
    await page.getByRole('heading', { name: 'Device Login Successful' }).waitFor();
    const tokens = await until('the tokens', async () => {
      const answer = await poll(started);
      assert.ok(answer.status === 200 || answer.error === 'slow_down', JSON.stringify(answer));
      return answer.status === 200 && answer;
    }, { seconds: 20 });
    assert.ok([claimsOf(tokens.access_token).aud].flat().includes('netbird-client'));

    const denied = await startDevice();
    const { browser, question } = await questionOf(denied);
    await browser.submit(question, { cancel: 'No' });
    assert.deepEqual(await poll(denied), { status: 400, error: 'access_denied', error_description: 'The end user denied the authorization request' });

    const hurried = await startDevice();
    assert.equal((await poll(hurried)).error, 'authorization_pending');
    assert.deepEqual(await poll(hurried), { status: 400, error: 'slow_down', error_description: 'Slow down' });

    await admin.change(`/clients/${id}`, { attributes: { 'oauth2.device.polling.interval': '1', 'oauth2.device.code.lifespan': '1' } });
    const late = await startDevice();
    assert.equal(late.expires_in, 1);
    const ended = await until('the code to expire', async () => {
      const answer = await poll(late);
      return !['authorization_pending', 'slow_down'].includes(answer.error) && answer;
    });
    assert.deepEqual(ended, { status: 400, error: 'expired_token', error_description: 'Device code is expired' });
    await admin.change(`/clients/${id}`, { attributes: { 'oauth2.device.polling.interval': '', 'oauth2.device.code.lifespan': '' } });
  });

  test('G4-09 device phishing: the page names the client and the code, and asks', async () => {
    const started = await startDevice();
    const { browser, question } = await questionOf(started);
    assert.equal(question.status, 200);
    assert.match(question.words, /netbird-client/);
    assert.ok(question.words.includes(started.user_code), `the code is on the page: ${question.words}`);
    assert.match(question.text, /name="accept"/);
    assert.match(question.text, /name="cancel"/);
    assert.equal((await poll(started)).error, 'authorization_pending', 'signing in is not yet a yes');
    // One who is signed in already is asked as well.
    const second = await startDevice();
    const again = await browser.open(second.verification_uri_complete);
    assert.ok(again.words.includes(second.user_code), again.words);
    assert.match(again.text, /name="accept"/);
    assert.equal((await poll(second)).error, 'authorization_pending');
  });
}
