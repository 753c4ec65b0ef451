// What an answer carried is not left in memory that is used again (anchors B8).
#pragma once

#include "web/response.h"

namespace cardea::http {

/// An answer that nobody may store (`Cache-Control: no-store`) carries tokens, codes, cookies or a person's data: its
/// body and the values of Location and Set-Cookie are overwritten and emptied. Others stay as they are. True when it
/// was one.
bool wipe_answer(web::Response& response) noexcept;

}  // namespace cardea::http
