// Settings while they are in use: a part of Gate.
#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "gate/front/gate.h"

namespace cardea::gate {
namespace {

std::vector<ProviderPtr> with_one_more(std::vector<ProviderPtr> providers, ProviderPtr more) {
  if (more) providers.push_back(std::move(more));
  return providers;
}

}  // namespace

GateState::GateState(GateSettings gate_settings, ProviderPtr more)
    : settings(std::move(gate_settings)), providers(with_one_more(settings.providers, std::move(more))) {
  for (const auto& application : settings.applications) said_.push_back(what_headers_say(application));
}

const std::vector<IdentityHeader>& GateState::said_of(const Application& application) const {
  const auto at = &application - settings.applications.data();
  CARDEA_ASSERT(at >= 0 && static_cast<std::size_t>(at) < said_.size());
  return said_[static_cast<std::size_t>(at)];
}

const KeyAddress* GateState::address_of(std::string_view provider) const {
  const auto found = std::ranges::find_if(
      settings.key_addresses, [&](const KeyAddress& address) { return address.provider->settings().name == provider; });
  return found == settings.key_addresses.end() ? nullptr : &*found;
}

}  // namespace cardea::gate
