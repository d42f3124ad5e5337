// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The version of linnet, and the inline namespace in which everything lives, so that two versions
// can be linked into one program.
#pragma once

#define LINNET_VERSION_MAJOR 0
#define LINNET_VERSION_MINOR 2
#define LINNET_VERSION_PATCH 0
#define LINNET_VERSION_STRING "0.2.0"

/// For two copies of the same version in one program: define it differently for each, as an
/// identifier, in all that is compiled with that copy. Without that a linker merges them silently.
#ifndef LINNET_INLINE_NAMESPACE
#define LINNET_INLINE_NAMESPACE v0
#endif
