// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The root certificates that the operating system trusts. They are read from disk in pieces for
// each handshake and not kept: a handshake needs one or two of about 150.
#pragma once

#include "linnet/bytes.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// The largest root that is read: a suitable size of the buffer. The largest on the web has 2 KiB.
inline constexpr std::size_t root_size_max = 8 * 1024;

class RootVisitor {
 public:
    /// Called with each root in DER, which is valid during the call.
    virtual void root(Bytes der) = 0;

 protected:
    ~RootVisitor() = default;
};

/// Passes every root to `visitor`; `buffer` is borrowed for one of them. Returns false if the
/// system has none at the known paths.
bool visit_system_roots(MutableBytes buffer, RootVisitor& visitor);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
