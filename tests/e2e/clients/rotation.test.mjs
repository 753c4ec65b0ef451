// Refresh tokens that are used once (realm setting revokeRefreshToken), with npm openid-client as the application. The
// end of the grace of five seconds is proven with a clock of its own (tests/protocol/rfc9700_refresh_test.cc); here the
// stolen token is older than the last one, which no grace covers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { villageRealm } from '../support/realm.mjs';
import { claimsOf, discover, refused, signIn } from '../support/sign_in.mjs';

test('refuses_a_used_refresh_token_and_then_the_whole_family', kOnlyCardea, async () => {
  const port = await freePort();
  const callback = `http://localhost:${port}/callback`;
  const server = await startServer({
    realm: villageRealm({ 4003: port }, (realm) => Object.assign(realm, { revokeRefreshToken: true, refreshTokenMaxReuse: 0 })),
  });
  const web = await discover(server, 'web');
  const { tokens: first } = await signIn(server, web, callback);
  const second = await client.refreshTokenGrant(web, first.refresh_token);
  assert.notEqual(claimsOf(second.refresh_token).jti, claimsOf(first.refresh_token).jti);
  const again = await client.refreshTokenGrant(web, first.refresh_token);
  assert.equal(claimsOf(again.refresh_token).jti, claimsOf(second.refresh_token).jti, 'a lost answer is given once more');
  const third = await client.refreshTokenGrant(web, second.refresh_token);
  assert.notEqual(claimsOf(third.refresh_token).jti, claimsOf(second.refresh_token).jti);
  const userinfo = () => client.fetchUserInfo(web, third.access_token, claimsOf(first.id_token).sub);
  assert.equal((await userinfo()).sub, claimsOf(first.id_token).sub);

  await refused(client.refreshTokenGrant(web, first.refresh_token), 'invalid_grant');
  await refused(client.refreshTokenGrant(web, third.refresh_token), 'invalid_grant');
  await assert.rejects(userinfo(), 'the access token of the family ended with it');
  await server.stop();
});
