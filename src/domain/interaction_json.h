// An interaction as compact JSON: what is sealed into the browser (core/sealed_interaction.h) and what stands in its
// row (store). Both outlive an upgrade, so a reader passes over members it does not know and names never change
// meaning.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "domain/interaction.h"

namespace cardea {

enum class InteractionJsonError {
  kNotJson,  // not one JSON object within the limits
  kVersion,  // written by a release whose format this one cannot read
  kMember,   // a member is missing, of the wrong type, or has a value outside its set
};
[[nodiscard]] std::string_view describe(InteractionJsonError error);

[[nodiscard]] std::string to_json(const Interaction& interaction);
/// Reads what `to_json` wrote. Nothing has a default that would let somebody in: stage, user and binding must be there.
[[nodiscard]] Result<Interaction, InteractionJsonError> interaction_from_json(std::string_view text);

}  // namespace cardea
