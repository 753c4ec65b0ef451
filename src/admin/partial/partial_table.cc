// The rows of partial import and export.
#include "admin/partial/partial_handlers.h"
#include "admin/seam/operation.h"

namespace cardea::admin {
namespace {

using enum AdminRole;
using enum web::Method;
using enum Mode;

constexpr Operation kRows[] = {
    {kPost, "/admin/realms/{realm}/partial-export", "partialExport", needs({kManageRealm}), kLong, &partial_export},
    {kPost,
     "/admin/realms/{realm}/partialImport",
     "partialImport",
     needs({kManageRealm}),
     kHashed,
     &partial_import,
     {},
     {},
     &prepare_partial_import},
};

}  // namespace

std::span<const Operation> partial_operations() { return kRows; }

}  // namespace cardea::admin
