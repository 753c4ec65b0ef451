#include "gate/signin/login_state.h"

#include "base/json.h"

namespace cardea::gate {
namespace {

constexpr std::size_t kSealedBytesMax = 4096;

std::string bound_to(std::string_view application) { return "gate.login/" + std::string(application); }

}  // namespace

LoginState new_login_state(Random& random, std::string target, TimePoint now) {
  if (target.size() > kTargetBytesMax) target = "/";
  return {random_handle(random), random_handle(random), random_handle(random), std::move(target), now};
}

std::string seal_state(const crypto::Sealer& sealer, std::string_view application, const LoginState& state) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().member("s", state.state).member("n", state.nonce).member("v", state.verifier);
  writer.member("t", state.target).member("b", std::int64_t{epoch_seconds(state.begun)}).end_object();
  auto sealed = sealer.seal_text(text, bound_to(application));
  wipe(text);
  return sealed;
}

std::optional<LoginState> open_state(const crypto::Sealer& sealer, std::string_view application, std::string_view text,
                                     TimePoint now) {
  if (text.size() > kSealedBytesMax) return std::nullopt;
  const auto opened = sealer.open_text(text, bound_to(application));
  if (!opened) return std::nullopt;
  const auto value = parse_json(opened->reveal());
  if (!value || !value->is_object()) return std::nullopt;
  const auto& object = value->get_object();
  LoginState state{string_or(object, "s", ""), string_or(object, "n", ""), string_or(object, "v", ""),
                   string_or(object, "t", "/"), from_epoch_seconds(int_or(object, "b", 0))};
  if (state.state.empty() || now > state.begun + kLoginStateLife || state.begun > now + seconds{1}) return std::nullopt;
  return state;
}

std::string state_tag(std::string_view state) {
  std::string tag;
  for (const char c : state) {
    if (tag.size() == 8) break;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) tag += c;
  }
  return tag;
}

}  // namespace cardea::gate
