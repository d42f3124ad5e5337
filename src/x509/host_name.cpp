// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/host_name.hpp"

#include <algorithm>

#include "codec/text.hpp"
#include "linnet/x509_certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::string_view wildcard = "*.";

bool has_empty_label(std::string_view name) {
    return name.empty() || name.front() == '.' || name.back() == '.' ||
           name.find("..") != name.npos;
}

}  // namespace

bool dns_name_matches(std::string_view presented, std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    if (has_empty_label(host) || has_empty_label(presented)) return false;
    if (!presented.starts_with(wildcard)) return same_ignoring_case(presented, host);

    const std::string_view parent = presented.substr(wildcard.size());
    const std::string_view label = host.substr(0, host.find('.'));
    const std::string_view host_parent = host.substr(std::min(label.size() + 1, host.size()));
    const bool is_top_level = parent.find('.') == parent.npos;
    return !is_top_level && same_ignoring_case(parent, host_parent);
}

bool is_for_host(const Certificate& certificate, const Host& host, CommonName common_name) {
    const bool is_ip = !host.ip.empty();
    if (!certificate.has_alt_names) {
        return common_name == CommonName::counts && !is_ip &&
               dns_name_matches(text_of(certificate.common_name), host.name);
    }
    AltName name;
    for (Bytes rest = certificate.alt_names; take_alt_name(rest, name);) {
        const std::string_view value = text_of(name.value);
        if (is_ip && name.kind == AltName::Kind::ip && value == text_of(host.ip)) return true;
        if (!is_ip && name.kind == AltName::Kind::dns && dns_name_matches(value, host.name))
            return true;
    }
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
