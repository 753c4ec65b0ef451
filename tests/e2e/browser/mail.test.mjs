// What people do by mail, read from a mail server of the test: a forgotten password, and an address to verify. Pages are
// checked by axe; links work once, in another browser too; nobody learns who has an account.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { freePort, kOnlyCardea, startServer } from '../harness.mjs';
import { findNothing } from '../support/axe.mjs';
import { browser, fillLogin, journey } from '../support/browser.mjs';
import { serveLanding } from '../support/landing.mjs';
import { MailSink } from '../support/mail_sink.mjs';
import { kPeople, villageRealm } from '../support/realm.mjs';

const sink = await new MailSink().listen();
const port = await freePort();
const server = await startServer({ realm: villageRealm({ 4003: port }, (realm) => {
  realm.resetPasswordAllowed = true;
  realm.verifyEmail = true;
  realm.smtpServer = sink.smtpServer;
  realm.users.find(({ username }) => username === 'bert').emailVerified = false;
}) });
const application = await serveLanding(port);
const kNew = server.keepSecret('a-new-pass-77');

function signInUrl() {
  const parameters = { client_id: 'web', redirect_uri: `${application.origin}/callback`, response_type: 'code', scope: 'openid' };
  return `${server.endpoint('auth')}?${new URLSearchParams(parameters)}`;
}

async function askForLink(page, name) {
  await page.goto(signInUrl());
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await page.locator('#kc-reset-password-form').waitFor();
  await page.locator('#username').fill(name);
  await page.locator('#kc-submit').click();
  await page.getByText('You should receive an email shortly with further instructions.').waitFor();
  return page.locator('main').innerText();
}

async function choosePassword(page, link, password) {
  await page.goto(link);
  await page.locator('#kc-mail-link-form #kc-submit').click();
  await page.locator('#password-new').fill(password);
  await page.locator('#password-confirm').fill(password);
  await page.locator('#kc-submit').click();
}

journey('nobody_learns_who_has_an_account', kOnlyCardea, async ({ page }) => {
  const known = await askForLink(page, 'cleo');
  const unknown = await askForLink(page, 'nobody-at-all');
  assert.equal(unknown, known);
  await sink.take('cleo@example.com');
  assert.equal(sink.mails.length, 0);
});

journey('a_forgotten_password_is_replaced_by_the_link_and_the_link_works_once', kOnlyCardea, async ({ page }) => {
  await page.goto(signInUrl());
  await page.getByRole('link', { name: 'Forgot password?' }).click();
  await findNothing(page, 'login-reset-password');
  await page.locator('#username').fill('ada@example.com');
  await page.locator('#kc-submit').click();
  const mail = await sink.take('ada@example.com');
  assert.match(mail.headers.from, /^"The Village" <no-reply@village\.example>$/);
  assert.equal(mail.headers.subject, 'Reset password');
  assert.ok(mail.link.startsWith(`${server.issuer()}/login-actions/action-token?key=`), mail.text);
  assert.ok(mail.part('text/html').includes('Link to reset credentials'));

  // In another browser, as when mail is read on a telephone.
  const other = await (await browser()).newContext({ javaScriptEnabled: false });
  const telephone = await other.newPage();
  await telephone.goto(mail.link);
  await telephone.goto(mail.link); // a scanner of links opened it before: nothing is used up
  await choosePassword(telephone, mail.link, kNew);
  await telephone.getByText('Your account has been updated.').waitFor();
  assert.equal((await other.cookies()).filter(({ name }) => /KEYCLOAK_(IDENTITY|SESSION)/.test(name)).length, 0, 'nobody is signed in');
  await telephone.goto(mail.link);
  await telephone.getByText('old stale link').waitFor();
  await other.close();

  await page.getByRole('link', { name: 'Back to sign-in' }).click();
  await fillLogin(page, 'ada', kPeople.ada);
  await page.getByText('Invalid username or password.').waitFor();
  await fillLogin(page, 'ada', kNew);
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/);
});

journey('an_address_is_verified_by_the_link_before_the_login_ends', kOnlyCardea, async ({ page, context }) => {
  await page.goto(signInUrl());
  await fillLogin(page, 'bert', kPeople.bert);
  await page.locator('#kc-verify-email-form').waitFor();
  await findNothing(page, 'verify-email');
  await page.locator('#kc-submit').click();
  await page.getByText('not verified yet').waitFor();
  const first = await sink.take('bert@example.com');
  assert.equal(first.headers.subject, 'Verify email');
  await page.locator('#kc-resend').click();
  await page.getByText('The e-mail was sent again.').waitFor();
  const second = await sink.take('bert@example.com');
  assert.notEqual(second.link, first.link);

  const mailbox = await context.newPage();
  await mailbox.goto(second.link);
  await findNothing(mailbox, 'mail-link');
  await mailbox.locator('#kc-submit').click();
  await mailbox.getByText('Your email address has been verified.').waitFor();
  await page.locator('#kc-submit').click();
  await page.waitForURL(`${application.origin}/**`);
  assert.match(page.url(), /code=/);

  await context.clearCookies();
  await page.goto(signInUrl());
  await fillLogin(page, 'bert', kPeople.bert);
  await page.waitForURL(`${application.origin}/**`);
});

test('the_server_ends_on_sigterm_and_its_log_is_clean', async () => {
  await server.stop();
  sink.close();
});
