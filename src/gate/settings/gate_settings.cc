#include "gate/settings/gate_settings.h"

#include <algorithm>

namespace cardea::gate {

bool Application::takes_tokens_of(std::string_view provider) const {
  if (!takes_tokens) return false;
  return providers.empty() || std::ranges::find(providers, provider) != providers.end();
}

bool GateSettings::has_fatal() const {
  return std::ranges::any_of(notes, [](const ConfigNote& note) { return note.level == NoteLevel::kFatal; });
}

const Application* GateSettings::find_application(std::string_view host) const {
  const Application* any = nullptr;
  for (const auto& application : applications) {
    if (std::ranges::find(application.hosts, host) != application.hosts.end()) return &application;
    if (std::ranges::find(application.hosts, "*") != application.hosts.end()) any = &application;
  }
  return any;
}

}  // namespace cardea::gate
