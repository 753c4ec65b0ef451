// The rows of certificates of clients.
#include "admin/certificates/certificate_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

#define CERTIFICATE "/admin/realms/{realm}/clients/{clientUuid}/certificates/{attr}"

constexpr Operation kRows[] = {
    {kGet, CERTIFICATE, "getClientCertificate", needs({kViewClients, kManageClients}), kRead, &get_certificate},
    {kPost, CERTIFICATE "/generate", "generateClientCertificate", needs({kManageClients}), kHashed,
     &generate_certificate, "CLIENT", "ACTION", &prepare_certificate},
    {kPost, CERTIFICATE "/generate-and-download", "downloadClientCertificate", needs({kManageClients}), kHashed,
     &download_new_certificate, "CLIENT", "ACTION", &prepare_new_download},
    {kPost,
     CERTIFICATE "/download",
     "downloadStoredCertificate",
     needs({kManageClients}),
     kHashed,
     &download_certificate,
     {},
     {},
     &prepare_download},
    {kPost, CERTIFICATE "/upload", "uploadClientKey", needs({kManageClients}), kHashed, &upload_certificate, "CLIENT",
     "ACTION", &prepare_upload},
    {kPost, CERTIFICATE "/upload-certificate", "uploadClientCertificate", needs({kManageClients}), kHashed,
     &upload_certificate, "CLIENT", "ACTION", &prepare_upload},
};

#undef CERTIFICATE

}  // namespace

std::span<const Operation> certificate_operations() { return kRows; }

}  // namespace cardea::admin
