// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The operating system's descriptions of its errors.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/platform.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Writes the text of an error of a call on a socket or a file.
void put_os_error(TextWriter& out, int os_error);
/// Writes the text of `Resolver::Result::os_error`.
void put_resolve_error(TextWriter& out, int os_error);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
