#include "admin/seam/body_form.h"

#include "web/multipart.h"

namespace cardea::admin {
namespace {

std::string_view describe(web::FormError error) {
  switch (error) {
    case web::FormError::kMalformed:
      return "it is malformed";
    case web::FormError::kTooManyParameters:
      return "it has too many parts";
    case web::FormError::kTooLong:
      return "a part of it is too long";
  }
  return "?";
}

}  // namespace

Or<web::Form> body_form(const Call& call) {
  const auto& request = call.request();
  const auto type = request.header("Content-Type").value_or("");
  if (!web::is_multipart(type) && !request.has_form()) {
    return refuse(error(415, "The content-type header value did not match the value in @Consumes"));
  }
  auto form = web::is_multipart(type) ? web::parse_multipart(type, request.body) : web::Form::parse(request.body);
  if (!form) {
    return refuse(error(400, "invalid_request", std::string("Cannot read the form: ").append(describe(form.error()))));
  }
  return std::move(*form);
}

}  // namespace cardea::admin
