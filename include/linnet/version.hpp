// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The version of linnet, and the inline namespace that allows two versions in one program.
//
// Example:
//
//     #if LINNET_VERSION_MAJOR == 0 && LINNET_VERSION_MINOR < 2
//     #error "this program needs linnet 0.2"
//     #endif
//     print(LINNET_VERSION_STRING);
#pragma once

// Semantic versioning (semver.org): in version 0 a minor release may break programs.
#define LINNET_VERSION_MAJOR 0
#define LINNET_VERSION_MINOR 2
#define LINNET_VERSION_PATCH 0
#define LINNET_VERSION_STRING "0.2.0"

/// The inline namespace that contains everything. To link two copies of the same version into one
/// program, define it as a different identifier for each copy, in all code compiled with that copy;
/// otherwise the linker merges the copies silently.
#ifndef LINNET_INLINE_NAMESPACE
#define LINNET_INLINE_NAMESPACE v0
#endif
