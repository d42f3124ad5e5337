// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Host names (RFC 9525 6) and the comparison of directory names (RFC 5280 7.1).
#include "path_matrix/rows.hpp"

namespace linnet::test {
namespace {

using enum Cause;
using Names = std::vector<std::string>;

void add_dns_hosts(Table& t) {
    struct Case {
        std::string_view name, host;
        bool is_same;
        std::string_view differs = "";
    };
    const std::string_view dot = "RFC 9525 6.3: a final dot is not part of a name";
    const std::string_view partial = "RFC 9525 6.3: a wildcard is a whole label";
    const Case cases[] = {
        {"a.good.test", "a.good.test", true},
        {"a.good.test", "b.good.test", false},
        {"a.good.test", "A.Good.TEST", true},
        {"A.GOOD.test", "a.good.test", true},
        {"a.good.test", "a.good.test.", true, dot},
        {"a.good.test.", "a.good.test", false},
        {"*.good.test", "a.good.test", true},
        {"*.good.test", "b.a.good.test", false},
        {"*.good.test", "good.test", false},
        {"*.GOOD.test", "a.good.test", true},
        {"a.*.test", "a.good.test", false},
        {"f*o.good.test", "foo.good.test", false},
        {"f*.good.test", "foo.good.test", false, partial},
        {"*o.good.test", "foo.good.test", false, partial},
        {"**.good.test", "a.good.test", false},
        {"*.*.test", "a.good.test", false},
        {"*", "good", false},
        {"*", "a.good.test", false},
        {"*.test", "good.test", false},
        {"*.", "good.", false},
        {"xn--*.good.test", "xn--a.good.test", false},
        {"*.good.test", "xn--bcher-kva.good.test", true},
        {"good.test", "a.good.test", false},
        {".good.test", "a.good.test", false},
        {"a.good.test.bad.test", "a.good.test", false},
        {"", "a.good.test", false},
    };
    for (const Case& each : cases) {
        const std::string name(each.name), host(each.host);
        t.chain(92, '"' + name + "\" for " + host, {at(Place::leaf, named({dns(name)}))},
                each.is_same ? none : tls_host_mismatch, std::string(each.differs))
            .for_host(host);
    }
    t.chain(92, "the second of three names",
            {at(Place::leaf, named({dns("x.test"), dns("a.good.test"), dns("y.test")}))});
}

void add_odd_alternative_names(Table& t) {
    const std::string cn = "RFC 9525 2: the common name is not a host name";
    const Edit host_as_cn = [](Made& made) { made.parts.subject = name_of("a.good.test"); };
    const Edit no_names = [](Made& made) { made.remove({2, 5, 29, 17}); };
    t.chain(93, "the common name only", {at(Place::leaf, host_as_cn), at(Place::leaf, no_names)},
            tls_host_mismatch, cn);
    t.chain(93, "the common name, and another alternative name",
            {at(Place::leaf, host_as_cn), at(Place::leaf, named({dns("b.good.test")}))},
            tls_host_mismatch);
    t.chain(93, "the common name, and only an address",
            {at(Place::leaf, host_as_cn), at(Place::leaf, named({ip_name({10, 1, 2, 3})}))},
            tls_host_mismatch, cn);
    t.chain(93, "both", {at(Place::leaf, host_as_cn)});
    t.chain(93, "no name at all", {at(Place::leaf, no_names)}, tls_host_mismatch);
    t.chain(93, "no alternative names in the extension",
            {at(Place::leaf, host_as_cn), at(Place::leaf, named({}))}, tls_host_mismatch, cn);
    const auto beside = [&](const std::string& text, std::string_view name, std::string_view host,
                            bool is_same) {
        t.chain(95, text, {at(Place::leaf, named({dns(name)}))}, is_same ? none : tls_host_mismatch)
            .for_host(std::string(host));
    };
    beside("a NUL in the name", {"a.good.test\0.bad.test", 21}, "a.good.test", false);
    beside("a NUL behind the name", {"a.good.test\0", 12}, "a.good.test", false);
    beside("a blank in front", " a.good.test", "a.good.test", false);
    beside("a blank behind", "a.good.test ", "a.good.test", false);
    beside("an underscore", "a_b.good.test", "a_b.good.test", true);
    beside("an A-label", "xn--bcher-kva.test", "xn--bcher-kva.test", true);
    beside("a U-label",
           "b\xC3\xBC"
           "cher.test",
           "xn--bcher-kva.test", false);
    t.chain(95, "odd names beside the right one",
            {at(Place::leaf,
                named({dns({"a\0b", 3}), dns(""), dns("\xFF"), dns("*"), dns("a.good.test")}))});
    t.chain(96, "critical, with a subject",
            {at(Place::leaf, with(subject_alt_names({dns("a.good.test")}, true)))});
    t.chain(96, "not critical, without a subject",
            {at(Place::leaf, [](Made& made) { made.parts.subject = sequence({}); })});
    t.chain(96, "critical, without a subject",
            {at(Place::leaf, [](Made& made) { made.parts.subject = sequence({}); }),
             at(Place::leaf, with(subject_alt_names({dns("a.good.test")}, true)))});
    t.chain(96, "without a subject, for another host",
            {at(Place::leaf, [](Made& made) { made.parts.subject = sequence({}); })},
            tls_host_mismatch)
        .for_host("b.good.test");
}

void add_addresses(Table& t) {
    const std::vector<unsigned> six = {0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const std::vector<unsigned> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, 2, 3};
    const auto row = [&](const std::string& text, const Names& names, std::string_view host,
                         bool is_same) {
        t.chain(94, text, {at(Place::leaf, named(names))}, is_same ? none : tls_host_mismatch)
            .for_host(std::string(host));
    };
    row("IPv4", {ip_name({10, 1, 2, 3})}, "10.1.2.3", true);
    row("another IPv4", {ip_name({10, 1, 2, 4})}, "10.1.2.3", false);
    row("IPv6", {ip_name(six)}, "2001:db8::1", true);
    row("IPv6 written out", {ip_name(six)}, "2001:DB8:0:0:0:0:0:1", true);
    row("IPv4 as a DNS name", {dns("10.1.2.3")}, "10.1.2.3", false);
    row("IPv6 as a DNS name", {dns("2001:db8::1")}, "2001:db8::1", false);
    row("a wildcard for IPv4", {dns("*.1.2.3")}, "10.1.2.3", false);
    row("mapped, for IPv4", {ip_name(mapped)}, "10.1.2.3", false);
    row("mapped, for mapped", {ip_name(mapped)}, "::ffff:10.1.2.3", true);
    row("IPv4, for mapped", {ip_name({10, 1, 2, 3})}, "::ffff:10.1.2.3", false);
    row("an address of 5 bytes", {ip_name({10, 1, 2, 3, 0})}, "10.1.2.3", false);
    row("the second address", {ip_name({10, 1, 2, 4}), ip_name({10, 1, 2, 3})}, "10.1.2.3", true);
    row("an address, for a name", {ip_name({10, 1, 2, 3})}, "a.good.test", false);
}

std::string utf16(std::string_view text) {
    std::string wide;
    for (const char c : text) wide.append(1, '\0').append(1, c);
    return wide;
}

}  // namespace

void add_hosts(Table& t) {
    add_dns_hosts(t);
    add_odd_alternative_names(t);
    add_addresses(t);
}

void add_names(Table& t) {
    const auto pair = [&](const std::string& text, const std::string& subject,
                          const std::string& issuer, bool is_same,
                          const std::string& differs = "") {
        const Edit called = [=](Made& made) { made.parts.subject = subject; };
        const Edit by = [=](Made& made) { made.parts.issuer = issuer; };
        const Cause cause = is_same ? none : tls_issuer_unknown;
        t.chain(97, text + ", issuing CA", {at(Place::issuing, called), at(Place::leaf, by)}, cause,
                differs);
        t.chain(97, text + ", upper CA", {at(Place::upper, called), at(Place::issuing, by)}, cause,
                differs);
        t.chain(97, text + ", root", {at(Place::root, called), at(Place::upper, by)}, cause,
                differs);
    };
    const auto one = [](unsigned tag, std::string_view text) {
        return sequence({set_of({attribute(3, text, tag)})});
    };
    pair("Printable and UTF8", one(0x13, "Some CA"), one(0x0C, "Some CA"), true);
    pair("IA5 and UTF8", one(0x16, "Some CA"), one(0x0C, "Some CA"), true);
    pair("other case", one(0x13, "some ca"), one(0x13, "SOME CA"), true);
    pair("two blanks", one(0x0C, "Some  CA"), one(0x0C, "Some CA"), true);
    pair("blanks around", one(0x0C, " Some CA  "), one(0x0C, "Some CA"), true);
    pair("BMP and UTF8", one(0x1E, utf16("Some CA")), one(0x0C, "Some CA"), true);
    pair("BMP and Printable, other case", one(0x1E, utf16("SOME CA")), one(0x13, "some ca"), true);
    pair("Universal and UTF8", one(0x1C, std::string("\0\0\0A\0\0\0B", 8)), one(0x0C, "ab"), true);
    pair("not ASCII, other case", one(0x0C, "\xC3\x84"), one(0x0C, "\xC3\xA4"), false);
    pair("not ASCII, BMP and UTF8", one(0x1E, {"\0\xC4", 2}), one(0x0C, "\xC3\x84"), true);
    pair("Teletex and UTF8", one(0x14, "Some CA"), one(0x0C, "Some CA"), false,
         "7.1: Teletex has no characters of its own; OpenSSL takes Latin-1");
    pair("no blank", one(0x0C, "SomeCA"), one(0x0C, "Some CA"), false);
    pair("another type of attribute", one(0x0C, "x"), sequence({set_of({attribute(10, "x")})}),
         false);
    pair("parts in another order", name_with({{3, "x"}, {10, "y"}}),
         name_with({{10, "y"}, {3, "x"}}), false);
    pair("one part more", name_with({{10, "y"}, {3, "x"}}), name_with({{10, "y"}}), false);
    const std::string set = sequence({set_of({attribute(3, "x"), attribute(10, "y")})});
    const std::string swapped = sequence({set_of({attribute(10, "y"), attribute(3, "x")})});
    pair("attributes of one part in another order", set, swapped, true);
    pair("attributes of one part, one repeated",
         sequence({set_of({attribute(3, "x"), attribute(3, "x")})}),
         sequence({set_of({attribute(3, "x"), attribute(3, "y")})}), false);
    pair("one part or two", set, name_with({{3, "x"}, {10, "y"}}), false);
    pair("IA5 that is invalid", one(0x16, "\xFFx"), one(0x16, "\xFFX"), false,
         "7.1: letters of a string that is invalid for its type are not known");
    const std::string empty = sequence({});
    const std::string filled = "4.1.2.4, 4.1.2.6: a CA has a name";
    for (const Place place : {Place::issuing, Place::upper, Place::root}) {
        const Place below = static_cast<Place>(static_cast<int>(place) - 1);
        t.chain(98, "a CA without a name in place " + std::to_string(static_cast<int>(place)),
                {at(place, [=](Made& made) { made.parts.subject = empty; }),
                 at(below, [=](Made& made) { made.parts.issuer = empty; })},
                tls_issuer_unknown, filled);
    }
    t.chain(98, "CAs with names", {});
}

}  // namespace linnet::test
