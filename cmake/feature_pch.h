// Precompiled for the modules that stand on core: cmake/pch.h, and the headers of ours that nearly all their units
// include. A unit still includes what it uses; `./dev lint` and the g++ build, which has no precompiled headers, see to it.
#pragma once
#include "base/clock.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "base/uri.h"
#include "cmake/pch.h"
#include "core/settings.h"
#include "domain/repository/repositories.h"
#include "web/form.h"
#include "web/outcome.h"
#include "web/request.h"
#include "web/router.h"
