// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// `X509Certificate`: loads certificates from files and memory, and saves them.
#include "linnet/x509_certificate.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "codec/sha256.hpp"
#include "testkit/certificates.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/vector_file.hpp"
#include "testkit/world.hpp"
#include "x509/pem.hpp"

namespace linnet {
namespace {

using test::CertificateParts;
using test::CountingMemory;
using test::ExactBytes;
using test::Faults;

// A file that is deleted with the object.
class TemporaryFile {
 public:
    explicit TemporaryFile(std::string_view content = "") {
        std::FILE* const file = std::fopen(path(), "wb");
        EXPECT_NE(file, nullptr) << path();
        if (file == nullptr) return;
        EXPECT_EQ(std::fwrite(content.data(), 1, content.size(), file), content.size());
        EXPECT_EQ(std::fclose(file), 0);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    const char* path() const { return path_.c_str(); }
    std::string text() const { return test::file_text(path_); }

 private:
    std::string path_ =
        testing::TempDir() + "linnet_" + std::to_string(std::random_device()()) + ".crt";
};

std::string der_named(std::string_view name) {
    return CertificateParts{.subject = test::name_of(name)}.der();
}

std::string pem_of(std::string_view der) {
    std::string text(pem_size(der.size()), ' ');
    write_pem(bytes_of(der), {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

std::string ders_of(const X509Certificate& certificates) {
    std::string all;
    for (std::size_t i = 0; i < certificates.size(); ++i) all += text_of(certificates.der(i));
    return all;
}

Error load_text(X509Certificate& certificates, std::string_view text) {
    return certificates.load_from_memory(ExactBytes(text).bytes());
}

// ---- loading ---------------------------------------------------------------------------------

struct Row {
    std::string text;
    Error error;
    std::string ders;  // concatenated
};

std::vector<Row> rows() {
    const std::string a = der_named("a"), b = der_named("b"),
                      long_one = der_named(std::string(3000, 'c'));
    const std::string pem_a = pem_of(a), pem_b = pem_of(b), invalid = pem_of(a.substr(0, 50));
    const std::string key = "-----BEGIN PRIVATE KEY-----\nZm9v\n-----END PRIVATE KEY-----\n";
    std::string crlf = pem_a;
    for (std::size_t at = 0; (at = crlf.find('\n', at)) != crlf.npos; at += 2)
        crlf.insert(at, "\r");
    return {
        {a, Error::ok, a},
        {long_one, Error::ok, long_one},
        {pem_a, Error::ok, a},
        {pem_of(long_one) + pem_a, Error::ok, long_one + a},
        {pem_a + pem_b + pem_a, Error::ok, a + b + a},
        {"\xEF\xBB\xBF# roots\r\n" + crlf + "\r\n\r\n" + crlf, Error::ok, a + a},
        {pem_a.substr(0, pem_a.size() - 1), Error::ok, a},
        {key + pem_a + key, Error::ok, a},
        {"0 certificates before the first:\n" + pem_a, Error::ok, a},
        {"", Error::failed, ""},
        {"0", Error::failed, ""},
        {"no certificate\n", Error::failed, ""},
        {key, Error::failed, ""},
        {a.substr(0, a.size() - 1), Error::failed, ""},
        {a + "\n", Error::failed, ""},
        {a + b, Error::failed, ""},
        {invalid, Error::failed, ""},
        {pem_a + invalid + pem_b, Error::failed, a + b},
        {invalid + pem_a, Error::failed, a},
        {pem_a + pem_b.substr(0, pem_b.size() - 20), Error::failed, a},
        {pem_a.substr(0, 100) + pem_b, Error::failed, b},
        {pem_of(a + b) + pem_a, Error::failed, a},
    };
}

TEST(X509Certificate, loads_what_it_can_and_reports_whether_that_was_all) {
    for (const Row& row : rows()) {
        X509Certificate from_memory, from_file;
        EXPECT_EQ(load_text(from_memory, row.text), row.error) << row.text;
        EXPECT_EQ(ders_of(from_memory), row.ders) << row.text;
        EXPECT_EQ(from_file.load(TemporaryFile(row.text).path()), row.error) << row.text;
        EXPECT_EQ(ders_of(from_file), row.ders) << row.text;
    }
}

TEST(X509Certificate, adds_to_the_certificates_it_has) {
    X509Certificate certificates;
    std::string expected;
    for (const Row& row : rows()) {
        EXPECT_EQ(load_text(certificates, row.text), row.error);
        expected += row.ders;
        EXPECT_EQ(certificates.load(TemporaryFile(row.text).path()), row.error);
        expected += row.ders;
        ASSERT_EQ(ders_of(certificates), expected);
    }
    EXPECT_EQ(certificates.size(), 38u);
}

TEST(X509Certificate, cannot_load_files_that_cannot_be_opened_or_read) {
    X509Certificate certificates;
    for (const char* const path : {"", "/nowhere/at/all.crt", LINNET_VECTORS_DIR}) {
        EXPECT_EQ(certificates.load(path), Error::invalid_parameter) << path;
    }
    EXPECT_EQ(certificates.load(nullptr), Error::invalid_parameter);
    EXPECT_EQ(certificates.size(), 0u);
}

TEST(X509Certificate, loads_files_of_every_size_around_its_first_read) {
    const std::string pem = pem_of(der_named("a"));
    for (const std::size_t size : {65'535u, 65'536u, 65'537u, 131'072u, 131'073u, 400'000u}) {
        X509Certificate certificates;
        EXPECT_EQ(
            certificates.load(TemporaryFile(std::string(size - pem.size(), '\n') + pem).path()),
            Error::ok);
        EXPECT_EQ(ders_of(certificates), der_named("a")) << size;
    }
}

TEST(X509Certificate, gives_up_on_an_endless_file) {
    if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "the path does not exist";
    X509Certificate certificates;
    EXPECT_EQ(certificates.load("/dev/zero"), Error::out_of_memory);
    EXPECT_EQ(certificates.size(), 0u);
}

TEST(X509Certificate, may_load_its_own_bytes) {
    X509Certificate certificates;
    ASSERT_EQ(load_text(certificates, der_named("a")), Error::ok);
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(certificates.load_from_memory(certificates.der(0)), Error::ok);
        ASSERT_EQ(text_of(certificates.der(certificates.size() - 1)), der_named("a"));
    }
}

TEST(X509Certificate, forgets_everything_when_cleared) {
    Faults faults;
    CountingMemory memory(faults);
    X509Certificate certificates(&memory);
    ASSERT_EQ(load_text(certificates, pem_of(der_named("a"))), Error::ok);
    certificates.clear();
    EXPECT_EQ(certificates.size(), 0u);
    EXPECT_EQ(memory.used, 0u);
    ASSERT_EQ(load_text(certificates, der_named("b")), Error::ok);
    EXPECT_EQ(ders_of(certificates), der_named("b"));
}

// ---- memory ----------------------------------------------------------------------------------

TEST(X509Certificate, allocates_nothing_before_the_first_load) {
    Faults faults;
    CountingMemory memory(faults);
    X509Certificate certificates(&memory);
    EXPECT_EQ(certificates.size(), 0u);
    EXPECT_EQ(certificates.find_subject({}), 0u);
    certificates.clear();
    EXPECT_EQ(memory.allocation_count, 0);
}

TEST(X509Certificate, keeps_two_blocks_that_grow_by_doubling) {
    Faults faults;
    CountingMemory memory(faults);
    X509Certificate certificates(&memory);
    const std::string der = der_named("a");
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(load_text(certificates, der), Error::ok);
    EXPECT_LE(memory.allocation_count, 24) << "11 for each block, to 1024 times the first";
    EXPECT_LE(memory.used, 2 * 1000 * (der.size() + 16));
}

// Earlier certificates are kept, and those loaded before memory ran out; a later load can continue.
// Case 38: no memory for certificates
TEST(X509Certificate, survives_the_nth_allocation_that_fails) {
    const std::string text =
        pem_of(der_named("a")) + pem_of(der_named("b")) + pem_of(der_named("c"));
    const TemporaryFile file(text);
    for (const bool from_file : {false, true}) {
        for (int n = 0;; ++n) {
            Faults faults;
            CountingMemory memory(faults);
            X509Certificate certificates(&memory);
            ASSERT_EQ(load_text(certificates, der_named("x")), Error::ok);
            faults.fail_at = faults.calls + n;
            const Error error =
                from_file ? certificates.load(file.path()) : load_text(certificates, text);
            const std::string all =
                der_named("x") + der_named("a") + der_named("b") + der_named("c");
            if (error == Error::ok) {
                EXPECT_EQ(ders_of(certificates), all);
                EXPECT_GE(n, 2);
                break;
            }
            ASSERT_EQ(error, Error::out_of_memory);
            const std::string kept = ders_of(certificates);
            ASSERT_TRUE(all.starts_with(kept) && kept.starts_with(der_named("x")));
            ASSERT_EQ(load_text(certificates, der_named("y")), Error::ok);
            ASSERT_EQ(ders_of(certificates), kept + der_named("y"));
        }
    }
}

// ---- saving ----------------------------------------------------------------------------------

TEST(X509Certificate, saves_all_its_certificates_as_pem) {
    X509Certificate certificates, again;
    const std::string a = der_named("a"), b = der_named(std::string(500, 'b'));
    ASSERT_EQ(load_text(certificates, a), Error::ok);
    ASSERT_EQ(load_text(certificates, b), Error::ok);
    const TemporaryFile file("what was there before, and is longer than all the certificates: " +
                             std::string(10'000, 'x'));
    ASSERT_EQ(certificates.save(file.path()), Error::ok);
    EXPECT_EQ(file.text(), pem_of(a) + pem_of(b));
    ASSERT_EQ(again.load(file.path()), Error::ok);
    EXPECT_EQ(ders_of(again), a + b);
}

TEST(X509Certificate, saves_nothing_if_it_is_empty) {
    const TemporaryFile file("what was there before");
    EXPECT_EQ(X509Certificate().save(file.path()), Error::failed);
    EXPECT_EQ(file.text(), "what was there before");
}

TEST(X509Certificate, reports_that_it_cannot_save) {
    Faults faults;
    CountingMemory memory(faults);
    X509Certificate certificates(&memory);
    ASSERT_EQ(load_text(certificates, der_named("a")), Error::ok);
    for (const char* const path : {"", "/nowhere/at/all.crt", LINNET_VECTORS_DIR}) {
        EXPECT_EQ(certificates.save(path), Error::invalid_parameter) << path;
    }
    EXPECT_EQ(certificates.save(nullptr), Error::invalid_parameter);
    if (std::filesystem::exists("/dev/full")) {
        EXPECT_EQ(certificates.save("/dev/full"), Error::invalid_parameter);
    }
    const TemporaryFile file("what was there before");
    faults.fail_at = faults.calls;
    EXPECT_EQ(certificates.save(file.path()), Error::out_of_memory);
    EXPECT_EQ(file.text(), "what was there before");
}

// ---- properties -------------------------------------------------------------------------------

TEST(X509Certificate, returns_the_properties_of_each) {
    const CertificateParts parts = {
        .issuer = test::name_of("issuer"),
        .not_before = test::item(0x17, "700101000001Z"),
        .not_after = test::item(0x17, "700101000002Z"),
        .subject = test::name_of("subject"),
        .extensions = {
            test::alt_names({test::dns("a.test")}),
            test::extension({2, 5, 29, 19}, test::sequence({test::item(0x01, "\xFF")}))}};
    X509Certificate certificates;
    ASSERT_EQ(load_text(certificates, der_named("other")), Error::ok);
    ASSERT_EQ(load_text(certificates, parts.der()), Error::ok);
    const CertificateFacts facts = certificates.facts(1);
    EXPECT_EQ(text_of(facts.der), parts.der());
    EXPECT_EQ(facts.der.data(), certificates.der(1).data());
    EXPECT_EQ(text_of(facts.subject), parts.subject);
    EXPECT_EQ(text_of(facts.issuer), parts.issuer);
    EXPECT_EQ(text_of(facts.alt_names), test::dns("a.test"));
    EXPECT_EQ(text_of(facts.public_key), parts.public_key);
    EXPECT_EQ(facts.not_before_s, 1);
    EXPECT_EQ(facts.not_after_s, 2);
    EXPECT_TRUE(facts.is_ca);
    EXPECT_FALSE(certificates.facts(0).is_ca);
    EXPECT_EQ(facts.sha256, sha256(bytes_of(parts.der())));
    EXPECT_EQ(facts.key_sha256, sha256(bytes_of(parts.public_key)));
}

TEST(X509Certificate, finds_all_with_one_subject_in_their_order) {
    X509Certificate certificates;
    for (const char* const name : {"a", "b", "a", "aa", "a"}) {
        ASSERT_EQ(load_text(certificates, der_named(name)), Error::ok);
    }
    const auto find = [&](std::string_view name, std::size_t index) {
        return certificates.find_subject(ExactBytes(test::name_of(name)).bytes(), index);
    };
    EXPECT_EQ(find("a", 0), 0u);
    EXPECT_EQ(find("a", 1), 2u);
    EXPECT_EQ(find("a", 3), 4u);
    EXPECT_EQ(find("a", 5), 5u);
    EXPECT_EQ(find("a", 99), 5u);
    EXPECT_EQ(find("b", 0), 1u);
    EXPECT_EQ(find("b", 2), 5u);
    EXPECT_EQ(find("aa", 0), 3u);
    EXPECT_EQ(find("A", 1), 2u) << "RFC 5280 7.1";
    EXPECT_EQ(find("issuer", 0), 5u);
    EXPECT_EQ(certificates.find_subject({}), 5u);
    EXPECT_EQ(certificates.find_subject(bytes_of("not a name")), 5u);
}

// The fingerprints are from `openssl x509 -fingerprint -sha256`, those of the keys from `openssl
// x509 -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256`.
TEST(X509Certificate, computes_the_same_digests_as_openssl) {
    struct Fingerprints {
        const char* name;
        std::string_view certificate, key;
    };
    constexpr Fingerprints all[] = {
        {"good", "53704c0f17023240f833b1e03bd8ba9970c0a10c8be7dee7c9ce70d4c510271e",
         "7682bdab89958b070f60ce808d6716486075d9081aaf9a45350761d0bbd7773b"},
        {"good_rsa", "84ce8a2c8921b2972ca3b948e66d815f3c7ee8c8218adf79a2a149613c5d98ef",
         "e9ebb16651bf2db8f445529e21f8182510808fa8ce9dcda8dbcb69845e158e48"},

    };
    const auto hex = [](const Sha256Digest& digest) {
        std::string text;
        for (const std::uint8_t byte : digest) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 15];
        }
        return text;
    };
    for (const Fingerprints& expected : all) {
        X509Certificate certificate;
        const std::string path =
            std::string(LINNET_VECTORS_DIR "/certificates/").append(expected.name) + ".pem";
        ASSERT_EQ(certificate.load(path.c_str()), Error::ok);
        EXPECT_EQ(hex(certificate.facts(0).sha256), expected.certificate);
        EXPECT_EQ(hex(certificate.facts(0).key_sha256), expected.key);
    }
}

// A server's chain of 100, and a certificate with 10 000 names.
TEST(X509Certificate, loads_every_certificate_the_script_makes) {
    const std::string folder = LINNET_CERTIFICATES_DIR "/";
    const std::string reason = test::why_no_certificates();
    if (!reason.empty()) GTEST_SKIP() << reason;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".pem") continue;
        X509Certificate certificates;
        EXPECT_EQ(certificates.load(entry.path().c_str()), Error::ok) << entry.path();
        std::string expected;
        for (const std::string& der : test::ders_of_pem(test::file_text(entry.path())))
            expected += der;
        EXPECT_EQ(ders_of(certificates), expected) << entry.path();
    }
}

}  // namespace
}  // namespace linnet
