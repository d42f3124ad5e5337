// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include <array>
#include <cstdio>

#include "platform/roots.hpp"
#include "x509/pem.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// The files in which distributions keep all roots as PEM.
constexpr const char* bundle_paths[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Alpine, Gentoo
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",                   // older Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",                             // openSUSE
    "/etc/ssl/cert.pem",                                  // macOS, FreeBSD, OpenBSD, Alpine
    "/usr/local/share/certs/ca-root-nss.crt",             // FreeBSD's package
    "/etc/certs/ca-certificates.crt",                     // Solaris, illumos
};

void visit_file(std::FILE* file, MutableBytes buffer, RootVisitor& visitor) {
    PemReader reader(buffer);
    std::array<std::uint8_t, 4096> piece;
    for (std::size_t size; (size = std::fread(piece.data(), 1, piece.size(), file)) > 0;) {
        Bytes rest = Bytes(piece).first(size);
        for (PemReader::Event event; (event = reader.feed(rest)) != PemReader::Event::none;) {
            if (event == PemReader::Event::certificate) visitor.root(reader.der());
        }
    }
    if (reader.end() == PemReader::Event::certificate) visitor.root(reader.der());
}

}  // namespace

bool visit_system_roots(MutableBytes buffer, RootVisitor& visitor) {
    for (const char* path : bundle_paths) {
        std::FILE* file = std::fopen(path, "rbe");  // "e": not inherited, as for sockets
        if (file == nullptr) continue;
        // Unbuffered: the pieces are large enough, and nothing is allocated.
        std::setvbuf(file, nullptr, _IONBF, 0);
        visit_file(file, buffer, visitor);
        std::fclose(file);
        return true;
    }
    return false;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
