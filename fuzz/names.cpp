// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What is read and compared in certificates along a path. Input: what it is (two Names; name
// constraints and the names of a certificate; an ECDSA signature; a path with policies), a number,
// the first part, and the rest. DER items get correct lengths if the high bit of the first byte is
// not set.
//
// Checks: every result is that of a second, slow implementation (name_opinion.hpp,
// path_opinion.hpp); comparing names is reflexive and symmetric, and a name is the same after each
// change that RFC 5280 7.1 ignores; comparisons are counted, and too few of them never permit; an
// accepted ECDSA signature is the only encoding of its numbers.
#include <algorithm>

#include "der_mending.hpp"
#include "path_opinion.hpp"
#include "tls/path_policy.hpp"
#include "x509/ecdsa_signature.hpp"
#include "x509/name.hpp"
#include "x509/name_constraints.hpp"
#include "x509/name_match.hpp"

namespace linnet::fuzz {
namespace {

std::string item(unsigned tag, std::string_view content) {
    std::string head(1, static_cast<char>(tag));
    if (content.size() > 255) {
        head += {'\x82', static_cast<char>(content.size() >> 8)};
    } else if (content.size() > 127) {
        head += '\x81';
    }
    return head.append(1, static_cast<char>(content.size())).append(content);
}

// ---- names -----------------------------------------------------------------------------------

std::string encoded(const Codes& codes, std::uint8_t tag) {
    std::string text;
    for (const std::uint32_t code : codes) {
        const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
        const auto put_tail = [&](unsigned shift) { put(0x80 | (code >> shift & 0x3F)); };
        if (tag == der::universal_string) put(code >> 24), put(code >> 16);
        if (tag != der::utf8_string) {
            put(code >> 8), put(code);
        } else if (code < 0x80) {
            put(code);
        } else if (code < 0x800) {
            put(0xC0 | code >> 6), put_tail(0);
        } else if (code < 0x10000) {
            put(0xE0 | code >> 12), put_tail(6), put_tail(0);
        } else {
            put(0xF0 | code >> 18), put_tail(12), put_tail(6), put_tail(0);
        }
    }
    return item(tag, text);
}

// The same characters in another case, with other spaces, as another type.
std::string in_another_form(const DerItem& value, Numbers& numbers) {
    const auto codes = codes_of(value);
    if (!codes) return std::string(text_of(value.whole));
    Codes changed(numbers.next() % 3, ' ');
    bool is_basic = true;
    for (std::uint32_t code : *codes) {
        const bool is_letter = (code | 32) >= 'a' && (code | 32) <= 'z';
        if (is_letter && numbers.next() % 2 == 0) code ^= 32;
        if (code == ' ') changed.insert(changed.end(), numbers.next() % 3, ' ');
        changed.push_back(code);
        is_basic = is_basic && code < 0x10000;
    }
    changed.insert(changed.end(), numbers.next() % 3, ' ');
    const std::uint8_t tags[] = {der::utf8_string, der::universal_string, der::bmp_string};
    return encoded(changed, tags[numbers.next() % (is_basic ? 3 : 2)]);
}

std::string in_another_form(Bytes name, Numbers& numbers) {
    std::string parts;
    DerItem list, set;
    take_item(name, list);
    for (Bytes sets = list.content; take_item(sets, set);) {
        std::vector<std::string> attributes;
        NameAttribute attribute;
        for (Bytes rest = set.content; take_attribute(rest, attribute);) {
            const std::string type = item(der::object_identifier, text_of(attribute.type));
            attributes.push_back(
                item(der::sequence, type + in_another_form(attribute.value, numbers)));
        }
        if (numbers.next() % 2 == 0) std::reverse(attributes.begin(), attributes.end());
        std::string all;
        for (const std::string& each : attributes) all += each;
        // With many attributes, bytes are compared.
        parts += attributes.size() > 8 ? std::string(text_of(set.whole)) : item(der::set, all);
    }
    return item(der::sequence, parts);
}

void check_names(std::string_view first, std::string_view second, std::uint8_t seed) {
    const ExactCopy a(first), b(second);
    const auto parts_a = read_name(a.bytes()), parts_b = read_name(b.bytes());
    require(is_name(a.bytes()) == parts_a.has_value(), "a Name is well-formed, or not");
    require(is_name(b.bytes()) == parts_b.has_value(), "the other, too");
    if (!parts_a) return;
    Numbers numbers(seed);
    const ExactCopy other(in_another_form(a.bytes(), numbers));
    require(is_name(other.bytes()), "a Name in another form is a Name");
    require(same_name(a.bytes(), a.bytes()), "a Name is the same as itself");
    require(same_name(a.bytes(), other.bytes()) && same_name(other.bytes(), a.bytes()),
            "and as itself in another form");
    require(is_below_name(a.bytes(), other.bytes()), "it is below itself");
    require(is_empty_name(a.bytes()) == parts_a->empty(), "it is empty, or not");
    if (!parts_b) return;
    const bool is_same = *parts_a == *parts_b;
    require(same_name(a.bytes(), b.bytes()) == is_same, "two Names are the same, or not");
    require(same_name(b.bytes(), a.bytes()) == is_same, "in both directions");
    require(same_name(other.bytes(), b.bytes()) == is_same, "and in another form");
    require(is_below_name(a.bytes(), b.bytes()) == begins_with(*parts_a, *parts_b),
            "a Name is below another, or not");
    require(is_below_name(b.bytes(), other.bytes()) == begins_with(*parts_b, *parts_a),
            "and the other below it");
}

// ---- constraints -----------------------------------------------------------------------------

// The complete items at the beginning, and the rest.
std::pair<Bytes, Bytes> split(Bytes bytes, std::size_t count_max) {
    Bytes rest = bytes;
    DerItem one;
    while (count_max-- > 0 && take_item(rest, one)) continue;
    return {bytes.first(bytes.size() - rest.size()), rest};
}

// `names` are a Name, which is the subject if it is one, and alternative names.
void check_constraints(std::string_view value, std::string_view names, std::uint8_t number) {
    const ExactCopy extension(value), all(names);
    const auto constraints = parse_name_constraints(extension.bytes());
    const auto opinion = ConstraintsOpinion::read(extension.bytes());
    require(constraints.has_value() == opinion.has_value(), "constraints are well-formed, or not");
    if (!constraints) return;
    const ExactCopy none(item(der::sequence, ""));
    const auto [first, rest] = split(all.bytes(), 1);
    Certificate certificate;
    const bool has_subject = is_name(first);
    certificate.subject = has_subject ? first : none.bytes();
    certificate.alt_names = split(has_subject ? rest : all.bytes(), SIZE_MAX).first;
    certificate.has_alt_names = !certificate.alt_names.empty();
    const bool is_allowed =
        opinion->allow(certificate.subject, certificate.alt_names, certificate.has_alt_names);

    constexpr std::size_t many = 1'000'000;
    std::size_t left = many;
    const Constrained result = compare_names(*constraints, certificate, left);
    require(result == (is_allowed ? Constrained::permitted : Constrained::excluded),
            "the names are permitted, or not");
    // A name has at least two bytes, and a comparison counts at most as often as its base has
    // bytes.
    const std::size_t used = many - left;
    require(used <= (names.size() / 2 + 1) * (opinion->size() + value.size()),
            "comparisons are counted");
    std::size_t few = number;
    const Constrained limited = compare_names(*constraints, certificate, few);
    require(few <= number && (limited == result || few == 0), "enough comparisons decide");
    require(limited == result || limited == Constrained::undecided, "too few never permit");
    require(used >= number || limited == result, "one more than needed is enough");
}

// ---- signatures ------------------------------------------------------------------------------

// An INTEGER without its leading zeros, in its shortest form.
std::string positive(std::string_view number) {
    number.remove_prefix(std::min(number.find_first_not_of('\0'), number.size()));
    const bool needs_zero = number.empty() || (number[0] & 0x80) != 0;
    return item(der::integer, std::string(needs_zero ? 1 : 0, '\0').append(number));
}

void check_ecdsa(std::string_view bytes) {
    const ExactCopy signature(bytes);
    DerItem numbers, r, s;
    Bytes rest = signature.bytes();
    bool is_good = take_item(rest, numbers);
    rest = numbers.content;
    is_good = is_good && take_item(rest, r) && take_item(rest, s);
    const auto is_zero = [](const DerItem& number) {
        return text_of(number.content).find_first_not_of('\0') == std::string_view::npos;
    };
    is_good =
        is_good && !is_zero(r) && !is_zero(s) &&
        item(der::sequence, positive(text_of(r.content)) + positive(text_of(s.content))) == bytes;
    require(is_ecdsa_signature(signature.bytes()) == is_good, "a signature has one encoding");
}

// ---- policies --------------------------------------------------------------------------------

// One byte of flags, one of each limit, and policies by number for each certificate: the leaf
// first.
void check_policies(FuzzInput& input) {
    std::array<PathNode, path_count_max> nodes;
    std::array<std::string, path_count_max> texts;
    Path path;
    PathOfCertificates certificates;
    const std::string name_a = item(der::sequence, ""),
                      name_b = item(der::sequence,
                                    item(der::set, item(der::sequence, "\x06\x01\x03\x0C\x01x")));
    const std::size_t count = input.between(2, path_count_max);
    for (std::size_t i = 0; i < count; ++i) {
        PathNode& node = nodes[i];
        const std::uint8_t flags = input.byte();
        const auto limit = [&](unsigned bit) {
            return (flags & bit) != 0 ? input.byte() % 10 : SIZE_MAX;
        };
        node.is_self_issued = (flags & 1) != 0;
        node.certificate.has_policy_mappings = (flags & 2) != 0;
        node.certificate.require_explicit_policy = limit(4);
        node.certificate.inhibit_any_policy = limit(8);
        const std::size_t policy_count = flags / 16;
        for (std::size_t each = 0; each < policy_count; ++each) {
            const std::uint8_t kind = input.byte() % 8;
            const std::string id = kind == 0 ? std::string("\x55\x1D\x20\x00", 4)
                                             : std::string(1, static_cast<char>(kind));
            texts[i] += item(der::sequence, item(der::object_identifier, id));
        }
        node.certificate.policies = bytes_of(texts[i]);
        // Read by the second implementation.
        node.certificate.subject = bytes_of(name_a);
        node.certificate.issuer = bytes_of(node.is_self_issued ? name_a : name_b);
        path.nodes[path.count++] = &node;
        certificates.push_back(node.certificate);
    }
    require(satisfies_policies(path) == satisfies_policies_slowly(certificates),
            "a required policy is shared, or not");
}

void run(FuzzInput input) {
    const std::uint8_t kind = input.byte(), number = input.byte();
    if (kind % 4 == 3) return check_policies(input);
    const auto read = [&](Bytes bytes) {
        return kind < 128 ? mended(bytes) : std::string(text_of(bytes));
    };
    const std::string first = read(input.take_part().rest()), second = read(input.rest());
    switch (kind % 4) {
        case 0: return check_names(first, second, number);
        case 1: return check_constraints(first, second, number);
        default: return check_ecdsa(second);
    }
}

}  // namespace
}  // namespace linnet::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    linnet::fuzz::run(linnet::fuzz::FuzzInput(data, size));
    return 0;
}
