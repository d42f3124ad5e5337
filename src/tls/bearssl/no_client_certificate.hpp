// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The response to a server that requests a client certificate: none. That it was requested is
// remembered, because the alert that may follow does not say why.
#pragma once

#include "linnet/version.hpp"
#include "tls/bearssl/bearssl.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct NoClientCertificate {
    const br_ssl_client_certificate_class* vtable;
    bool is_asked_for;
};

inline constexpr br_ssl_client_certificate_class no_client_certificate = {
    sizeof(NoClientCertificate),
    [](const br_ssl_client_certificate_class** context) {
        reinterpret_cast<NoClientCertificate*>(context)->is_asked_for = true;
    },
    [](const br_ssl_client_certificate_class**, std::size_t) {},
    [](const br_ssl_client_certificate_class**, const unsigned char*, std::size_t) {},
    [](const br_ssl_client_certificate_class**) {},
    [](const br_ssl_client_certificate_class**) {},
    // BearSSL passes an uninitialised struct and then reads all of it: a `hash_id` of 0xFF would
    // make it call the null pointer below.
    [](const br_ssl_client_certificate_class**, const br_ssl_client_context*, std::uint32_t,
       br_ssl_client_certificate* choices) { *choices = {}; },
    nullptr,
    nullptr,
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
