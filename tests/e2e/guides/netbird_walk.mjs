// The guide "Using NetBird with Keycloak", click by click, in the administration console (docs/guides/netbird.md): the
// steps of the guide, and what NetBird's own pages add since (redirect of the command line, second client).
import assert from 'node:assert/strict';

import { picture } from '../support/admin_console.mjs';

export const kDomain = 'https://nb.example.test';
export const kCliRedirect = 'http://localhost:53000';
export const kNetbird = { username: 'netbird', password: 'netbird-pass-1' };

export async function createRealm(console) {
  await console.menu('realms', 'Manage realms');
  await console.at('add-realm').click();
  await console.fill('realm', 'netbird');
  await picture(console.page, 'netbird-1-realm');
  await console.at('create').click();
  await console.done('Realm created successfully');
}

export async function createUser(console) {
  await console.menu('users', 'Users');
  await console.at('no-users-found-empty-action').click();
  await console.fill('username', kNetbird.username);
  await console.fill('email', 'netbird@example.com');
  await console.fill('firstName', 'Nora');
  await console.fill('lastName', 'Bird');
  await picture(console.page, 'netbird-2-user');
  await console.at('user-creation-save').click();
  await console.done('The user has been created');
  await console.at('credentials').click();
  await console.at('no-credentials-empty-action').click();
  await console.fill('passwordField', kNetbird.password);
  await console.fill('passwordConfirmationField', kNetbird.password);
  assert.equal(await console.at('temporaryPassword').isChecked(), true, 'a password is temporary unless one says no');
  await console.turn('temporaryPassword', false);
  await picture(console.page, 'netbird-3-password');
  await console.at('confirm').click();
  await console.page.getByText('Set password?').waitFor();
  await console.at('confirm').click();
  await console.done('The password has been set successfully');
  assert.match(await console.at('credentialType').innerText(), /Password/);
}

export async function createClient(console) {
  const { page } = console;
  await console.menu('clients', 'Clients');
  await console.at('createClient').click();
  await page.locator('#protocol').filter({ hasText: 'OpenID Connect' }).waitFor();
  await console.fill('clientId', 'netbird-client');
  await console.button('Next').click();
  assert.equal(await console.at('authentication').isChecked(), false);
  assert.equal(await console.at('standard').isChecked(), true);
  await console.at('direct').check();
  await console.at('oauth-device-authorization-grant').check();
  await picture(page, 'netbird-4-capability');
  await console.button('Next').click();
  await console.fill('rootUrl', `${kDomain}/`);
  await console.fill('redirectUris0', `${kDomain}/*`);
  await console.at('redirectUris-addValue').click();
  await console.fill('redirectUris1', kCliRedirect);
  await page.locator('[data-testid^="attributes.post"][data-testid$="uris0"]').fill(`${kDomain}/*`);
  await console.fill('webOrigins0', '+');
  await picture(page, 'netbird-5-access');
  await console.button('Save').click();
  await console.done('Client created successfully');
}

export async function createScope(console) {
  const { page } = console;
  await console.menu('client-scopes', 'Client scopes');
  await page.getByRole('link', { name: 'Create client scope' }).click();
  await console.fill('name', 'api');
  await console.choose(page.getByLabel('Type', { exact: true }), 'Default');
  await picture(page, 'netbird-6-scope');
  await console.at('save').click();
  await console.done('Client scope created');
  await console.at('mappers').click();
  await console.at('configure-a-new-mapper-empty-action').click();
  await page.getByRole('dialog').getByText('Audience', { exact: true }).click();
  await console.fill('name', 'Audience for NetBird Management API');
  await console.choose(page.getByRole('combobox', { name: 'Type to filter' }), 'netbird-client');
  assert.equal(await console.at('access.token.claim').isChecked(), true);
  await picture(page, 'netbird-7-mapper');
  await console.at('save').click();
  await console.done('Mapping successfully created');
}

export async function addScopeToClient(console) {
  const { page } = console;
  await console.menu('clients', 'Clients');
  await page.getByRole('link', { name: 'netbird-client', exact: true }).click();
  await console.at('clientScopesTab').click();
  await console.button('Add client scope').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: /\bapi\b/ }).getByRole('checkbox').check();
  await picture(page, 'netbird-8-add-scope');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Default', exact: true }).click();
  await console.done('Scope mapping updated');
  await page.getByRole('row', { name: /\bapi\b/ }).getByText('Default', { exact: true }).waitFor();
}

/// Gives the secret that the Credentials tab shows.
export async function createBackend(console) {
  const { page } = console;
  await console.menu('clients', 'Clients');
  await console.at('createClient').click();
  await console.fill('clientId', 'netbird-backend');
  await console.button('Next').click();
  await console.turn('authentication', true);
  await console.at('standard').uncheck();
  await console.at('service-account').check();
  await picture(page, 'netbird-9-backend');
  await console.button('Next').click();
  await console.button('Save').click();
  await console.done('Client created successfully');
  await page.getByRole('tab', { name: 'Credentials' }).click();
  const secret = await page.locator('#kc-client-secret').inputValue();
  await picture(page, 'netbird-10-secret');
  await console.at('serviceAccountTab').click();
  await console.at('add-role-mapping-button').click();
  await page.getByRole('menuitem', { name: 'Client roles' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('view-users');
  await page.keyboard.press('Enter');
  await dialog.getByRole('row', { name: /view-users/ }).getByRole('checkbox').check();
  await picture(page, 'netbird-11-role');
  await console.at('assign').click();
  await console.done('Role mapping updated');
  const row = page.getByRole('row', { name: /view-users/ });
  assert.match(await row.innerText(), /realm-management/);
  return secret;
}
