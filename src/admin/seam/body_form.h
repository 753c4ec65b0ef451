// A body that is a form: what consoles and scripts send with files.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

/// The body by its content type, form-urlencoded or multipart. 415 for any other.
[[nodiscard]] Or<web::Form> body_form(const Call& call);

}  // namespace cardea::admin
