// The guide "Set Up Keycloak SSO for Kestra", click by click, in the administration console (docs/guides/kestra.md).
import assert from 'node:assert/strict';

import { picture } from '../support/admin_console.mjs';

export const kKestra = 'https://kestra.example.test';
export const kCallback = `${kKestra}/oauth/callback/keycloak`;
export const kAfterLogout = `${kKestra}/logout`;

/// Gives the secret that the Credentials tab shows.
export async function createClient(console) {
  const { page } = console;
  await console.menu('clients', 'Clients');
  await console.at('createClient').click();
  await console.fill('clientId', 'kestra');
  await console.button('Next').click();
  await console.turn('authentication', true);
  assert.equal(await console.at('standard').isChecked(), true);
  await picture(page, 'kestra-1-capability');
  await console.button('Next').click();
  await console.fill('redirectUris0', kCallback);
  await page.locator('[data-testid^="attributes.post"][data-testid$="uris0"]').fill(kAfterLogout);
  await picture(page, 'kestra-2-access');
  await console.button('Save').click();
  await console.done('Client created successfully');
  await page.getByRole('tab', { name: 'Credentials' }).click();
  const secret = await page.locator('#kc-client-secret').inputValue();
  await picture(page, 'kestra-3-secret');
  return secret;
}

/// The guide's recipe for groups: client roles into the ID token.
export async function rolesIntoIdToken(console) {
  const { page } = console;
  await console.menu('client-scopes', 'Client scopes');
  await console.at('table-search-input').getByRole('textbox').fill('roles');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'roles', exact: true }).click();
  await console.at('mappers').click();
  await page.getByRole('link', { name: 'client roles', exact: true }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await console.at('id.token.claim').isChecked(), false, 'off until somebody turns it on');
  await console.turn('id.token.claim', true);
  await picture(page, 'kestra-4-roles');
  await console.at('save').click();
  await console.done('Mapping successfully updated');
}

/// The later recipe: a scope with the person's groups in a claim of its own.
export async function groupsScope(console) {
  const { page } = console;
  await console.menu('client-scopes', 'Client scopes');
  await page.getByRole('link', { name: 'Create client scope' }).click();
  await console.fill('name', 'groups');
  await console.at('save').click();
  await console.done('Client scope created');
  await console.at('mappers').click();
  await console.at('configure-a-new-mapper-empty-action').click();
  await page.getByRole('dialog').getByText('Group Membership', { exact: true }).click();
  await console.fill('name', 'groups');
  await console.fill('claim.name', 'groups');
  await console.turn('full.path', false);
  await console.turn('id.token.claim', true);
  await picture(page, 'kestra-5-groups');
  await console.at('save').click();
  await console.done('Mapping successfully created');
  await console.menu('clients', 'Clients');
  await page.getByRole('link', { name: 'kestra', exact: true }).click();
  await console.at('clientScopesTab').click();
  await console.button('Add client scope').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('row', { name: /\bgroups\b/ }).getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Optional', exact: true }).click();
  await console.done('Scope mapping updated');
}
