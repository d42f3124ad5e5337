// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Includes BearSSL's header, which in release 0.6 is not valid C++ everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
#include <bearssl.h>
}
