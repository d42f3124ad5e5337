// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/os_error.hpp"

#include <netdb.h>

#include <cstring>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void put_os_error(TextWriter& out, int os_error) {
    char text[128] = "";
    // The two variants of strerror_r return different types; both provide readable text.
    struct Pick {
        static const char* text(const char* returned, const char*) { return returned; }
        static const char* text(int, const char* buffer) { return buffer; }
    };
    out.put(Pick::text(strerror_r(os_error, text, sizeof text), text));
}

void put_resolve_error(TextWriter& out, int os_error) {
    if (os_error >= resolver_errno_base) return put_os_error(out, os_error - resolver_errno_base);
    out.put(gai_strerror(os_error));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
