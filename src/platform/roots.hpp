// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The roots that the operating system trusts, one file for each system. They are read anew each
// time, in pieces, and never held: a handshake looks for one or two of 150.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class RootVisitor {
 public:
    /// A root, in DER; valid during the call.
    virtual void root(Bytes der) = 0;

 protected:
    ~RootVisitor() = default;
};

/// Shows every root to `visitor`; `room` is lent for one of them. False if the system has none, or
/// none where this code looks.
bool visit_system_roots(MutableBytes buffer, RootVisitor& visitor);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
