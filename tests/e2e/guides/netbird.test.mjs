// NetBird with Keycloak (docs/guides/netbird.md): the guide walked through in the administration console, then what
// NetBird's dashboard, command line and management server do with the result. One server for all of it.
import { after } from 'node:test';

import { startServer } from '../harness.mjs';
import { AdminConsole, kWindow } from '../support/admin_console.mjs';
import { journey } from '../support/browser.mjs';
import { dashboardScenarios, startDashboard } from './netbird_dashboard.mjs';
import { commandLineScenarios } from './netbird_command_line.mjs';
import { managementScenarios } from './netbird_management.mjs';
import * as walk from './netbird_walk.mjs';

const server = await startServer({ realm: null });
after(() => server.stop());
server.keepSecret(walk.kNetbird.password);
await startDashboard(server);
const backend = {};

journey('the NetBird guide can be followed click by click', { viewport: kWindow }, async ({ page, problems }) => {
  const console = new AdminConsole(server, page);
  await console.signIn();
  await walk.createRealm(console);
  await walk.createUser(console);
  // The console asks the password field for its value when React has let go of it; a Keycloak's console does the same.
  const known = problems.filter((problem) => /credentials: TypeError: Cannot read properties of null \(reading 'value'\)/.test(problem));
  problems.splice(0, problems.length, ...problems.filter((problem) => !known.includes(problem)));
  await walk.createClient(console);
  await walk.createScope(console);
  await walk.addScopeToClient(console);
  backend.secret = server.keepSecret(await walk.createBackend(console));
  await console.nothingWrong('on the way through the guide');
});

dashboardScenarios(server);
commandLineScenarios(server);
managementScenarios(server, backend);
