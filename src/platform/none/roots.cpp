// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/roots.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool visit_system_roots(MutableBytes, RootVisitor&) {
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
