// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/os_error.hpp"

#include <string_view>

#include "platform/win32/windows_os.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void put_os_error(TextWriter& out, int os_error) {
    char text[256];
    const DWORD size =
        FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr,
                       static_cast<DWORD>(os_error), 0, text, sizeof text, nullptr);
    std::string_view said(text, size);
    while (!said.empty() && (said.back() == '\n' || said.back() == '\r' || said.back() == '.')) {
        said.remove_suffix(1);
    }
    out.put(said);
}

// On Windows the resolver uses the same error numbers as sockets.
void put_resolve_error(TextWriter& out, int os_error) {
    const bool is_errno = os_error >= resolver_errno_base;
    put_os_error(out, is_errno ? os_error - resolver_errno_base : os_error);
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
