// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The roots of a system, which is replaced here by one with the roots of the tests.
#include "platform/roots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "linnet/tls_chain.hpp"
#include "testkit/certificates.hpp"
#include "testkit/signatures.hpp"
#include "testkit/tls_rows.hpp"
#include "testkit/world.hpp"

namespace {
std::vector<std::string> roots_of_the_system;
}

// Replaces that of the library, which the linker then ignores.
namespace linnet::inline LINNET_INLINE_NAMESPACE {
bool visit_system_roots(MutableBytes buffer, RootVisitor& visitor) {
    for (const std::string& der : roots_of_the_system) {
        std::copy(der.begin(), der.end(), buffer.begin());
        visitor.root(buffer.first(der.size()));
    }
    return !roots_of_the_system.empty();
}
}  // namespace linnet::inline LINNET_INLINE_NAMESPACE

namespace linnet::test {
namespace {

constexpr std::int64_t now_s = 1'795'392'000;  // 2026-11-23 00:00:00 UTC

struct Row {
    std::string_view chain;
    std::vector<std::string_view> roots;
    Cause cause = Cause::none;
};

TEST(SystemRoots, are_trusted_within_their_limits) {
    const Row rows[] = {
        {"good", {"other_root", "root"}},
        {"good", {"other_root"}, Cause::tls_issuer_unknown},
        {"good", {}, Cause::tls_roots_missing},
        {"expired_root_leaf", {"expired_root"}, Cause::tls_root_expired},
        {"future_root_leaf", {"future_root"}, Cause::tls_root_not_yet_valid},
        {"constrained_root_leaf", {"constrained_root"}},
        {"critical_root_leaf", {"critical_root"}, Cause::tls_root_critical_extension},
        {"not_ca_root_leaf", {"not_ca_root"}, Cause::tls_root_not_ca},
        {"v3_root_leaf", {"v3_root"}, Cause::tls_root_not_ca},
        {"v1_root_leaf", {"v1_root"}},
        {"self_signed", {"self_signed"}},
        {"crl_root_leaf", {"crl_root"}, Cause::tls_root_key_usage},
        {"email_root_leaf", {"email_root"}, Cause::tls_root_purpose},
        {"pathlen_root_leaf", {"pathlen_root"}},
        {"pathlen_root_violated", {"pathlen_root"}, Cause::tls_root_path_length},
        {"rsa_1024_root_leaf", {"rsa_1024_root"}, Cause::tls_root_key_weak},
        {"large_exponent_root_leaf", {"large_exponent_root"}, Cause::tls_root_key_exponent},
        {"twin", {"twin_root_other", "root", "twin_root_expired"}, Cause::tls_root_expired},
        {"twin", {"twin_root", "twin_root_other"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.chain);
        roots_of_the_system.clear();
        for (const std::string_view name : row.roots) {
            roots_of_the_system.push_back(authority_der(name));
        }
        const std::vector<std::string> shown = chain_ders(row.chain);
        std::vector<Bytes> chain;
        for (const std::string& der : shown) chain.push_back(bytes_of(der));
        EveryScheme verifier;
        ChainResult result;
        TlsFailure why;
        check_chain({.host = "good.test", .unix_s = now_s}, chain, verifier, result, why);
        EXPECT_EQ(why.cause, row.cause) << text(why.cause) << why.detail();
    }
}

TEST(SystemRoots, can_be_loaded_once_and_shared) {
    X509Certificate loaded;
    roots_of_the_system.clear();
    EXPECT_EQ(loaded.load_system_roots(), Error::failed) << "there are none";
    roots_of_the_system = {authority_der("root"), authority_der("other_root")};
    EXPECT_EQ(loaded.load_system_roots(), Error::ok);
    ASSERT_EQ(loaded.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(text_of(loaded.der(i)), roots_of_the_system[i]);

    for (int allocations = 0; allocations < 3; ++allocations) {
        Faults faults;
        CountingMemory memory(faults);
        faults.fail_at = allocations;
        X509Certificate none(&memory);
        EXPECT_EQ(none.load_system_roots(), Error::out_of_memory) << allocations;
    }
}

}  // namespace
}  // namespace linnet::test
