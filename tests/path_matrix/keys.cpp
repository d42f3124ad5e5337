// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Encodings (X.690, RFC 5280 4.1), keys and signatures.
#include <utility>

#include "path_matrix/rows.hpp"

namespace linnet::test {
namespace {

using enum Cause;
using Arcs = std::vector<unsigned long long>;
using Text = std::string;

Verdicts all(Cause leaf, Cause issuer, Cause root) {
    return {.leaf = leaf, .issuer = issuer, .root = root};
}
const Verdicts accepted = all(none, none, none);
// What cannot be parsed is as if it were not there.
const Verdicts malformed = {.leaf = tls_certificate_malformed,
                            .issuer = tls_issuer_unknown,
                            .root = tls_issuer_unknown,
                            .pinned = tls_trust_empty};
// It may be another root of that name that has signed the upper CA.
const Verdicts wrong_signature = {.leaf = tls_signature_wrong,
                                  .issuer = tls_signature_wrong,
                                  .root = none,
                                  .upper = tls_issuer_unknown};
Verdicts malformed_unlike(const Text& reason) {
    Verdicts verdicts = malformed;
    verdicts.leaf_differs = verdicts.issuer_differs = verdicts.root_differs = reason;
    return verdicts;
}

Edit changed(std::function<Text(Text)> change) {
    return [change = std::move(change)](Made& made) { made.change_der = change; };
}

// The content of the first item.
Text content_of(const Text& der) {
    const std::size_t length_size = (der[1] & 0x80) == 0 ? 1 : 1 + (der[1] & 0x7F);
    return der.substr(1 + length_size);
}

void add_wrong_der(Table& t) {
    const Verdicts loose = malformed_unlike("4.1: DER, X.690 10.1: one form of a length");
    const Verdicts boolean = malformed_unlike("4.1: DER, X.690 11.1: TRUE is FF");
    t.everywhere(100, "indefinite length", changed([](const Text& der) {
                     return Text("\x30\x80", 2) + content_of(der) + Text(2, '\0');
                 }),
                 loose);
    t.everywhere(100, "length in one byte too many", changed([](const Text& der) {
                     const Text content = content_of(der);
                     return Text("\x30\x83", 2) + '\0' + static_cast<char>(content.size() / 256) +
                            static_cast<char>(content.size() % 256) + content;
                 }),
                 loose);
    t.everywhere(100, "a byte behind the certificate",
                 changed([](const Text& der) { return der + '\0'; }), malformed);
    t.everywhere(100, "the last byte is missing",
                 changed([](const Text& der) { return der.substr(0, der.size() - 1); }), malformed);
    t.everywhere(
        100, "an item behind the extensions", [](Made& made) { made.parts.behind_tbs = null(); },
        malformed);
    t.everywhere(
        100, "an item behind the signature",
        [](Made& made) { made.parts.behind_signature = null(); }, malformed);
    t.everywhere(100, "critical is TRUE in another way",
                 with(sequence({oid({2, 5, 29, 15}), item(0x01, "\x01"),
                                item(0x04, item(0x03, "\x01\x86"))})),
                 boolean);
    t.everywhere(100, "critical is written out as FALSE",
                 with(sequence({oid({1, 2, 3}), item(0x01, Text(1, '\0')), item(0x04, "x")})),
                 accepted);
    t.everywhere(100, "cA is TRUE in another way",
                 with(extension({2, 5, 29, 19}, sequence({item(0x01, "\x01")}), true)), boolean);
    t.everywhere(
        100, "an extension without a value",
        [](Made& made) {
            made.parts.extensions.push_back(sequence({oid({1, 2, 3})}));
        },
        malformed);
    Text nested;
    for (int i = 0; i < 1000; ++i) nested = sequence({nested});
    t.everywhere(
        100, "a name that is nested 1000 deep",
        [nested](Made& made) { made.parts.subject = nested; }, malformed);
    t.everywhere(100, "an unknown extension that is nested 1000 deep",
                 with(extension({1, 2, 3}, nested)), accepted);
}

void add_serial_numbers(Table& t) {
    const auto serial = [](const Text& encoded) -> Edit {
        return [encoded](Made& made) { made.parts.serial_number = encoded; };
    };
    t.everywhere(99, "serial number 0", serial(item(0x02, Text(1, '\0'))), accepted);
    t.everywhere(99, "negative serial number", serial(item(0x02, "\x80")), accepted);
    t.everywhere(99, "serial number of 21 bytes", serial(item(0x02, Text(21, 'x'))), accepted);
    t.everywhere(99, "no serial number", serial(""), malformed);
    t.everywhere(99, "serial number of no bytes", serial(item(0x02, "")), malformed);
    t.everywhere(
        101, "unique identifiers",
        [](Made& made) {
            made.parts.unique_ids = item(0x81, Text("\0x", 2)) + item(0x82, Text("\0y", 2));
        },
        accepted);
    t.everywhere(101, "cA is TRUE in the leaf", with(basic_constraints(true)), {.leaf = none});
    t.everywhere(
        101, "version 4", [](Made& made) { made.parts.version = item(0xA0, item(0x02, "\x03")); },
        malformed_unlike("4.1.2.1: there is no version 4"));
}

// ---- keys ------------------------------------------------------------------------------------

// The standard chain with another key in one place, with which the certificate below is signed.
std::vector<Change> rekeyed(Place place, const KeyName& kind) {
    KeyName key = kind;
    key.name = "fixed";  // whose RSA keys are found soon
    const auto own = [key](Made& made) { made.key = key; };
    const auto by = [key](Made& made) { made.signer = key; };
    if (place == Place::leaf) return {at(place, own)};
    const Change below = at(static_cast<Place>(static_cast<int>(place) - 1), by);
    if (place != Place::root) return {at(place, own), below};
    return {at(place, own), at(place, by), below};
}

void add_sizes(Table& t) {
    struct Kind {
        Text name;
        KeyName key;
        Cause leaf = none, root = none;
        Text differs = "";
    };
    using enum KeyName::Kind;
    const Kind kinds[] = {
        {"RSA with 1024 bits", {rsa, 1024}, tls_key_weak, tls_root_key_weak},
        {"RSA with 2047 bits",
         {rsa, 2047},
         tls_key_weak,
         tls_root_key_weak,
         "CA/B 6.1.5: 2048 bits; OpenSSL counts these for 112"},
        {"RSA with 2048 bits", {rsa, 2048}},
        {"RSA with 2049 bits", {rsa, 2049}},
        {"RSA with 2050 bits", {rsa, 2050}},
        {"RSA with 3072 bits", {rsa, 3072}},
        {"RSA with 4096 bits", {rsa, 4096}},
        {"RSA with exponent 3", {rsa, 2048, 3}},
        {"RSA with a large exponent", {rsa, 2048, 0xFFFFFFFF}},
        {"P-256", {ec, 256}},
        {"P-384", {ec, 384}},
        {"P-521", {ec, 521}},
    };
    for (const Kind& kind : kinds) {
        for (const Place place : {Place::leaf, Place::issuing, Place::upper, Place::root}) {
            const char* const where[] = {", leaf", ", issuing CA", ", upper CA", ", root"};
            const Cause cause = place == Place::root ? kind.root : kind.leaf;
            const Text name = kind.name + where[static_cast<std::size_t>(place)];
            t.chain(28, name, rekeyed(place, kind.key), cause, kind.differs);
            if (place == Place::root) {
                t.chain(28, name + ", pinned", rekeyed(place, kind.key), cause, kind.differs)
                    .pinned();
            }
        }
    }
}

Edit key_info(const Text& info) {
    return [info](Made& made) { made.public_key = info; };
}

void add_odd_rsa_keys(Table& t) {
    Text modulus(257, '\xE5');
    modulus[0] = '\0';
    const auto exponent = [&](std::string_view bytes) { return key_info(rsa_key(modulus, bytes)); };
    const Text bounds = "linnet's bound; RFC 8017 3.1 allows it";
    const Text odd = "RFC 8017 3.1: an exponent is odd and at least 3";
    const auto leaf = [&](int family, const Text& name, const Edit& edit, Cause cause,
                          const Text& differs = "") {
        t.everywhere(family, name, edit, {.leaf = cause, .leaf_differs = differs});
    };
    leaf(29, "exponent 1", exponent("\x01"), tls_key_exponent, odd);
    leaf(29, "exponent 2", exponent("\x02"), tls_key_exponent, odd);
    leaf(29, "exponent 3", exponent("\x03"), none);
    leaf(29, "exponent 65536", exponent({"\x01\x00\x00", 3}), tls_key_exponent, odd);
    leaf(29, "exponent 2^32 - 1", exponent({"\x00\xFF\xFF\xFF\xFF", 5}), none);
    leaf(29, "exponent 2^32 + 1", exponent({"\x01\x00\x00\x00\x01", 5}), tls_key_exponent, bounds);
    leaf(29, "exponent of 1408 bits", exponent(Text(176, '\x7F')), tls_key_exponent, bounds);
    leaf(29, "exponent 0", exponent({"\0", 1}), tls_certificate_malformed, odd);
    leaf(29, "negative exponent", exponent("\x81"), tls_certificate_malformed, odd);
    leaf(29, "RSA with 4104 bits", key_info(rsa_key(Text(513, '\x75'), "\x03")),
         tls_key_unsupported, bounds);
    leaf(29, "RSA with 8192 bits", key_info(rsa_key(Text(1, '\0') + Text(1024, '\xE5'), "\x03")),
         tls_key_unsupported, bounds);
    t.everywhere(100, "negative modulus", key_info(rsa_key(Text(256, '\xE5'))),
                 {.leaf = tls_certificate_malformed,
                  .leaf_differs = "RFC 8017 A.1.1: OpenSSL takes the absolute value"});
    t.everywhere(29, "exponent 2^32 + 1", exponent({"\x01\x00\x00\x00\x01", 5}),
                 {.issuer = tls_key_exponent, .root = tls_root_key_exponent});

    std::vector<Made> shown = {t.leaf("ca15")};
    for (int i = 15; i > 0; --i) {
        shown.push_back(t.ca("ca" + std::to_string(i), "ca" + std::to_string(i - 1))
                            .but(exponent(Text(176, '\x7F'))));
    }
    t.graph(19, "16 certificates with exponents of 1408 bits", shown, {t.root("ca0")},
            tls_key_exponent)
        .with_checks(0, 0);
    t.chain(19, "a chain with usual exponents", {});
}

Text curve_info(const Text& parameters, const Text& point) {
    return sequence({algorithm({1, 2, 840, 10045, 2, 1}, parameters), bit_string(point)});
}

void add_odd_curves(Table& t) {
    const KeyName p256{.name = "odd"};
    // SubjectPublicKeyInfo ends with the point: 04 X Y.
    const Text info = public_key_of(p256), point = info.substr(info.size() - 65);
    const Text compressed = static_cast<char>(2 + (point.back() & 1)) + point.substr(1, 32);
    const Text hybrid = static_cast<char>(6 + (point.back() & 1)) + point.substr(1);
    const Text p256_id = oid({1, 2, 840, 10045, 3, 1, 7});
    const Text forms = "RFC 5480 2.2: only the uncompressed form must be supported";
    const std::pair<Text, Text> unsupported[] = {
        {"P-224", curve_info(oid({1, 3, 132, 0, 33}), '\x04' + Text(56, 'x'))},
        {"secp256k1", curve_info(oid({1, 3, 132, 0, 10}), point)},
        {"brainpoolP256r1", curve_info(oid({1, 3, 36, 3, 3, 2, 8, 1, 1, 7}), point)},
        {"an unknown curve", curve_info(oid({1, 2, 3}), point)},
        {"explicit parameters", curve_info(sequence({item(0x02, "\x01"), sequence({})}), point)},
        {"implicit parameters", curve_info(null(), point)},
        {"an unknown kind of key", sequence({algorithm({1, 2, 3}), bit_string("key")})},
    };
    for (const auto& [name, odd] : unsupported) {
        t.everywhere(31, name, key_info(odd),
                     all(tls_key_unsupported, tls_key_unsupported, tls_root_key_unsupported));
    }
    t.everywhere(31, "Ed448",
                 key_info(sequence({algorithm({1, 3, 101, 113}), bit_string(Text(57, 'x'))})),
                 {tls_key_unsupported, tls_key_unsupported, tls_root_key_unsupported,
                  "RFC 8410: linnet verifies no Ed448"});
    t.everywhere(31, "P-256", key_info(info), {.leaf = none});
    t.everywhere(31, "compressed point", key_info(curve_info(p256_id, compressed)),
                 {.leaf = tls_key_unsupported, .leaf_differs = forms});
    t.everywhere(31, "hybrid point", key_info(curve_info(p256_id, hybrid)),
                 {.leaf = tls_key_unsupported, .leaf_differs = forms});
}

void add_ed25519(Table& t) {
    const KeyName ed25519{.kind = KeyName::Kind::ed25519};
    const Text reason = "RFC 8410: only with OpenSSL";
    for (const Place place : {Place::leaf, Place::issuing, Place::upper, Place::root}) {
        const Text where = std::to_string(static_cast<int>(place));
        const bool is_root = place == Place::root;
        t.chain(34, "Ed25519 in place " + where, rekeyed(place, ed25519),
                is_root ? tls_root_key_unsupported : tls_key_unsupported, reason)
            .openssl_says(none);
    }
    t.chain(34, "no Ed25519", {});
}

// ---- signatures ------------------------------------------------------------------------------

Edit signed_so(const SignatureForm& form) {
    return [form](Made& made) { made.form = form; };
}
Edit signature(std::function<Text(Text)> change) {
    SignatureForm form;
    form.change_signature = std::move(change);
    return signed_so(form);
}

void add_hashes(Table& t) {
    const auto hash = [](Hash value) { return signed_so({.hash = value}); };
    t.everywhere(27, "SHA-1", hash(Hash::sha1), all(tls_signature_weak, tls_signature_weak, none));
    if (!t.is_first_kind()) {
        t.everywhere(27, "MD5", hash(Hash::md5), all(tls_signature_weak, tls_signature_weak, none));
    }
    const Text weak = "RFC 8446 4.4.2.4 leaves it open; linnet takes SHA-256, 384 and 512";
    t.everywhere(30, "SHA-224", hash(Hash::sha224),
                 {tls_signature_unsupported, tls_signature_unsupported, none, weak, weak});
    t.everywhere(30, "SHA-256", hash(Hash::sha256), accepted);
    t.everywhere(30, "SHA-384", hash(Hash::sha384), accepted);
    t.everywhere(30, "SHA-512", hash(Hash::sha512), accepted);
    if (!t.is_first_kind()) return;
    for (const Hash value : {Hash::sha256, Hash::sha512}) {
        std::vector<Change> changes =
            rekeyed(Place::issuing, {.kind = KeyName::Kind::ec, .bits = 384});
        changes.push_back(at(Place::leaf, hash(value)));
        t.chain(30, value == Hash::sha256 ? "P-384 with SHA-256" : "P-384 with SHA-512", changes);
    }
}

void add_wrong_signatures(Table& t) {
    t.everywhere(24, "one bit of the signature is wrong", signature([](Text text) {
                     text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 1);
                     return text;
                 }),
                 wrong_signature);
    const KeyName stranger = t.key("nobody");
    t.everywhere(
        24, "signed with another key", [stranger](Made& made) { made.signer = stranger; },
        wrong_signature);
    t.everywhere(24, "what is signed was changed afterwards", changed([](Text der) {
                     const std::size_t at = der.find("2120010");
                     der[at + 3] = '1';
                     return der;
                 }),
                 wrong_signature);
    t.everywhere(24, "empty signature", signature([](const Text&) { return Text(); }),
                 wrong_signature);
    t.everywhere(24, "a byte is missing",
                 signature([](const Text& text) { return text.substr(0, text.size() - 1); }),
                 wrong_signature);
    t.everywhere(24, "signed rightly", signature([](const Text& text) { return text; }), accepted);
    t.everywhere(24, "only zeros",
                 signature([](const Text& text) { return Text(text.size(), '\0'); }),
                 wrong_signature);
    const Made leaf = t.leaf().but(signature([](const Text&) { return Text("wrong"); }));
    t.graph(25, "wrong signature below an untrusted name", {leaf, t.ca("issuing", "other")},
            {t.root()}, tls_issuer_unknown)
        .with_checks(0, 0);
    t.graph(25, "right signature below a trusted name", {t.leaf(), t.ca("issuing", "root")},
            {t.root()});
}

void add_algorithms(Table& t) {
    Verdicts refused = malformed;
    refused.root_differs = "4.1.1.2: both are the same; OpenSSL does not look at a root's";
    const Arcs other =
        t.is_first_kind() ? Arcs{1, 2, 840, 10045, 4, 3, 3} : Arcs{1, 2, 840, 113549, 1, 1, 12};
    const Text parameters = t.is_first_kind() ? "" : null();
    t.everywhere(
        26, "inner algorithm differs from the outer",
        [=](Made& made) { made.inner_algorithm = algorithm(other, parameters); }, refused);
    t.everywhere(
        26, "both name another algorithm",
        [=](Made& made) { made.form.algorithm = algorithm(other, parameters); }, wrong_signature);
    t.everywhere(
        26, "both are the same", [](Made&) {}, accepted);
    t.everywhere(
        26, "an unknown algorithm",
        [](Made& made) {
            made.form.algorithm = algorithm({1, 2, 3});
        },
        all(tls_signature_unsupported, tls_signature_unsupported, none));
    // The kind of the issuer's key decides.
    const Arcs foreign =
        t.is_first_kind() ? Arcs{1, 2, 840, 113549, 1, 1, 11} : Arcs{1, 2, 840, 10045, 4, 3, 2};
    t.everywhere(
        26, "the algorithm of another kind of key",
        [=](Made& made) {
            made.form.algorithm = algorithm(foreign, t.is_first_kind() ? null() : "");
        },
        wrong_signature);
}

// r and s of an ECDSA signature, without leading zeros.
std::pair<Text, Text> numbers_of(const Text& signature) {
    const Text both = content_of(signature);
    const Text r = first_item(both), s = both.substr(r.size());
    return {content_of(r), content_of(s)};
}

Text integer(const Text& content) {
    return item(0x02, content);
}

void add_ecdsa_form(Table& t, const Text& name, const Verdicts& verdicts,
                    const std::function<Text(const Text& r, const Text& s)>& form) {
    t.everywhere(32, name, signature([form](const Text& text) {
                     const auto [r, s] = numbers_of(text);
                     return form(r, s);
                 }),
                 verdicts);
}

void add_ecdsa_numbers(Table& t) {
    const Text order(
        "\x00\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
        "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51",
        33);
    const Text zero(1, '\0');
    const auto numbers = [&](const Text& name, const Text& new_r, const Text& new_s) {
        add_ecdsa_form(t, name, wrong_signature, [=](const Text& r, const Text& s) {
            return sequence(
                {integer(new_r.empty() ? r : new_r), integer(new_s.empty() ? s : new_s)});
        });
    };
    numbers("r is 0", zero, "");
    numbers("s is 0", "", zero);
    numbers("both are 0", zero, zero);
    numbers("r is the order", order, "");
    numbers("s is the order", "", order);
    numbers("both are 1", "\x01", "\x01");
    numbers("r has 200 bytes", Text(200, 'x'), "");
}

void add_ecdsa_forms(Table& t) {
    const Text zero(1, '\0');
    const auto wrong = [&](const Text& name, const auto& form) {
        add_ecdsa_form(t, name, wrong_signature, form);
    };
    wrong("r is negative", [](const Text& r, const Text& s) {
        return sequence({integer("\xFF" + r), integer(s)});
    });
    wrong("r with a superfluous zero", [=](const Text& r, const Text& s) {
        return sequence({integer(zero + r), integer(s)});
    });
    wrong("s with a superfluous zero", [=](const Text& r, const Text& s) {
        return sequence({integer(r), integer(zero + s)});
    });
    wrong("r of no bytes", [](const Text&, const Text& s) {
        return sequence({integer(""), integer(s)});
    });
    wrong("length in long form", [](const Text& r, const Text& s) {
        const Text content = integer(r) + integer(s);
        return Text("\x30\x81", 2) + static_cast<char>(content.size()) + content;
    });
    wrong("a byte behind it", [=](const Text& r, const Text& s) {
        return sequence({integer(r), integer(s)}) + zero;
    });
    wrong("a third number", [=](const Text& r, const Text& s) {
        return sequence({integer(r), integer(s), integer(zero)});
    });
    wrong("only r", [](const Text& r, const Text&) { return sequence({integer(r)}); });
    wrong("raw, without DER", [](const Text& r, const Text& s) { return r + s; });
    wrong("r and s swapped", [](const Text& r, const Text& s) {
        return sequence({integer(s), integer(r)});
    });
    add_ecdsa_form(t, "as it should be", accepted, [](const Text& r, const Text& s) {
        return sequence({integer(r), integer(s)});
    });
}

// Replaces what is behind the padding: DigestInfo and hash.
Edit padded(std::function<Text(const Text& info)> change, std::size_t padding_less = 0) {
    SignatureForm form;
    form.change_encoded = [=](const Text& encoded) {
        const std::size_t zero = encoded.find('\0', 2);
        const Text info = change(encoded.substr(zero + 1));
        Text all("\x00\x01", 2);
        all.append(encoded.size() - 3 - info.size() - padding_less, '\xFF').append(1, '\0');
        return (all + info).append(padding_less, 'g');
    };
    return signed_so(form);
}

void add_rsa_forms(Table& t) {
    const auto same = [](const Text& info) { return info; };
    const Arcs sha256_id = {2, 16, 840, 1, 101, 3, 4, 2, 1};
    t.everywhere(32, "as it should be", padded(same), accepted);
    t.everywhere(32, "DigestInfo without NULL", padded([=](const Text& info) {
                     const Text hash = item(0x04, info.substr(info.size() - 32));
                     return sequence({algorithm(sha256_id), hash});
                 }),
                 wrong_signature);
    t.everywhere(32, "garbage behind the hash", padded(same, 8), wrong_signature);
    t.everywhere(32, "garbage behind the hash, short padding", padded(same, 190), wrong_signature);
    t.everywhere(32, "another hash is named", padded([](Text info) {
                     info[info.size() - 35] = '\x02';
                     return info;
                 }),
                 wrong_signature);
    t.everywhere(32, "no DigestInfo",
                 padded([](const Text& info) { return info.substr(info.size() - 32); }),
                 wrong_signature);
    t.everywhere(32, "the hash is shorter", padded([=](const Text& info) {
                     const Text hash = item(0x04, info.substr(info.size() - 32, 20));
                     return sequence({algorithm(sha256_id, null()), hash});
                 }),
                 wrong_signature);
    const auto byte = [&](const Text& name, std::size_t index, char value) {
        SignatureForm form;
        form.change_encoded = [=](Text encoded) {
            encoded[index] = value;
            return encoded;
        };
        t.everywhere(32, name, signed_so(form), wrong_signature);
    };
    byte("block type 2", 1, 2);
    byte("block type 0", 1, 0);
    byte("padding that is not FF", 20, '\x7F');
    byte("padding of 6 bytes", 8, '\0');
    t.everywhere(32, "a zero in front",
                 signature([](const Text& text) { return Text(1, '\0') + text; }), wrong_signature);
}

void add_pss(Table& t) {
    const Text fixed = "RFC 4055 3.1: linnet takes the three usual parameters";
    for (const Place place : {Place::leaf, Place::issuing}) {
        const Text where = place == Place::leaf ? ", leaf" : ", issuing CA";
        const auto row = [&](const Text& name, const SignatureForm& form, Cause with_openssl,
                             const Text& differs) {
            t.chain(33, name + where, {at(place, signed_so(form))}, tls_signature_unsupported,
                    differs)
                .openssl_says(with_openssl);
        };
        for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
            row("PSS with hash " + std::to_string(static_cast<int>(hash)),
                {.hash = hash, .is_pss = true}, none, "RFC 4055 3.1: only with OpenSSL");
        }
        row("PSS with a salt of 20 bytes", {.is_pss = true, .salt_size = 20},
            tls_signature_unsupported, fixed);
        row("PSS with another hash of the mask", {.is_pss = true, .mask_hash = Hash::sha1},
            tls_signature_unsupported, fixed);
        SignatureForm absent{.hash = Hash::sha1, .is_pss = true};
        absent.algorithm = algorithm({1, 2, 840, 113549, 1, 1, 10}, sequence({}));
        row("PSS with parameters by default", absent, tls_signature_unsupported, "");
        absent.algorithm = algorithm({1, 2, 840, 113549, 1, 1, 10});
        row("PSS without parameters", absent, tls_signature_unsupported, "");
        SignatureForm wrong{.is_pss = true};
        wrong.change_signature = [](Text text) {
            text[9] = static_cast<char>(text[9] ^ 1);
            return text;
        };
        row("PSS with a wrong signature", wrong, tls_signature_wrong, "");
        t.chain(33, "no PSS" + where, {});
    }
}

}  // namespace

void add_encodings(Table& t) {
    add_wrong_der(t);
    add_serial_numbers(t);
    add_algorithms(t);
}

void add_keys(Table& t) {
    if (!t.is_first_kind()) return;
    add_sizes(t);
    add_odd_rsa_keys(t);
    add_odd_curves(t);
    add_ed25519(t);
}

void add_signatures(Table& t) {
    add_hashes(t);
    add_wrong_signatures(t);
    if (t.is_first_kind()) {
        add_ecdsa_numbers(t);
        add_ecdsa_forms(t);
    } else {
        add_rsa_forms(t);
        add_pss(t);
    }
}

}  // namespace linnet::test
