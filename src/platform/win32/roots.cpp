// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/win32/windows_os.hpp"
//
#include <wincrypt.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/roots.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

namespace {

class Store {
 public:
    explicit Store(const char* name) : handle_(CertOpenSystemStoreA(0, name)) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;
    ~Store() {
        if (handle_ != nullptr) CertCloseStore(handle_, 0);
    }

    bool is_open() const { return handle_ != nullptr; }
    /// Returns the certificate after `previous`, which is freed; null at the end.
    PCCERT_CONTEXT next(PCCERT_CONTEXT previous) const {
        return CertEnumCertificatesInStore(handle_, previous);
    }
    bool contains(PCCERT_CONTEXT certificate) const {
        if (handle_ == nullptr) return false;
        const PCCERT_CONTEXT found =
            CertFindCertificateInStore(handle_, X509_ASN_ENCODING | PKCS_7_ASN_ENCODING, 0,
                                       CERT_FIND_EXISTING, certificate, nullptr);
        if (found != nullptr) CertFreeCertificateContext(found);
        return found != nullptr;
    }

 private:
    HCERTSTORE handle_;
};

// Whether the purposes of the certificate, by its extension and by the settings of the store,
// include servers.
bool is_for_servers(PCCERT_CONTEXT certificate) {
    constexpr std::size_t usage_size_max = 4096;
    alignas(CERT_ENHKEY_USAGE) std::array<std::uint8_t, usage_size_max> buffer;
    auto* const usage = reinterpret_cast<CERT_ENHKEY_USAGE*>(buffer.data());
    auto size = static_cast<DWORD>(buffer.size());
    if (CertGetEnhancedKeyUsage(certificate, 0, usage, &size) == 0) return false;
    // No purposes: all are meant if none are set anywhere, otherwise none.
    if (usage->cUsageIdentifier == 0) return GetLastError() == DWORD(CRYPT_E_NOT_FOUND);
    const std::span purposes(usage->rgpszUsageIdentifier, usage->cUsageIdentifier);
    return std::any_of(purposes.begin(), purposes.end(), [](std::string_view purpose) {
        return purpose == szOID_PKIX_KP_SERVER_AUTH || purpose == szOID_ANY_ENHANCED_KEY_USAGE;
    });
}

}  // namespace

bool visit_system_roots(MutableBytes, RootVisitor& visitor) {
    const Store roots("ROOT"), disallowed("Disallowed");
    if (!roots.is_open()) return false;
    PCCERT_CONTEXT certificate = nullptr;
    while ((certificate = roots.next(certificate)) != nullptr) {
        if (disallowed.contains(certificate) || !is_for_servers(certificate)) continue;
        visitor.root({certificate->pbCertEncoded, certificate->cbCertEncoded});
    }
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
