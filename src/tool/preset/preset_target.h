// A preset with its parameters, on a server: the document to apply, and the facts its texts name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tool/api/admin_api.h"
#include "tool/preset/preset.h"

namespace cardea::tool {

class PresetTarget {
 public:
  struct Refusal {
    int code;  // kExitRefused or kExitFailed
    std::string text;
  };
  /// `given`: the parameters as written. Signs in.
  [[nodiscard]] static Result<PresetTarget, Refusal> make(const Preset& preset, const std::vector<std::string>& given,
                                                          const ServerOptions& server, const Dependencies& deps);

  [[nodiscard]] AdminApi& api() { return state_->api; }
  [[nodiscard]] const json::object& document() const { return state_->document; }
  /// "/admin/realms/NAME"
  [[nodiscard]] std::string realm_path() const;
  /// "https://sso.example.test/realms/NAME"
  [[nodiscard]] std::string realm_url() const;
  /// Reads the discovery document of the realm, after which `issuer` has a value; what is wrong with it otherwise.
  [[nodiscard]] std::optional<std::string> discover();
  /// Parameters and facts. Valid as long as this object.
  [[nodiscard]] Lookup lookup() const;

 private:
  struct State {
    AdminApi api;
    const Dependencies& deps;
    Values values;
    std::string realm;
    std::string issuer;
    json::object document;
  };
  explicit PresetTarget(std::unique_ptr<State> state) : state_(std::move(state)) {}

  std::unique_ptr<State> state_;
};

}  // namespace cardea::tool
