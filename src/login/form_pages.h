// The two forms of this module as pages (keycloak.md section 10). Internal to login.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "login/login.h"
#include "login/login_link.h"

namespace cardea::login {

struct LoginPage {
  const AuthorizationRequest& request;
  LoginLink link;
  std::string username;         // in the field
  bool username_fixed = false;  // prompt=login: read only, with a link to start over
  std::string error;            // empty: none
  bool remember_me = false;     // the box is checked
};
[[nodiscard]] web::Response login_page(const Dependencies& dependencies, const web::Request& request,
                                       const RealmEntry& realm, const LoginPage& page);

struct UpdatePasswordPage {
  const AuthorizationRequest& request;
  LoginLink link;
  std::string username;
  std::string rules;  // in words; empty: none
  std::vector<std::string> errors;
};
[[nodiscard]] web::Response update_password_page(const Dependencies& dependencies, const web::Request& request,
                                                 const RealmEntry& realm, const UpdatePasswordPage& page);

}  // namespace cardea::login
