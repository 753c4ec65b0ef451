#include "domain/interaction_json.h"

#include <optional>

#include "base/limits.h"

namespace cardea {
namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kBytesMax =
    64 * 1024;  // rows are ours and the browser's part is bounded before: this is a backstop
constexpr std::size_t kActionsMax = 64;
constexpr std::size_t kResultsMax = 64;
constexpr std::int64_t kLevelMax = 1'000'000;

std::string_view mode_name(ResponseMode mode) {
  switch (mode) {
    case ResponseMode::kQuery:
      return "q";
    case ResponseMode::kFragment:
      return "f";
    case ResponseMode::kFormPost:
      return "p";
    case ResponseMode::kQueryJwt:
      return "qj";
    case ResponseMode::kFragmentJwt:
      return "fj";
    case ResponseMode::kFormPostJwt:
      return "pj";
  }
  return "q";
}

std::optional<ResponseMode> parse_mode(std::string_view name) {
  if (name == "q") return ResponseMode::kQuery;
  if (name == "f") return ResponseMode::kFragment;
  if (name == "p") return ResponseMode::kFormPost;
  if (name == "qj") return ResponseMode::kQueryJwt;
  if (name == "fj") return ResponseMode::kFragmentJwt;
  if (name == "pj") return ResponseMode::kFormPostJwt;
  return std::nullopt;
}

// Empty texts and false flags are left out: every byte counts in a URL.
void text(JsonWriter& writer, std::string_view name, std::string_view value) {
  if (!value.empty()) writer.member(name, value);
}
void flag(JsonWriter& writer, std::string_view name, bool value) {
  if (value) writer.member(name, value);
}

void write_request(JsonWriter& writer, const AuthorizationRequest& request) {
  writer.key("q").begin_object();
  writer.member("c", request.client.str()).member("ci", request.client_id).member("ru", request.redirect_uri);
  flag(writer, "rd", !request.redirect_uri_sent);
  writer.member("rt", request.response_type).member("rm", mode_name(request.response_mode));
  text(writer, "sc", request.scope);
  if (request.state) writer.member("st", *request.state);
  text(writer, "no", request.nonce);
  text(writer, "cc", request.code_challenge);
  flag(writer, "cp", request.challenge_method == ChallengeMethod::kPlain);
  flag(writer, "pl", request.prompt_login);
  flag(writer, "pn", request.prompt_none);
  flag(writer, "pc", request.prompt_consent);
  flag(writer, "pr", request.prompt_create);
  if (request.max_age) writer.member("ma", *request.max_age);
  text(writer, "lh", request.login_hint);
  text(writer, "ul", request.ui_locales);
  text(writer, "ka", request.kc_action);
  text(writer, "ks", request.kc_action_status);
  text(writer, "du", request.device_user_code);
  text(writer, "rs", request.resources);
  text(writer, "cl", request.claims);
  text(writer, "av", request.acr_values);
  flag(writer, "ae", request.acr_essential);
  text(writer, "dj", request.dpop_jkt);
  text(writer, "ph", request.pushed_hash);
  text(writer, "ih", request.idp_hint);
  text(writer, "lk", request.link_handle);
  text(writer, "lp", request.link_provider);
  writer.end_object();
}

void write_upstream(JsonWriter& writer, const std::optional<UpstreamProof>& upstream) {
  if (!upstream) return;
  writer.key("up").begin_object().member("p", upstream->provider);
  text(writer, "i", upstream->issuer);
  text(writer, "s", upstream->subject);
  text(writer, "d", upstream->sid);
  text(writer, "n", upstream->username);
  if (upstream->auth_time) writer.member("t", *upstream->auth_time);
  if (upstream->level) writer.member("l", static_cast<std::int64_t>(*upstream->level));
  if (!upstream->methods.empty()) {
    writer.key("m").begin_array();
    for (const auto& method : upstream->methods) writer.string(method);
    writer.end_array();
  }
  if (!upstream->notes.empty()) {
    writer.key("o").begin_object();
    for (const auto& [name, value] : upstream->notes) writer.member(name, value);
    writer.end_object();
  }
  writer.end_object();
}

void write_stage(JsonWriter& writer, const AwaitingLogin& stage) {
  writer.key("l").begin_object();
  text(writer, "u", stage.username_shown);
  text(writer, "n", stage.typed_name);
  text(writer, "x", stage.named_by);
  flag(writer, "rm", stage.remember_me);
  if (stage.session) writer.member("si", stage.session->str());
  writer.end_object();
}

void write_stage(JsonWriter& writer, const AwaitingSteps& stage) {
  writer.key("s").begin_object().member("u", stage.progress.user.str());
  flag(writer, "rm", stage.progress.remember_me);
  writer.key("re").begin_array();
  for (const auto& result : stage.progress.results) {
    writer.begin_object().member("x", result.execution).member("p", facts_of(result.proof).name);
    writer.member("u", result.user.str());
    text(writer, "v", result.provider);
    writer.end_object();
  }
  writer.end_array();
  if (stage.failures > 0) writer.member("f", static_cast<std::int64_t>(stage.failures));
  if (stage.session) writer.member("si", stage.session->str());
  if (stage.credential_stamp) writer.member("cs", *stage.credential_stamp);
  write_upstream(writer, stage.upstream);
  writer.end_object();
}

void write_stage(JsonWriter& writer, const AwaitingActions& stage) {
  writer.key("p").begin_object();
  writer.member("u", stage.proven.user.str()).member("at", stage.proven.auth_time).member("ac", stage.proven.acr);
  flag(writer, "rm", stage.proven.remember_me);
  if (!stage.proven.levels.empty()) {
    writer.key("lv").begin_array();
    for (const auto level : stage.proven.levels) writer.number(level);
    writer.end_array();
  }
  flag(writer, "sf", stage.proven.has_second_factor);
  if (stage.proven.session) writer.member("si", stage.proven.session->str());
  if (stage.proven.credential_stamp) writer.member("cs", *stage.proven.credential_stamp);
  write_upstream(writer, stage.proven.upstream);
  if (!stage.proven.methods.empty()) {
    writer.key("am").begin_array();
    for (const auto& method : stage.proven.methods) {
      writer.begin_object().member("r", method.reference).member("x", method.max_age);
      writer.member("t", method.auth_time).end_object();
    }
    writer.end_array();
  }
  writer.key("do").begin_array();
  for (const auto& action : stage.actions) writer.string(action);
  writer.end_array();
  text(writer, "as", stage.asked);
  flag(writer, "m", stage.mailed);
  writer.end_object();
}

// Reads members and remembers whether one was missing or of the wrong type.
class Reader {
 public:
  explicit Reader(const json::object& object) : object_(object) {}

