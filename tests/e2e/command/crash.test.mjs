// kill -9 under load: whatever was acknowledged before is there afterwards. The realm rotates refresh tokens, so that a
// lost write would show either as a dead session or as an old token that works again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer, until } from '../harness.mjs';
import { FormBrowser, request } from '../support/form_browser.mjs';
import { kPeople, kSecrets, villageRealm } from '../support/realm.mjs';

const kRounds = 3;
const kWorkers = 6;
const kLoadMilliseconds = 1500;
const kGraceMilliseconds = 4000; // a little less than the server's, which counts from the moment of use
const kPerson = { username: 'dora', password: kPeople.dora }; // her hash is the cheapest

const port = await freePort();
const kCallback = `http://localhost:${port}/callback`;
const server = await startServer({
  realm: villageRealm({ 4003: port }, (realm) => {
    realm.revokeRefreshToken = true;
    realm.refreshTokenMaxReuse = 0;
  }),
});
const kClient = { client_id: 'web', client_secret: kSecrets.web };

const token = (form) => request(server.endpoint('token'), { method: 'POST', form: { ...kClient, ...form } });
const refresh = (refreshToken) => token({ grant_type: 'refresh_token', refresh_token: refreshToken });

async function signIn() {
  const browser = new FormBrowser();
  const query = new URLSearchParams({ client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid' });
  const page = await browser.open(`${server.endpoint('auth')}?${query}`);
  const back = await browser.submit(page, kPerson, { wanted: 'kc-form-login', until: kCallback });
  if (back.status !== 302) return { refused: back.status };
  const answer = await token({ grant_type: 'authorization_code', code: new URL(back.url).searchParams.get('code'), redirect_uri: kCallback });
  return answer.status === 200 ? { browser, refreshToken: answer.json().refresh_token } : { refused: answer.status };
}

/// Signs in, refreshes a few times, logs some out, until the server is gone. Every entry of `ledger` was acknowledged.
async function load(ledger, running) {
  while (running()) {
    const made = await signIn();
    if (made.refused) {
      assert.equal(made.refused, 503, `a sign-in under load was answered with ${made.refused}`);
      continue;
    }
    const entry = { ...made, ended: false, spent: null };
    ledger.push(entry);
    for (let round = 0; round < 3 && running(); ++round) {
      entry.asked = entry.refreshToken;
      const answer = await refresh(entry.refreshToken);
      if (answer.status !== 200) assert.fail(`a refresh was answered with ${answer.status} ${answer.text}`);
      entry.spent = entry.refreshToken;
      entry.refreshToken = answer.json().refresh_token;
      entry.asked = null;
    }
    if (ledger.length % 3 !== 0) continue;
    entry.ending = true;
    const answer = await request(server.endpoint('logout'), { method: 'POST', form: { ...kClient, refresh_token: entry.refreshToken } });
    assert.equal(answer.status, 204);
    entry.ended = true;
  }
}

function isEnough(ledger) {
  return ledger.filter((entry) => !entry.ending).length >= 10 && ledger.some((entry) => entry.ended);
}

for (let round = 1; round <= kRounds; ++round) {
  test(`kill_9_under_load_loses_nothing_that_was_acknowledged_${round}_of_${kRounds}`, kOnlyCardea, async () => {
    const ledger = [];
    let running = true;
    const isConnectionLoss = (error) => ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code) || /socket hang up/.test(error.message);
    const workers = Array.from({ length: kWorkers }, () => load(ledger, () => running).catch((error) => {
      if (running || !isConnectionLoss(error)) throw error;
    }));
    const end = Date.now() + kLoadMilliseconds;
    await Promise.race([until('the load to be on', () => Date.now() > end && isEnough(ledger), { seconds: 20 }), Promise.all(workers)]);
    running = false;
    const died = Date.now();
    await server.crash();
    await Promise.all(workers);
    await server.run();

    const alive = ledger.filter((entry) => !entry.ending);
    const ended = ledger.filter((entry) => entry.ended);
    assert.ok(alive.length >= 5 && ended.length >= 1, `${alive.length} alive, ${ended.length} ended`);
    // `asked`: sent when the server died. Whether it was used up is unknown. The grace for lost answers covers it while it
    // lasts, so these come first.
    for (const entry of [...alive.filter(({ asked }) => asked), ...alive.filter(({ asked }) => !asked)]) {
      const answer = await refresh(entry.refreshToken);
      if (entry.asked && answer.status === 400 && Date.now() - died > kGraceMilliseconds) continue;
      assert.equal(answer.status, 200, `an acknowledged refresh token is lost (${entry.asked ? 'asked again' : 'never used'}): ${answer.text}`);
      const query = new URLSearchParams({ client_id: 'web', redirect_uri: kCallback, response_type: 'code', scope: 'openid', prompt: 'none' });
      const silent = await entry.browser.open(`${server.endpoint('auth')}?${query}`, { until: kCallback });
      assert.ok(new URL(silent.url).searchParams.has('code'), `an acknowledged session is lost: ${silent.url}`);
    }
    for (const entry of ended) {
      const answer = await refresh(entry.refreshToken);
      assert.equal(answer.status, 400, 'a session that was ended is back');
    }
  });
}

test('the_server_ends_on_sigterm_and_its_log_is_clean', () => server.stop());
