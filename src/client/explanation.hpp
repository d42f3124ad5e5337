// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A `Failure` as one readable paragraph. No secrets: of the URL and of a redirect neither user
// information nor query is shown, of the headers nothing else.
#pragma once

#include "base/text_writer.hpp"
#include "linnet/codec/url.hpp"
#include "linnet/failure.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void explain_failure(TextWriter& out, const Failure& failure, const Url& url);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
