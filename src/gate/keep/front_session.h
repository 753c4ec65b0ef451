// The session that Keep's own front end keeps in the browser beside the gate's (guides.md G0.2: npm Auth.js, thirty
// days).
#pragma once

#include "web/request.h"
#include "web/response.h"

namespace cardea::gate {

/// Takes it away, whatever parts it stands in: whoever has just signed in is somebody else, perhaps, and the pages
/// would go on with the name of whoever sat there before. Keep's front end then asks its proxy anew who it is.
void end_front_session(const web::Request& request, web::Response& response);

}  // namespace cardea::gate
