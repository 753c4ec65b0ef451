#include "admin/providers/property_mapping_handlers.h"

#include "base/text.h"
#include "core/expression/expression.h"
#include "domain/identity_provider.h"
#include "domain/provider_mapper_types.h"

namespace cardea::admin {

Or<void> check_expression(const json::object& mapper) {
  if (string_or(mapper, "identityProviderMapper", "") != kPropertyMapping) return {};
  const auto* config = mapper.if_contains("config");
  const auto source = config == nullptr ? std::string() : string_or(config->as_object(), "expression", "");
  if (trim(source).empty()) return refuse(error(400, "invalid_request", "A property mapping has an expression"));
  const auto failure = why_not_readable(source);
  if (!failure) return {};  // what it does with a document shows when it gets one
  return refuse(error(400, "invalid_request", "The expression cannot be read: " + failure->message));
}

Answer try_property_mapping(Call& call) {
  if (!find_identity_provider(call.realm(), call.path("alias"))) {
    return refuse(not_found("Could not find identity provider"));
  }
  CARDEA_TRY(body, call.body_object());
  const auto source = string_or(*body, "expression", "");
  ExpressionInput input;
  const json::object nothing;
  for (const std::string_view name : {"claims", "userinfo", "answer", "identity"}) {
    const auto* document = body->if_contains(name);
    if (document != nullptr && !document->is_object()) {
      return refuse(error(400, "invalid_request", std::string(name) + " is an object"));
    }
    input.emplace_back(name, document == nullptr ? &nothing : &document->get_object());
  }
  const auto result = evaluate_expression(source, input);
  if (result) return ok(json::object{{"result", *result}});
  return ok(json::object{{"error", describe(result.error().error)}, {"message", result.error().message}});
}

}  // namespace cardea::admin
