// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// LINNET_ASSERT checks for errors in linnet itself. Input from a peer, the network or the caller
// never triggers one.
#pragma once

#include <cassert>

#define LINNET_ASSERT(condition) assert(condition)
