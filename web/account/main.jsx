// The account console: what people see and change about themselves.
import "@patternfly/react-core/dist/styles/base.css";
import "@patternfly/patternfly/patternfly-addons.css";
import "../node_modules/@keycloak/keycloak-account-ui/lib/keycloak-account-ui.css";
import "../shared/cardea.css";

import { Header, KeycloakProvider, PageNav, routes, useEnvironment } from "@keycloak/keycloak-account-ui";
import { Page, Spinner } from "@patternfly/react-core";
import { Suspense } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, Outlet, RouterProvider } from "react-router-dom";
import { followDarkMode } from "../shared/dark_mode.js";
import { readEnvironment } from "../shared/environment.js";
import { initMessages } from "../shared/messages.js";

const environment = readEnvironment();
followDarkMode(environment);

const textsOf = (language) =>
  `${environment.serverBaseUrl}/resources/${encodeURIComponent(environment.realm)}/account/${encodeURIComponent(language)}`;

// Which pages show: what the realm allows (the server said so) and what the person may do (the token says so).
function withRights(features, roles) {
  const may = (...names) => names.some((name) => roles.includes(name));
  return {
    ...features,
    isViewApplicationsEnabled: features.isViewApplicationsEnabled && may("view-applications", "manage-account"),
    isViewGroupsEnabled: features.isViewGroupsEnabled && may("view-groups", "manage-account"),
  };
}

function Pages() {
  const { environment, keycloak } = useEnvironment();
  environment.features = withRights(environment.features, keycloak.tokenParsed?.resource_access?.account?.roles ?? []);
  return (
    <Page header={<Header />} sidebar={<PageNav />} isManagedSidebar>
      <Suspense fallback={<Spinner />}>
        <Outlet />
      </Suspense>
    </Page>
  );
}

function Root() {
  return (
    <KeycloakProvider environment={environment}>
      <Pages />
    </KeycloakProvider>
  );
}

const messages = await initMessages(textsOf, { language: environment.locale, namespace: "account" });
window.addEventListener("languageChanged", (event) => messages.changeLanguage(event.detail.language));
const base = decodeURIComponent(new URL(environment.baseUrl).pathname);
const router = createBrowserRouter([{ path: base, element: <Root />, children: routes }]);
createRoot(document.getElementById("app")).render(<RouterProvider router={router} />);
