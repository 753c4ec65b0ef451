#include "admin/providers/provider_certificate.h"

#include "admin/seam/body_form.h"
#include "base/encoding.h"
#include "crypto/read_certificate.h"

namespace cardea::admin {

Answer read_provider_certificate(Call& call) {
  CARDEA_TRY(form, body_form(call));
  const auto der = crypto::read_certificate(form.value_or("file", ""));
  if (!der) return refuse(error_message(400, "The file holds no certificate"));
  return ok(json::object{{"certificate", base64_encode(*der)}});
}

}  // namespace cardea::admin