  std::string needed(std::string_view name) {
    const auto* found = object_.if_contains(name);
    if (found == nullptr || !found->is_string() || found->get_string().empty()) return fail<std::string>();
    return std::string(found->get_string());
  }
  std::optional<std::string> text(std::string_view name) {
    const auto* found = object_.if_contains(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_string()) return fail<std::optional<std::string>>();
    return std::string(found->get_string());
  }
  bool flag(std::string_view name) {
    const auto* found = object_.if_contains(name);
    if (found == nullptr) return false;
    if (!found->is_bool()) return fail<bool>();
    return found->get_bool();
  }
  std::optional<std::int64_t> number(std::string_view name) {
    const auto* found = object_.if_contains(name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_int64()) return fail<std::optional<std::int64_t>>();
    return found->get_int64();
  }
  /// Absent, or a name that is not empty.
  std::optional<SessionId> session(std::string_view name) {
    auto found = text(name);
    if (!found) return std::nullopt;
    if (found->empty()) return fail<std::optional<SessionId>>();
    return SessionId(std::move(*found));
  }
  std::int64_t needed_number(std::string_view name) {
    const auto found = number(name);
    return found ? *found : fail<std::int64_t>();
  }
  const json::object* object(std::string_view name) {
    const auto* found = object_.if_contains(name);
    return found != nullptr && found->is_object() ? &found->get_object() : nullptr;
  }
  const json::array* needed_array(std::string_view name) {
    const auto* found = object_.if_contains(name);
    if (found == nullptr || !found->is_array()) return fail<const json::array*>();
    return &found->get_array();
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  template <class T>
  T fail() {
    ok_ = false;
    return T{};
  }

  const json::object& object_;
  bool ok_ = true;
};

std::optional<AuthorizationRequest> read_request(const json::object& object) {
  Reader in(object);
  AuthorizationRequest out;
  out.client = ClientId(in.needed("c"));
  out.client_id = in.needed("ci");
  out.redirect_uri = in.text("ru").value_or("");  // empty: only where nobody waits for an answer
  out.redirect_uri_sent = !in.flag("rd");
  out.response_type = in.needed("rt");
  const auto mode = parse_mode(in.needed("rm"));
  out.scope = in.text("sc").value_or("");
  out.state = in.text("st");
  out.nonce = in.text("no").value_or("");
  out.code_challenge = in.text("cc").value_or("");
  out.challenge_method = in.flag("cp") ? ChallengeMethod::kPlain : ChallengeMethod::kS256;
  out.prompt_login = in.flag("pl");
  out.prompt_none = in.flag("pn");
  out.prompt_consent = in.flag("pc");
  out.prompt_create = in.flag("pr");
  out.max_age = in.number("ma");
  out.login_hint = in.text("lh").value_or("");
  out.ui_locales = in.text("ul").value_or("");
  out.kc_action = in.text("ka").value_or("");
  out.kc_action_status = in.text("ks").value_or("");
  out.device_user_code = in.text("du").value_or("");
  out.resources = in.text("rs").value_or("");
  out.claims = in.text("cl").value_or("");
  out.acr_values = in.text("av").value_or("");
  out.acr_essential = in.flag("ae");
  out.dpop_jkt = in.text("dj").value_or("");
  out.pushed_hash = in.text("ph").value_or("");
  out.idp_hint = in.text("ih").value_or("");
  out.link_handle = in.text("lk").value_or("");
  out.link_provider = in.text("lp").value_or("");
  if (!in.ok() || !mode) return std::nullopt;
  out.response_mode = *mode;
  return out;
}

std::optional<AwaitingLogin> read_login(const json::object& object) {
  Reader in(object);
  AwaitingLogin out;
  out.username_shown = in.text("u").value_or("");
  out.typed_name = in.text("n").value_or("");
  out.named_by = in.text("x").value_or("");
  out.remember_me = in.flag("rm");
  out.session = in.session("si");
  if (!in.ok() || out.typed_name.empty() != out.named_by.empty()) return std::nullopt;
  return out;
}

bool read_references(const json::object& object, std::vector<std::string>& out) {
  const auto* list = object.if_contains("m");
  if (list == nullptr) return true;
  if (!list->is_array() || list->get_array().size() > kResultsMax) return false;
  for (const auto& item : list->get_array()) {
    if (!item.is_string() || item.get_string().empty()) return false;
    out.emplace_back(item.get_string());
  }
  return true;
}

bool read_notes(const json::object& object, std::map<std::string, std::string>& out) {
  const auto* notes = object.if_contains("o");
  if (notes == nullptr) return true;
  if (!notes->is_object()) return false;
  for (const auto& [name, value] : notes->get_object()) {
    if (name.empty() || !value.is_string()) return false;
    out.emplace(name, value.get_string());
  }
  return true;
}

bool read_upstream(const json::object& object, std::optional<UpstreamProof>& out) {
  const auto* value = object.if_contains("up");
  if (value == nullptr) return true;
  if (!value->is_object()) return false;
  Reader in(value->get_object());
  UpstreamProof read{.provider = in.needed("p"),
                     .issuer = in.text("i").value_or(""),
                     .subject = in.text("s").value_or(""),
                     .sid = in.text("d").value_or(""),
                     .username = in.text("n").value_or(""),
                     .auth_time = in.number("t")};
  const auto level = in.number("l");
  if (!in.ok() || read.provider.empty() || (level && (*level < 0 || *level > 1000))) return false;
  if (level) read.level = static_cast<int>(*level);
  if (!read_references(value->get_object(), read.methods)) return false;
  if (!read_notes(value->get_object(), read.notes)) return false;
  out = std::move(read);
  return true;
}

// Only what says that this user's credential was checked is a stage of its own.
std::optional<AwaitingSteps> read_steps(const json::object& object) {
  Reader in(object);
  AwaitingSteps out;
  out.progress.user = UserId(in.needed("u"));
  out.progress.remember_me = in.flag("rm");
  const auto* results = in.needed_array("re");
  const auto failures = in.number("f").value_or(0);
  out.session = in.session("si");
  out.credential_stamp = in.number("cs");
  if (!read_upstream(object, out.upstream)) return std::nullopt;
  if (!in.ok() || results->size() > kResultsMax || failures < 0 || failures > kStepFailuresMax) return std::nullopt;
  out.failures = static_cast<int>(failures);
  for (const auto& item : *results) {
    if (!item.is_object()) return std::nullopt;
    Reader result(item.get_object());
    const auto proof = parse_proof(result.needed("p"));
    StepResult read{.execution = result.needed("x"), .proof = Proof::kUsername, .user = UserId(result.needed("u"))};
    read.provider = result.text("v").value_or("");
    if (!result.ok() || !proof || read.user != out.progress.user) return std::nullopt;
    if (!read.provider.empty() && *proof != Proof::kUpstream) return std::nullopt;
    read.proof = *proof;
    out.progress.results.push_back(std::move(read));
  }
  if (!out.progress.is_proven()) return std::nullopt;
  return out;
}

bool read_methods(const json::object& object, std::vector<AuthenticationMethod>& out) {
  const auto* methods = object.if_contains("am");
  if (methods == nullptr) return true;
  if (!methods->is_array() || methods->get_array().size() > kResultsMax) return false;
  for (const auto& item : methods->get_array()) {
    if (!item.is_object()) return false;
    Reader in(item.get_object());
    AuthenticationMethod method{in.needed("r"), in.needed_number("x"), in.needed_number("t")};
    if (!in.ok()) return false;
    out.push_back(std::move(method));
  }
  return true;
}

std::optional<AwaitingActions> read_actions(const json::object& object) {
  Reader in(object);
  AwaitingActions out;
  out.proven.user = UserId(in.needed("u"));
  out.proven.auth_time = in.needed_number("at");
  out.proven.acr = in.needed("ac");
  out.proven.remember_me = in.flag("rm");
  if (const auto* levels = object.if_contains("lv"); levels != nullptr) {
    if (!levels->is_array() || levels->get_array().size() > kResultsMax) return std::nullopt;
    for (const auto& level : levels->get_array()) {
      if (!level.is_int64() || level.get_int64() < 0 || level.get_int64() > kLevelMax) return std::nullopt;
      out.proven.levels.push_back(static_cast<int>(level.get_int64()));
    }
  }
  out.proven.has_second_factor = in.flag("sf");
  out.proven.session = in.session("si");
  out.proven.credential_stamp = in.number("cs");
  if (!read_methods(object, out.proven.methods)) return std::nullopt;
  if (!read_upstream(object, out.proven.upstream)) return std::nullopt;
  out.asked = in.text("as").value_or("");
  out.mailed = in.flag("m");
  const auto* actions = in.needed_array("do");
  if (!in.ok() || actions->empty() || actions->size() > kActionsMax) return std::nullopt;
  for (const auto& action : *actions) {
    if (!action.is_string() || action.get_string().empty()) return std::nullopt;
    out.actions.emplace_back(action.get_string());
  }
  return out;
}

}  // namespace

std::string_view describe(InteractionJsonError error) {
  switch (error) {
    case InteractionJsonError::kNotJson:
      return "not_json";
    case InteractionJsonError::kVersion:
      return "unknown_version";
    case InteractionJsonError::kMember:
      return "bad_member";
  }
  return "?";
}

std::string to_json(const Interaction& interaction) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("v", kVersion).member("i", interaction.id).member("r", interaction.realm.str());
  writer.member("b", interaction.browser_hash).member("e", epoch_milliseconds(interaction.expires_at));
  write_request(writer, interaction.request);
  std::visit([&writer](const auto& stage) { write_stage(writer, stage); }, interaction.stage);
  writer.end_object();
  return out;
}

