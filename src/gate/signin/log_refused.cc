#include "gate/signin/log_refused.h"

namespace cardea::gate {

void log_refused(Log& log, const web::Request& request, std::string_view application, std::string_view reason,
                 std::string_view detail) {
  log.info("gate_refused", {{"application", application},
                            {"reason", reason},
                            {"detail", detail},
                            {"path", request.path},
                            {"remote_address", request.remote_address},
                            {"correlation_id", request.correlation_id}});
}

}  // namespace cardea::gate
