// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// PEM, RFC 7468: real-world files, for every cut of the text.
#include "x509/pem.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/base64.hpp"
#include "testkit/der_builder.hpp"
#include "testkit/exact.hpp"
#include "testkit/vector_file.hpp"

namespace linnet {
namespace {

using test::ExactBytes;
using test::shown;
using Event = PemReader::Event;

constexpr std::size_t buffer_size = 16;

// The output of a reader for `pieces`, in one line: each certificate by its bytes.
std::string described(const std::vector<std::string_view>& pieces, std::size_t size = buffer_size) {
    ExactBytes buffer(size);
    PemReader reader(buffer.buffer());
    std::string line;
    const auto append = [&](Event event) {
        if (event == Event::certificate) line += "[" + std::string(text_of(reader.der())) + "]";
        if (event == Event::skipped) line += "skipped ";
        if (event == Event::malformed) line += "malformed ";
    };
    for (const std::string_view piece : pieces) {
        const ExactBytes exact(piece);
        for (Bytes rest = exact.bytes(); !rest.empty();) {
            const Event event = reader.feed(rest);
            append(event);
            if (event == Event::none && !rest.empty()) return "none, but not all is consumed";
        }
    }
    append(reader.end());
    append(reader.end());  // reports nothing more
    return line;
}

// Whole, byte by byte, and in three pieces cut at every pair of offsets.
void check_at_every_cut(std::string_view text, std::string_view expected,
                        std::size_t size = buffer_size) {
    ASSERT_EQ(described({text}, size), expected) << shown(text);
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
    ASSERT_EQ(described(bytes, size), expected) << "byte by byte: " << shown(text);
    for (std::size_t a = 0; a <= text.size(); ++a) {
        for (std::size_t b = a; b <= text.size(); ++b) {
            ASSERT_EQ(described({text.substr(0, a), text.substr(a, b - a), text.substr(b)}, size),
                      expected)
                << "cut at " << a << " and " << b << " of " << shown(text);
        }
    }
}

struct Row {
    std::string_view text;
    std::string_view described;
};

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

TEST(Pem, reads_blocks_with_any_line_ending_and_blanks_and_text_between_them) {
    constexpr Row rows[] = {
        {"", ""},
        {"no block at all\n", ""},
        {BEGIN "\nZm9v\n" END "\n", "[foo]"},
        {BEGIN "\r\nZm9v\r\n" END "\r\n", "[foo]"},
        {BEGIN "\rZm9v\r" END "\r", "[foo]"},
        {BEGIN "\nZm9v\n" END, "[foo]"},
        {BEGIN "Zm9v" END, "[foo]"},
        {BEGIN " \t\n  Zm\t9v  \n\n" END " \t\n", "[foo]"},
        {"\xEF\xBB\xBF" BEGIN "\nZm9v\n" END "\n", "[foo]"},
        {"  " BEGIN "\nZm9v\n  " END "\n", "[foo]"},
        {BEGIN "\nZg==\n" END "\n" BEGIN "\nZm8=\n" END "\n", "[f][fo]"},
        {BEGIN "\nZg==\n" END BEGIN "\nZm8=\n" END, "[f][fo]"},
        {"subject=/CN=a-b\n" BEGIN "\nZm9v\n" END "\n\n---\nissuer\n" BEGIN "\nZg==\n" END
         "\n-- \n",
         "[foo][f]"},
        {BEGIN "\nZm9vYmFyZm9vYmFyZm9vYg==\n" END, "[foobarfoobarfoob]"},
        {BEGIN "\n" END, "[]"},
    };
    for (const Row& row : rows) check_at_every_cut(row.text, row.described);
}

TEST(Pem, skips_blocks_that_are_not_certificates) {
    constexpr Row rows[] = {
        {"-----BEGIN EC PRIVATE KEY-----\nZm9v\n-----END EC PRIVATE KEY-----\n", "skipped "},
        {"-----BEGIN X-----\nDEK-Info: AES-128\n\nnot *base64*-----\n-----END X-----\n",
         "skipped "},
        {"-----BEGIN certificate-----\nZm9v\n-----END certificate-----", "skipped "},
        {"-----BEGIN -----\nZm9v\n-----END -----", "skipped "},
        {"-----BEGIN CRL-----\nZg==\n-----END CRL-----" BEGIN "Zm9v" END, "skipped [foo]"},
        {END "\n" BEGIN "\nZm9v\n" END "\n" END, "[foo]"},
    };
    for (const Row& row : rows) check_at_every_cut(row.text, row.described);
}

TEST(Pem, reads_the_older_labels) {
    constexpr Row rows[] = {
        {"-----BEGIN X509 CERTIFICATE-----\nZm9v\n-----END X509 CERTIFICATE-----", "[foo]"},
        {"-----BEGIN X509 CERTIFICATE-----\nZm9v\n" END, "malformed "},
        {BEGIN "\nZm9v\n-----END X509 CERTIFICATE-----", "malformed "},
    };
    for (const Row& row : rows) check_at_every_cut(row.text, row.described);
}

// A block with the label TRUSTED CERTIFICATE.
std::string trusted_pem(const std::string& der) {
    std::string base64(base64_size(der.size()), '\0');
    base64_encode(bytes_of(der), base64);
    return "-----BEGIN TRUSTED CERTIFICATE-----\n" + base64 + "\n-----END TRUSTED CERTIFICATE-----";
}

TEST(Pem, reads_a_trusted_certificate_without_its_settings_if_it_is_trusted_for_servers) {
    const std::string certificate = test::sequence({test::null()});
    const std::string server = test::oid({1, 3, 6, 1, 5, 5, 7, 3, 1}),
                      email = test::oid({1, 3, 6, 1, 5, 5, 7, 3, 4}),
                      any = test::oid({2, 5, 29, 37, 0});
    const auto rejected = [](const std::string& purpose) { return test::item(0xA0, purpose); };
    const std::string alias = test::item(0x0C, "alias");
    const std::pair<std::string, bool> rows[] = {
        {"", true},
        {test::sequence({}), true},
        {test::sequence({alias}), true},
        {test::sequence({test::sequence({server})}), true},
        {test::sequence({test::sequence({any}), alias}), true},
        {test::sequence({test::sequence({email, server})}), true},
        {test::sequence({rejected(email)}), true},
        {test::sequence({test::sequence({email})}), false},
        {test::sequence({test::sequence({})}), false},
        {test::sequence({rejected(server)}), false},
        {test::sequence({test::sequence({server}), rejected(any)}), false},
    };
    for (const auto& [settings, is_trusted] : rows) {
        const std::string described = is_trusted ? "[" + certificate + "]" : "skipped ";
        check_at_every_cut(trusted_pem(certificate + settings), described, 64);
    }
    check_at_every_cut(trusted_pem("no DER"), "malformed ");
}

TEST(Pem, finds_the_boundaries_among_other_dashes) {
    constexpr Row rows[] = {
        {"-", ""},
        {"----------------", ""},
        {"------" BEGIN "Zm9v" END "------", "[foo]"},
        {"-----BEGIN\n" BEGIN "Zm9v" END, "[foo]"},
        {"-----BEGIN CERTIFICATE----\n" BEGIN "Zm9v" END, "[foo]"},
        {"-----BEGIN CERT\r-----\n" BEGIN "Zm9v" END, "[foo]"},
        {"----BEGIN CERTIFICATE-----\n" BEGIN "Zm9v" END, "[foo]"},
        {"-----BEG----" BEGIN "Zm9v" END, "[foo]"},
        {"-----BE" BEGIN "Zm9v" END, "[foo]"},
        {"-----BEGIN A-B-----x-----END A-B-----", "skipped "},
        {"-----BEGIN of a very long sentence that goes on and on and is no label at all in the "
         "end; "
         "-----\n" BEGIN "Zm9v" END,
         "[foo]"},
    };
    for (const Row& row : rows) check_at_every_cut(row.text, row.described);
}

TEST(Pem, reports_invalid_blocks_and_continues) {
    constexpr Row rows[] = {
        {BEGIN "\nZm9\n" END "\n" BEGIN "\nZm9v\n" END, "malformed [foo]"},   // incomplete
        {BEGIN "\nZm*v\n" END "\n" BEGIN "\nZm9v\n" END, "malformed [foo]"},  // not base64
        {BEGIN "\nZm-v\n" END "\n" BEGIN "\nZm9v\n" END, "malformed [foo]"},  // a dash
        {BEGIN "\nZm9v-\n" END "\n" BEGIN "\nZm9v\n" END, "malformed [foo]"},
        {BEGIN "\nZm9v=\n" END "\n" BEGIN "\nZm9v\n" END, "malformed [foo]"},
        {BEGIN "\nZg==\nZg==\n" END, "malformed "},
        {BEGIN "\nX: y\n\nZm9v\n" END, "malformed "},  // RFC 1421 headers
        {BEGIN "\nZm9v\n", "malformed "},              // never ends
        {BEGIN, "malformed "},
        {BEGIN "\nZm9v\n-----END CERTIFICATE----", "malformed "},
        {BEGIN "\nZm9v\n-----END CERT-----", "malformed "},  // ends another
        {"-----BEGIN X-----\nZm9v\n" END, "malformed "},
        {"-----BEGIN X-----\nZm9v\n", "malformed "},
        {BEGIN "\nZm9v\n" BEGIN "\nZg==\n" END, "malformed [f]"},  // begins within
        {"-----BEGIN X-----\nZm9v\n" BEGIN "\nZg==\n" END, "malformed [f]"},
        {BEGIN "\nZg=\n" END BEGIN "\nZg==\n" END, "malformed [f]"},
    };
    for (const Row& row : rows) check_at_every_cut(row.text, row.described);
}

TEST(Pem, reports_a_block_that_is_larger_than_the_buffer) {
    constexpr std::string_view text = BEGIN "Zm9vYmFy" END BEGIN "Zm9v" END;
    for (std::size_t size = 0; size < 3; ++size) {
        check_at_every_cut(text, "malformed malformed ", size);
    }
    for (std::size_t size = 3; size < 6; ++size) check_at_every_cut(text, "malformed [foo]", size);
    check_at_every_cut(text, "[foobar][foo]", 6);
}

TEST(Pem, writes_the_next_block_to_the_latest_buffer) {
    ExactBytes first(3), second(6);
    const ExactBytes text(BEGIN "Zm9v" END BEGIN "Zm9vYmFy" END);
    PemReader reader(first.buffer());
    Bytes rest = text.bytes();
    ASSERT_EQ(reader.feed(rest), Event::certificate);
    reader.set_buffer(second.buffer());
    ASSERT_EQ(reader.feed(rest), Event::certificate);
    EXPECT_EQ(first.text(), "foo");
    EXPECT_EQ(second.text(), "foobar");
    EXPECT_EQ(text_of(reader.der()), "foobar");
    EXPECT_EQ(reader.feed(rest), Event::none);
}

// A block that begins within another ends that one, and is itself not lost.
TEST(Pem, keeps_the_beginning_of_a_block_when_the_buffer_changes) {
    ExactBytes buffer(3);
    const ExactBytes text(BEGIN "Zm9v" BEGIN "Zm9v" END);
    PemReader reader({});
    Bytes rest = text.bytes();
    ASSERT_EQ(reader.feed(rest), Event::malformed);
    reader.set_buffer(buffer.buffer());
    ASSERT_EQ(reader.feed(rest), Event::certificate);
    EXPECT_EQ(buffer.text(), "foo");
}

// ---- writing ---------------------------------------------------------------------------------

std::string written(std::string_view der) {
    ExactBytes out(pem_size(der.size()));
    write_pem(ExactBytes(der).bytes(), out.buffer());
    return std::string(out.text());
}

TEST(Pem, writes_lines_of_64_characters) {
    const std::string line = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n";
    EXPECT_EQ(written(""), BEGIN "\n" END "\n");
    EXPECT_EQ(written("foob"), BEGIN "\nZm9vYg==\n" END "\n");
    EXPECT_EQ(written(std::string(48, 'a')), BEGIN "\n" + line + END "\n");
    EXPECT_EQ(written(std::string(97, 'a')), BEGIN "\n" + line + line + "YQ==\n" END "\n");
}

TEST(Pem, reads_what_it_wrote_at_every_size) {
    std::string der;
    for (unsigned size = 0; size <= 200; ++size) {
        EXPECT_EQ(described({written(der)}, size), "[" + der + "]");
        der += static_cast<char>(static_cast<unsigned char>(size * 37));
    }
}

TEST(Pem, writes_what_openssl_writes) {
    for (const char* const name : {"good", "good_rsa", "ed25519_key", "root"}) {
        const std::string text = test::vector_text(std::string("certificates/") + name + ".pem");
        const std::string der = test::der_of_pem(text);
        EXPECT_EQ(written(der), text) << name;
        EXPECT_EQ(described({text}, der.size()), "[" + der + "]") << name;
    }
}

}  // namespace
}  // namespace linnet
