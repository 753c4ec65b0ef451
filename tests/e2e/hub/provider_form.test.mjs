// The console's page for a provider at Entra ID has a field for each thing that the guide asks for, and what is filled in
// is what the server has afterwards.
import assert from 'node:assert/strict';
import { after } from 'node:test';

import { startServer } from '../harness.mjs';
import { AdminApi } from '../support/admin_api.mjs';
import { AdminConsole } from '../support/admin_console.mjs';
import { journey } from '../support/browser.mjs';
import { settled } from '../support/console.mjs';
import { villageRealm } from '../support/realm.mjs';

const server = await startServer({ realm: villageRealm() });
after(() => server.stop());
server.keepSecret('secret-of-the-app-at-entra');
const admin = new AdminApi(server, 'village');
const kTenant = '6f0d1d0e-1111-4222-8333-444455556666';
const addresses = (tenant) => ({
  authorizationUrl: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/authorize`,
  tokenUrl: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
  userInfoUrl: 'https://graph.microsoft.com/v1.0/me',
  jwksUrl: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
});

async function expectStored(alias, wanted) {
  const stored = await admin.get(`/identity-provider/instances/${alias}`);
  assert.equal(stored.providerId, 'entra');
  for (const [name, value] of Object.entries(wanted)) assert.equal(stored.config[name], value, name);
  return stored;
}

journey('the_form_for_entra_takes_what_the_guide_says_for_one_tenant_and_for_common', {}, async ({ page }) => {
  const console_ = new AdminConsole(server, page);
  await console_.signIn('village');
  for (const tenant of [kTenant, 'common']) {
    const alias = tenant === 'common' ? 'entra-common' : 'entra-id';
    await page.goto(`${server.base}/admin/master/console/#/village/identity-providers/entra/add`);
    await settled(page);
    await console_.at('alias').waitFor();
    await console_.fill('alias', alias);
    await console_.fill('displayName', 'Entra ID');
    await console_.fill('config.clientId', 'app-id');
    await console_.fill('config.clientSecret', 'secret-of-the-app-at-entra');
    const fields = { tenantId: tenant, defaultScope: 'https://graph.microsoft.com/GroupMember.Read.All', ...addresses(tenant) };
    if (tenant === 'common') fields.allowedTenants = kTenant;
    for (const [name, value] of Object.entries(fields)) await console_.fill(name, value);
    await console_.at('createProvider').click();
    await console_.done('Identity provider successfully created');
    const stored = await expectStored(alias, { clientId: 'app-id', ...fields });
    assert.equal(stored.displayName, 'Entra ID');
    assert.equal(stored.config.clientSecret, '**********');
  }
  await console_.nothingWrong('in the form of a provider');
});
