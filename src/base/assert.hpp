// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// LINNET_ASSERT is for mistakes of ours. No peer, network or caller can reach one.
#pragma once

#include <cassert>

#define LINNET_ASSERT(condition) assert(condition)
