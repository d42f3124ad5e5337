// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// BearSSL's header, which release 0.6 does not make fit for C++ everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
#include <bearssl.h>
}
