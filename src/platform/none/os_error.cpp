// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/os_error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void put_os_error(TextWriter& out, int os_error) {
    out.put("error ").put_number(os_error < 0 ? 0 : static_cast<std::uint64_t>(os_error));
}

void put_resolve_error(TextWriter& out, int os_error) {
    put_os_error(out, os_error);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
