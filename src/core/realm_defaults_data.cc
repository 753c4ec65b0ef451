#include "core/realm_defaults_data.h"

// One symbol at each end of each file.
#define CARDEA_EMBED(symbol, file)                                                                              \
  asm(".pushsection .rodata\n" #symbol ": .incbin \"" CARDEA_PRESETS_DIR "/realm-defaults/" file "\"\n" #symbol \
      "_end: .byte 0\n.popsection\n");                                                                          \
  extern "C" const char symbol[];                                                                               \
  extern "C" const char symbol##_end[]

CARDEA_EMBED(cardea_default_realm, "realm.json");
CARDEA_EMBED(cardea_default_roles, "roles.json");
CARDEA_EMBED(cardea_default_clients, "clients.json");
CARDEA_EMBED(cardea_default_client_scopes, "client-scopes.json");
CARDEA_EMBED(cardea_default_authentication, "authentication.json");
CARDEA_EMBED(cardea_default_components, "components.json");
CARDEA_EMBED(cardea_default_master, "master.json");
CARDEA_EMBED(cardea_default_user_profile, "user-profile.json");

namespace cardea::realm_defaults_data {
namespace {

std::string_view text(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

std::string_view realm() { return text(cardea_default_realm, cardea_default_realm_end); }
std::string_view roles() { return text(cardea_default_roles, cardea_default_roles_end); }
std::string_view clients() { return text(cardea_default_clients, cardea_default_clients_end); }
std::string_view client_scopes() { return text(cardea_default_client_scopes, cardea_default_client_scopes_end); }
std::string_view authentication() { return text(cardea_default_authentication, cardea_default_authentication_end); }
std::string_view components() { return text(cardea_default_components, cardea_default_components_end); }
std::string_view master() { return text(cardea_default_master, cardea_default_master_end); }
std::string_view user_profile() { return text(cardea_default_user_profile, cardea_default_user_profile_end); }

}  // namespace cardea::realm_defaults_data
