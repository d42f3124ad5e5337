// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A `Failure` as one readable paragraph. It contains no secrets: neither user information nor the
// query of the URL or of a redirect, and no other headers.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/codec/url.hpp"
#include "linnet/failure.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void explain_failure(TextWriter& out, const Failure& failure, const Url& url);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
