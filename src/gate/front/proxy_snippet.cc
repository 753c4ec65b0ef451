#include "gate/front/proxy_snippet.h"

#include <algorithm>

#include "base/text.h"
#include "gate/front/gate.h"
#include "gate/keep/keep_api.h"

namespace cardea::gate {
namespace {

/// Paths of the application's host that the gate answers itself.
std::vector<std::string> own_paths(const Application& application) {
  std::vector<std::string> paths = application.own_paths;
  if (!application.sign_in) return paths;
  const auto& sign_in = *application.sign_in;
  for (const auto& path : {sign_in.login_path, sign_in.callback_path, sign_in.logout_path, sign_in.logout_return_path,
                           sign_in.backchannel_path, sign_in.frontchannel_path}) {
    if (!path.starts_with("/gate/") && std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }
  return paths;
}

/// Headers in which a proxy before this one says who it is, and which the gate has to see.
std::vector<std::string> vouched_headers(const Application& application) {
  if (!application.trusted_headers) return {};
  return {application.trusted_headers->user, application.trusted_headers->roles};
}

bool is_vouched(const Application& application, const std::string& name) {
  return std::ranges::any_of(vouched_headers(application),
                             [&](const std::string& known) { return equal_ignoring_ascii_case(known, name); });
}

/// What some applications believe about the request more than the request itself: its address, host or method. The gate
/// judges the request, so these words of a stranger would be a way past it (attack classes 19, 20).
constexpr std::string_view kSteeringHeaders[] = {
    "Forwarded",      "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Prefix",     "X-Original-URL",
    "X-Original-URI", "X-Rewrite-URL",   "X-HTTP-Method",      "X-HTTP-Method-Override", "X-Method-Override"};

std::string variable(std::string_view header) {
  auto name = ascii_lower(header);
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// The buffers hold the headers of a person with hundreds of groups; an answer that does not fit in is a 500.
constexpr std::string_view kToGate = R"(    proxy_pass http://GATE;
    proxy_set_header Host $cardea_host;
    proxy_set_header Forwarded "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $cardea_host;
    proxy_set_header X-Forwarded-Port "";
    proxy_set_header X-Forwarded-Method $request_method;
    proxy_set_header X-Forwarded-Uri $request_uri;
    proxy_buffer_size 32k;
    proxy_buffers 4 32k;
)";

/// A regular expression that fits `host` alone.
std::string pattern_of(std::string_view host) {
  std::string pattern;
  for (const char c : host) {
    if (std::string_view(".[]").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// Sets $cardea_host, which tells the gate whose request it is. A request line may name another host than the Host
/// header, and nginx finds its server block by the former: so it is one of this application's own names, whatever the
/// header says. Only an application of every other host ("*" alone) goes by what nginx itself went by.
std::string nginx_host(const Application& application, const std::vector<std::string>& other_hosts) {
  std::string text;
  for (const auto& host : application.hosts) {
    if (host == "*") continue;
    const auto set = "set $cardea_host \"" + host + "\";";
    text.append(text.empty() ? set + "\n" : "if ($http_host ~* \"^" + pattern_of(host) + "$\") { " + set + " }\n");
  }
  if (!text.empty()) return text;
  std::string others;
  for (const auto& host : other_hosts)
    if (host != "*") others.append(others.empty() ? "" : "|").append(pattern_of(host.substr(0, host.find(':'))));
  // 421: another server's. nginx compares without the port, and so does this.
  if (!others.empty()) text = "if ($host ~* \"^(" + others + ")\\.?$\") { return 421; }\n";
  return text + "set $cardea_host $host;\nif ($http_host ~ \"(:[0-9]+)$\") { set $cardea_host $host$1; }\n";
}

/// Sets $cardea_cookie to the cookies without the gate's own, one at a time; who sends more of them than any browser of
/// ours has gets none through. Cookies know no ports, so those of other applications go too.
///
/// And of protocols to change to, WebSocket alone: with h2c a client would speak to the application past every location
/// of nginx, hence past the gate.
constexpr int kCookiesTakenMax = 8;
std::string nginx_variables() {
  std::string text = "set $cardea_cookie $http_cookie;\n";
  for (int at = 0; at < kCookiesTakenMax; ++at)
    text.append(
        "if ($cardea_cookie ~ \"^(.*; *|)(?:__Host-)?cardea-gate-[^;]*(?:; *(.*))?$\") { set $cardea_cookie "
        "\"$1$2\"; }\n");
  text.append("if ($cardea_cookie ~ \"(^|; *)(__Host-)?cardea-gate-\") { set $cardea_cookie \"\"; }\n");
  text.append("if ($cardea_cookie ~ \"^(.*); *$\") { set $cardea_cookie \"$1\"; }\n");
  text.append("set $cardea_upgrade \"\";\nset $cardea_connection \"\";\n");
  text.append("if ($http_upgrade ~* \"^websocket$\") { set $cardea_upgrade websocket; }\n");
  text.append("if ($cardea_upgrade) { set $cardea_connection upgrade; }\n");
  return text;
}

std::string nginx(const Application& application, const std::vector<std::string>& other_hosts) {
  std::string text = "# " + application.name + ": inside the server block of " + join(application.hosts, ", ") + "\n";
  text.append(nginx_host(application, other_hosts)).append(nginx_variables());
  text.append("location / {\n    auth_request /gate/check;\n    error_page 401 403 = @cardea_answer;\n");
  for (const auto& header : identity_headers(application)) {
    const auto name = "$cardea_" + variable(header);
    text.append("    auth_request_set ").append(name).append(" $upstream_http_").append(variable(header)).append(";\n");
    text.append("    proxy_set_header ").append(header).append(" ").append(name).append(";\n");
  }
  if (!application.passes_authorization) text.append("    proxy_set_header Authorization \"\";\n");
  if (application.keeps_api_key()) text.append("    proxy_set_header X-API-KEY \"\";\n");
  for (const auto header : kSteeringHeaders) text.append("    proxy_set_header ").append(header).append(" \"\";\n");
  text.append(
      "    proxy_set_header Cookie $cardea_cookie;\n    proxy_http_version 1.1;\n"
      "    proxy_set_header Upgrade $cardea_upgrade;\n    proxy_set_header Connection $cardea_connection;\n"
      "    proxy_set_header Host $cardea_host;\n    proxy_set_header X-Forwarded-For $remote_addr;\n"
      "    proxy_set_header X-Forwarded-Proto $scheme;\n    proxy_set_header X-Forwarded-Host $cardea_host;\n"
      "    proxy_set_header X-Forwarded-Port \"\";\n    proxy_pass APPLICATION;\n}\n");
  text.append("location = /gate/check {\n    internal;\n").append(kToGate);
  text.append("    proxy_pass_request_body off;\n    proxy_set_header Content-Length \"\";\n}\n");
  text.append("location @cardea_answer {\n    rewrite ^ /gate/forward? break;\n").append(kToGate);
  text.append(
      "    proxy_method GET;\n    proxy_pass_request_body off;\n    proxy_set_header Content-Length \"\";\n}\n");
  text.append("location ^~ /gate/ {\n").append(kToGate).append("}\n");
  for (const auto& path : own_paths(application))
    text.append("location = ").append(path).append(" {\n").append(kToGate).append("}\n");
  return text;
}

std::string underscored(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

bool is_of_any_host(const Application& application) {
  return std::ranges::find(application.hosts, "*") != application.hosts.end();
}

/// "*" is a name of one label to Caddy, and has no certificate: a site of every host goes by its port.
std::string caddy_hosts(const Application& application) {
  std::vector<std::string> sites;
  for (const auto& host : application.hosts) sites.push_back(host == "*" ? ":80" : host);
  return join(sites, ", ");
}

/// Takes the gate's own cookies away: all behind another one, then those at the front. The kept part is what a match is
/// replaced by, for Caddy 2.6 takes an empty replacement for none.
constexpr std::string_view kCaddyCookies =
    R"caddy(                request_header Cookie "(?:; *(?:__Host-)?cardea-gate-[^;]*)+(;|$)" "$1"
                request_header Cookie "^(?:__Host-)?cardea-gate-[^;]*(?:; *(.*)|$)" "$1"
)caddy";

/// What `Connection` names, Caddy takes away from what it sends on, the headers of the gate too: so that header is made
/// anew. `route` keeps the order: Caddy's own would take the headers away after the gate has set them. Underscores are
/// for applications that read "_" and "-" alike. "?" ends the query: else the client's would be asked of the gate, that
/// reads there what the proxy wishes (kScopeParameter).
std::string caddy(const Application& application) {
  std::string text = "# " + application.name + "\n" + caddy_hosts(application) + " {\n";
  std::string paths = "/gate/*";
  for (const auto& path : own_paths(application)) paths.append(" ").append(path);
  text.append("    @gate path ").append(paths).append("\n");
  if (application.trusted_headers)
    text.append("    @stranger not remote_ip " + join(application.trusted_headers->from.texts(), " ") + "\n");
  constexpr std::string_view kOpensOne =
      "{\n        header_regexp Connection (?i)upgrade\n        header_regexp Upgrade (?i)^websocket$\n    }\n";
  text.append("    @websocket ").append(kOpensOne).append("    @plain not ").append(kOpensOne);
  text.append("    route {\n        request_header @websocket Connection Upgrade\n");
  text.append("        request_header @websocket Upgrade websocket\n");
  text.append("        request_header @plain -Connection\n        request_header @plain -Upgrade\n");
  text.append("        request_header -X-Forwarded-Port\n");
  for (const auto header : kSteeringHeaders) {
    text.append("        request_header -").append(header).append("\n");
    if (const auto twin = underscored(std::string(header)); twin != header)
      text.append("        request_header -").append(twin).append("\n");
  }
  for (const auto& header : identity_headers(application)) {
    const auto* whose = is_vouched(application, header) ? "@stranger -" : "-";
    text.append("        request_header ").append(whose).append(header).append("\n");
    text.append("        request_header -").append(underscored(header)).append("\n");
  }
  text.append("        handle @gate {\n            reverse_proxy GATE\n        }\n        handle {\n");
  text.append("            route {\n                forward_auth GATE {\n                    uri /gate/forward?\n");
  text.append("                    copy_headers ");
  text.append(join(identity_headers(application), " "));
  text.append("\n                }\n");
  if (!application.passes_authorization) text.append("                request_header -Authorization\n");
  if (application.keeps_api_key()) text.append("                request_header -X-API-KEY\n");
  text.append(kCaddyCookies);
  text.append("                reverse_proxy APPLICATION\n            }\n        }\n    }\n}\n");
  return text;
}

/// The empty value removes: the underscored twins are for applications that read "_" and "-" alike.
std::string traefik(const Application& application) {
  std::string text =
      "# " + application.name + ": dynamic configuration\nhttp:\n  middlewares:\n    cardea-strangers:\n";
  text.append("      headers:\n        customRequestHeaders:\n");
  for (const auto& header : identity_headers(application))
    if (underscored(header) != header) text.append("          ").append(underscored(header)).append(": \"\"\n");
  for (const auto header : kSteeringHeaders) {
    text.append("          ").append(header).append(": \"\"\n");
    if (const auto twin = underscored(std::string(header)); twin != header)
      text.append("          ").append(twin).append(": \"\"\n");
  }
  const bool takes_away = !application.passes_authorization || application.keeps_api_key();
  if (takes_away) text.append("    cardea-judged:\n      headers:\n        customRequestHeaders:\n");
  if (!application.passes_authorization) text.append("          Authorization: \"\"\n");
  if (application.keeps_api_key()) text.append("          X-API-KEY: \"\"\n");
  text.append("    cardea-gate:\n      forwardAuth:\n");
  text.append(
      "        address: \"http://GATE/gate/forward\"\n        trustForwardHeader: false\n        "
      "authResponseHeaders:\n");
  for (const auto& header : identity_headers(application)) text.append("          - ").append(header).append("\n");
  text.append("          - Cookie\n");  // without the gate's own
  std::string hosts, paths = "PathPrefix(`/gate/`)";
  if (is_of_any_host(application))
    hosts = "PathPrefix(`/`)";
  else
    for (const auto& host : application.hosts)
      hosts.append(hosts.empty() ? "" : " || ").append("Host(`").append(host.substr(0, host.find(':'))).append("`)");
  for (const auto& path : own_paths(application)) paths.append(" || Path(`").append(path).append("`)");
  text.append("  routers:\n    application:\n      rule: \"").append(hosts);
  text.append("\"\n      middlewares: [cardea-strangers, cardea-gate");
  if (takes_away) text.append(", cardea-judged");
  text.append("]\n      service: application\n    gate:\n      rule: \"(");
  text.append(hosts).append(") && (").append(paths).append(
      ")\"\n      service: cardea-gate\n  services:\n    application:\n");
  text.append("      loadBalancer: { servers: [{ url: \"APPLICATION\" }] }\n    cardea-gate:\n");
  text.append("      loadBalancer: { servers: [{ url: \"http://GATE\" }] }\n");
  return text;
}

constexpr std::string_view kEnvoyMutation = R"(- name: envoy.filters.http.header_mutation
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
    mutations:
      request_mutations:
)";

/// Strangers' headers are taken away before the gate is asked: a removal at the route would come after it, and take
/// away the gate's own. The host is the request's authority, never a header.
std::string envoy(const Application& application) {
  std::string text = "# " + application.name + ": HTTP filters, before the router; cluster cardea_gate is GATE\n";
  text.append(kEnvoyMutation);
  for (const auto* name : {"x-forwarded-host", "x-forwarded-port"})
    text.append("        - { remove: ").append(name).append(" }\n");
  for (const auto header : kSteeringHeaders) {
    const auto name = ascii_lower(header);
    text.append("        - { remove: ").append(name).append(" }\n");
    if (const auto twin = underscored(name); twin != name)
      text.append("        - { remove: ").append(twin).append(" }\n");
  }
  for (const auto& header : identity_headers(application)) {
    const auto name = ascii_lower(header);
    if (!is_vouched(application, header)) text.append("        - { remove: ").append(name).append(" }\n");
    text.append("        - { remove: ").append(underscored(name)).append(" }\n");
  }
  text.append(R"(- name: envoy.filters.http.ext_authz
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
    http_service:
      server_uri: { uri: "http://GATE", cluster: cardea_gate, timeout: 2s }
      path_prefix: /gate/envoy
      authorization_request:
        allowed_headers:
          patterns:
            - { exact: accept }
            - { exact: cookie }
            - { exact: x-forwarded-for }
            - { exact: x-forwarded-proto }
            - { exact: sec-fetch-mode }
            - { exact: x-requested-with }
)");
  const auto exact = [&](const std::string& name) {
    text.append("            - { exact: ").append(ascii_lower(name)).append(" }\n");
  };
  if (!application.api_keys.empty()) exact("x-api-key");
  for (const auto& header : vouched_headers(application)) exact(header);
  text.append("      authorization_response:\n        allowed_upstream_headers:\n          patterns:\n");
  for (const auto& header : identity_headers(application)) exact(header);
  exact("cookie");  // without the gate's own
  text.append("        allowed_client_headers:\n          patterns:\n");
  for (const auto* header : {"location", "set-cookie", "www-authenticate", "content-type", "content-security-policy",
                             "x-frame-options", "cache-control", "retry-after"})
    exact(header);
  if (!application.passes_authorization || application.keeps_api_key()) text.append(kEnvoyMutation);
  if (!application.passes_authorization) text.append("        - { remove: authorization }\n");
  if (application.keeps_api_key()) text.append("        - { remove: x-api-key }\n");
  text.append("# routes to cluster cardea_gate, with ext_authz switched off for them: /gate/");
  for (const auto& path : own_paths(application)) text.append(" ").append(path);
  return text + "\n";
}

}  // namespace

std::vector<std::string> identity_headers(const Application& application) {
  std::vector<std::string> headers{std::string(kNameHeader), std::string(kSubjectHeader), std::string(kProviderHeader),
                                   std::string(kScopesHeader), std::string(kRoleHeader)};
  const auto add = [&](const std::string& name) {
    const auto is_same = [&](const std::string& known) { return equal_ignoring_ascii_case(known, name); };
    if (std::ranges::none_of(headers, is_same)) headers.push_back(name);
  };
  for (const auto& rule : application.headers) add(rule.name);
  for (const auto& name : vouched_headers(application)) add(name);
  if (application.answers == AnswerForm::kKeep)
    for (const auto name : kKeepProxyHeaders) add(std::string(name));
  if (application.identity_token) add(application.identity_token->header);
  return headers;
}

std::string proxy_snippet(std::string_view proxy, const Application& application, std::string_view gate_address,
                          const std::vector<std::string>& other_hosts) {
  auto text = proxy == "nginx"     ? nginx(application, other_hosts)
              : proxy == "caddy"   ? caddy(application)
              : proxy == "traefik" ? traefik(application)
                                   : envoy(application);
  return replaced(std::move(text), "GATE", gate_address);
}

}  // namespace cardea::gate
