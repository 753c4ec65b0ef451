#include "core/authentication_methods.h"

#include <gmock/gmock.h>

namespace cardea {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Flow flow() {
  const auto step = [](std::string id, std::map<std::string, std::string> config) {
    return Execution{.id = std::move(id),
                     .requirement = Requirement::kRequired,
                     .priority = 0,
                     .what = FlowStep{"x", std::move(config)}};
  };
  Flow inner{.id = {}, .alias = "inner", .provider = {}, .executions = {}};
  inner.executions.push_back(step("otp", {{"default.reference.value", "otp"}, {"default.reference.maxAge", "60"}}));
  Flow out{.id = {}, .alias = "f", .provider = {}, .executions = {}};
  out.executions.push_back(step("name", {{"default.reference.value", "user"}}));
  out.executions.push_back(step("password", {{"default.reference.value", "pwd"}}));
  out.executions.push_back(step("silent", {}));
  out.executions.push_back({.id = "sub", .requirement = Requirement::kRequired, .priority = 0, .what = inner});
  return out;
}

FlowProgress progress(std::vector<std::pair<std::string, Proof>> passed) {
  FlowProgress out;
  out.user = UserId("ada");
  for (auto& [id, proof] : passed) out.results.push_back({std::move(id), proof, out.user});
  return out;
}

Authentication proven(std::vector<AuthenticationMethod> methods) {
  Authentication out;
  out.methods = std::move(methods);
  return out;
}

TEST(AuthenticationMethods, refuses_to_name_what_was_not_proven_or_has_no_name) {
  EXPECT_THAT(methods_of(flow(), progress({{"name", Proof::kUsername}, {"silent", Proof::kPassword}}), 5), IsEmpty());
  const auto methods = methods_of(flow(), progress({{"password", Proof::kPassword}, {"otp", Proof::kOtp}}), 5);
  EXPECT_THAT(methods, ElementsAre(AuthenticationMethod{"pwd", 0, 5}, AuthenticationMethod{"otp", 60, 5}));
}

TEST(AuthenticationMethods, refuses_what_is_older_than_its_maximum_age) {
  UserSession session;
  note_methods(session, proven({{"pwd", 0, 100}, {"otp", 60, 100}}));
  const auto& note = session.notes.at("amr");
  EXPECT_THAT(methods_at(note, 160), ElementsAre("pwd", "otp"));
  EXPECT_THAT(methods_at(note, 161), ElementsAre("pwd"));
}

TEST(AuthenticationMethods, a_later_proof_renews_its_reference_and_keeps_the_others) {
  UserSession session;
  note_methods(session, proven({}));
  EXPECT_THAT(session.notes, IsEmpty());
  note_methods(session, proven({{"pwd", 0, 100}, {"otp", 60, 100}}));
  note_methods(session, proven({{"otp", 60, 500}}));
  EXPECT_THAT(methods_at(session.notes.at("amr"), 550), ElementsAre("pwd", "otp"));
}

TEST(AuthenticationMethods, what_cannot_be_read_names_nothing) {
  for (const auto* note : {"", "x", "{}", "[1]", R"([{"r":7}])", R"([{"r":""}])"}) {
    EXPECT_THAT(methods_at(note, 0), IsEmpty()) << note;
  }
}

}  // namespace
}  // namespace cardea