Result<Interaction, InteractionJsonError> interaction_from_json(std::string_view text) {
  const auto document = parse_json(text, {.bytes_max = kBytesMax, .depth_max = 8});
  if (!document || !document->is_object()) return refuse(InteractionJsonError::kNotJson);
  Reader in(document->get_object());
  if (in.needed_number("v") != kVersion) return refuse(InteractionJsonError::kVersion);

  Interaction out;
  out.id = in.needed("i");
  out.realm = RealmId(in.needed("r"));
  out.browser_hash = in.needed("b");
  out.expires_at = from_epoch_milliseconds(in.needed_number("e"));
  const auto* request = in.object("q");
  const auto* login = in.object("l");
  const auto* steps = in.object("s");
  const auto* actions = in.object("p");
  // Exactly one stage: a text with several, or none, says nothing about who proved what.
  const int stages = (login != nullptr) + (steps != nullptr) + (actions != nullptr);
  if (!in.ok() || request == nullptr || stages != 1) {
    return refuse(InteractionJsonError::kMember);
  }
  auto parsed_request = read_request(*request);
  if (!parsed_request) return refuse(InteractionJsonError::kMember);
  out.request = std::move(*parsed_request);
  if (login != nullptr) {
    auto stage = read_login(*login);
    if (!stage) return refuse(InteractionJsonError::kMember);
    out.stage = std::move(*stage);
  } else if (steps != nullptr) {
    auto stage = read_steps(*steps);
    if (!stage) return refuse(InteractionJsonError::kMember);
    out.stage = std::move(*stage);
  } else {
    auto stage = read_actions(*actions);
    if (!stage) return refuse(InteractionJsonError::kMember);
    out.stage = std::move(*stage);
  }
  const auto* awaiting = std::get_if<AwaitingActions>(&out.stage);
  const bool mailed = awaiting != nullptr && awaiting->mailed;
  if (out.request.redirect_uri.empty() && !mailed) return refuse(InteractionJsonError::kMember);
  return out;
}

}  // namespace cardea
