// Certificates of clients (keycloak.md section 6.8): with the key of "jwt.credential" a client signs the assertions by
// which it authenticates. The server keeps the certificate alone; the private key is shown once, to be taken along.
#pragma once

#include "admin/seam/call.h"

namespace cardea::admin {

Answer get_certificate(Call& call);
/// Makes a key with its certificate, on the hash lane.
[[nodiscard]] Prepared prepare_certificate(Call& call);
Answer generate_certificate(Call& call);
/// The same as a PKCS #12 file with the password of the body. Its 100,000 rounds belong on the hash lane, too: a
/// transaction must not wait for them.
[[nodiscard]] Prepared prepare_new_download(Call& call);
Answer download_new_certificate(Call& call);
/// The kept certificate as a PKCS #12 file, made on the hash lane.
[[nodiscard]] Prepared prepare_download(Call& call);
Answer download_certificate(Call& call);
/// A certificate that an administrator has, as PEM.
[[nodiscard]] Prepared prepare_upload(Call& call);
Answer upload_certificate(Call& call);

}  // namespace cardea::admin
