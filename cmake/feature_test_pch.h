// Precompiled for the test programs of the modules that stand on core: cmake/feature_pch.h, and GoogleTest.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmake/feature_pch.h"
