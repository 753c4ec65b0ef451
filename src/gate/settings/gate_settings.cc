#include "gate/settings/gate_settings.h"

#include <algorithm>

#include "base/text.h"

namespace cardea::gate {

namespace {

struct HostParts {
  std::string_view name, port;  // without the dots at the end of the one, and the colon before the other
};

HostParts parts_of(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  HostParts parts{.name = host.substr(0, colon), .port = {}};
  if (colon != std::string_view::npos) parts.port = host.substr(colon + 1);
  while (parts.name.ends_with('.')) parts.name.remove_suffix(1);
  if (parts.port == "80" || parts.port == "443") parts.port = {};
  return parts;
}

}  // namespace

std::string canonical_host(std::string_view host) {
  const auto lower = ascii_lower(host);
  const auto parts = parts_of(lower);
  return std::string(parts.name) + (parts.port.empty() ? "" : ":" + std::string(parts.port));
}

bool Application::takes_tokens_of(std::string_view provider) const {
  if (!takes_tokens) return false;
  return providers.empty() || std::ranges::find(providers, provider) != providers.end();
}

bool GateSettings::has_fatal() const {
  return std::ranges::any_of(notes, [](const ConfigNote& note) { return note.level == NoteLevel::kFatal; });
}

const Application* GateSettings::find_application(std::string_view host) const {
  const auto asked = canonical_host(host);
  const Application* any = nullptr;
  bool is_listed = false;
  for (const auto& application : applications) {
    for (const auto& known : application.hosts) {
      if (known == asked) return &application;
      if (known == "*") any = &application;
      is_listed = is_listed || parts_of(known).name == parts_of(asked).name;
    }
  }
  const bool is_realms = !realms_host.empty() && parts_of(realms_host).name == parts_of(asked).name;
  return is_listed || is_realms ? nullptr : any;
}

}  // namespace cardea::gate
