// A browser flow of two levels (acr "silver" and "gold"), and the one-time code device that most of them end with.
#pragma once

#include <string_view>

#include "base/json.h"
#include "core/otp_credential.h"
#include "domain/realm.h"

namespace cardea {

/// Makes the flow "stepped" the realm's browser flow. `first` and `second` are the last execution of each level,
/// without requirement and priority: `{{"authenticator", "auth-otp-form"}}`. The second level lasts a minute.
inline void use_stepped_flow(Realm& realm, const json::object& first, const json::object& second) {
  realm.attributes["acr.loa.map"] = R"({"silver":1,"gold":2})";
  realm.extra["browserFlow"] = "stepped";
  realm.extra["authenticatorConfig"] = json::parse(R"([
    {"alias": "first", "config": {"loa-condition-level": "1", "loa-max-age": "36000"}},
    {"alias": "second", "config": {"loa-condition-level": "2", "loa-max-age": "60"}}])");
  const auto level = [](std::string_view alias, std::string_view config, json::object last) {
    last["requirement"] = "REQUIRED";
    last["priority"] = 20;
    const json::object condition{{"authenticator", "conditional-level-of-authentication"},
                                 {"requirement", "REQUIRED"},
                                 {"priority", 10},
                                 {"authenticatorConfig", config}};
    return json::object{
        {"alias", alias}, {"topLevel", false}, {"authenticationExecutions", json::array{condition, std::move(last)}}};
  };
  auto flows = json::parse(R"([
    {"alias": "stepped", "topLevel": true, "authenticationExecutions": [
      {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
      {"flowAlias": "forms", "requirement": "ALTERNATIVE", "priority": 20}]},
    {"alias": "forms", "topLevel": false, "authenticationExecutions": [
      {"flowAlias": "level one", "requirement": "CONDITIONAL", "priority": 10},
      {"flowAlias": "level two", "requirement": "CONDITIONAL", "priority": 20}]}])");
  flows.as_array().push_back(level("level one", "first", first));
  flows.as_array().push_back(level("level two", "second", second));
  realm.extra["authenticationFlows"] = std::move(flows);
}

/// A device as the realm's default policy makes it, with the id "otp-1".
inline Credential otp_credential(const UserId& user, std::string_view secret) {
  auto documents = make_otp_documents({}, secret);
  Credential out;
  out.id = CredentialId("otp-1");
  out.user = user;
  out.type = kOtpCredential;
  out.credential_data = std::move(documents.credential_data);
  out.secret_data = std::move(documents.secret_data);
  return out;
}

}  // namespace cardea
