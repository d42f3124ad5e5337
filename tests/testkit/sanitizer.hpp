// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Detects whether this build uses a sanitizer that slows everything down, for each compiler.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LINNET_TEST_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LINNET_TEST_SANITIZED
#endif

namespace linnet::test {

#ifdef LINNET_TEST_SANITIZED
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace linnet::test
