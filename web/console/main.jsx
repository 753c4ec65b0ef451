// The administration console: Keycloak's own pages for our server.
import "@patternfly/react-core/dist/styles/base.css";
import "@patternfly/patternfly/patternfly-addons.css";
import "@keycloak/keycloak-admin-ui/styles.css";
import "../shared/cardea.css";
import "./console.css";

import { AdminUi, KeycloakProvider, routes } from "@keycloak/keycloak-admin-ui";
import { createRoot } from "react-dom/client";
import { createHashRouter, RouterProvider } from "react-router-dom";
import { followDarkMode } from "../shared/dark_mode.js";
import { readEnvironment } from "../shared/environment.js";
import { initMessages } from "../shared/messages.js";

const environment = readEnvironment();
followDarkMode(environment);

// Each realm is a namespace, since a realm may have texts of its own.
const textsOf = (language, realm) =>
  `${environment.adminBaseUrl}/resources/${encodeURIComponent(realm)}/admin/${encodeURIComponent(language)}`;

// The provider that the console's package itself exports: the one of keycloak-ui-shared has another context.
function Root() {
  return (
    <KeycloakProvider environment={environment}>
      <AdminUi />
    </KeycloakProvider>
  );
}

await initMessages(textsOf, { language: "en", namespace: environment.realm });
const router = createHashRouter([{ path: "/", element: <Root />, children: routes }]);
createRoot(document.getElementById("app")).render(<RouterProvider router={router} />);
