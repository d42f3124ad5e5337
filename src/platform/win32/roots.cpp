// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "platform/win32/windows_os.hpp"
//
#include <wincrypt.h>

#include "platform/roots.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

bool visit_system_roots(MutableBytes, RootVisitor& visitor) {
    const HCERTSTORE store = CertOpenSystemStoreA(0, "ROOT");
    if (store == nullptr) return false;
    PCCERT_CONTEXT certificate = nullptr;
    while ((certificate = CertEnumCertificatesInStore(store, certificate)) != nullptr) {
        visitor.root({certificate->pbCertEncoded, certificate->cbCertEncoded});
    }
    CertCloseStore(store, 0);
    return true;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
