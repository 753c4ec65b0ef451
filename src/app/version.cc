#include "app/version.h"

namespace cardea::app {

std::string_view version() { return CARDEA_VERSION; }

}  // namespace cardea::app
