// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Name constraints (RFC 5280 4.2.1.10, 6.1.3 b, c), in every CA, critical or not.
#include "path_matrix/rows.hpp"

namespace linnet::test {
namespace {

using enum Cause;
using Names = std::vector<std::string>;

constexpr std::string_view host = "a.good.test";

Names ips(const std::vector<unsigned>& bytes) {
    return {ip_name(bytes)};
}

// Rows with constraints of the same form, critical and not.
class Constraints {
 public:
    Constraints(Table& table, int family) : table_(table), family_(family) {}

    void row(const std::string& name, const Names& permitted, const Names& excluded,
             const Names& names, bool is_allowed, const std::string& differs = "",
             const std::string& wanted = "") {
        for (const bool is_critical : {true, false}) {
            if (!is_critical && !table_.is_first_kind()) continue;
            table_.constrained(family_, name + (is_critical ? "" : ", not critical"),
                               name_constraints(permitted, excluded, is_critical), names,
                               is_allowed, differs, wanted);
        }
    }

 private:
    Table& table_;
    int family_;
};

void add_dns_subtrees(Table& t) {
    const Names leaf = {dns(host)};
    Constraints permitted(t, 64);
    permitted.row("permitted, the name is inside", {dns("good.test")}, {}, leaf, true);
    permitted.row("permitted, the name is outside", {dns("bad.test")}, {}, leaf, false);
    permitted.row("permitted, the name is deeper", {dns("good.test")}, {}, {dns("x.y.good.test")},
                  true, "", "x.y.good.test");
    permitted.row("permitted, the name is equal", {dns("a.good.test")}, {}, leaf, true);
    permitted.row("permitted, the apex", {dns("good.test")}, {}, {dns("good.test")}, true, "",
                  "good.test");
    permitted.row("permitted, the end of a label only", {dns("good.test")}, {},
                  {dns("a.xgood.test")}, false, "", "a.xgood.test");
    permitted.row("permitted, the name is above", {dns("b.a.good.test")}, {}, leaf, false);
    permitted.row("permitted, one name is outside", {dns("good.test")}, {},
                  {dns(host), dns("bad.test")}, false);
    Constraints dotted(t, 67);
    dotted.row("with a dot, a subdomain", {dns(".good.test")}, {}, leaf, true);
    dotted.row("with a dot, the apex", {dns(".good.test")}, {}, {dns("good.test")}, false, "",
               "good.test");
    dotted.row("excluded with a dot, a subdomain", {}, {dns(".good.test")}, leaf, false);
    dotted.row("excluded with a dot, the apex", {}, {dns(".good.test")}, {dns("good.test")}, true,
               "", "good.test");
    Constraints empty(t, 68);
    empty.row("everything is permitted", {dns("")}, {}, leaf, true);
    empty.row("everything is excluded", {}, {dns("")}, leaf, false);
    Constraints letters(t, 70);
    letters.row("permitted in upper case", {dns("GOOD.test")}, {}, leaf, true);
    letters.row("excluded in upper case", {}, {dns("GOOD.test")}, leaf, false);
    letters.row("the name in upper case", {dns("good.test")}, {}, {dns("A.GOOD.TEST")}, true);
    Constraints punycode(t, 91);
    punycode.row("permitted in punycode", {dns("xn--bcher-kva.test")}, {},
                 {dns("a.XN--bcher-KVA.test")}, true, "", "a.xn--bcher-kva.test");
    punycode.row("excluded in punycode", {}, {dns("xn--bcher-kva.test")},
                 {dns("a.XN--bcher-KVA.test")}, false, "", "a.xn--bcher-kva.test");
}

void add_dns_exclusions(Table& t) {
    Constraints excluded(t, 71);
    excluded.row("excluded, the name is outside", {}, {dns("bad.test")}, {dns(host)}, true);
    excluded.row("excluded, the name is inside", {}, {dns("good.test")}, {dns(host)}, false);
    excluded.row("excluded, one of two is inside", {}, {dns("bad.test")},
                 {dns(host), dns("x.bad.test")}, false);
    excluded.row("excluded, the name is above", {}, {dns("b.a.good.test")}, {dns(host)}, true);
    Constraints both(t, 72);
    both.row("excluded wins", {dns("good.test")}, {dns("good.test")}, {dns(host)}, false);
    both.row("excluded inside what is permitted", {dns("good.test")}, {dns("a.good.test")},
             {dns(host)}, false);
    both.row("excluded beside the name", {dns("good.test")}, {dns("b.good.test")}, {dns(host)},
             true);
    Constraints wildcard(t, 73);
    const Names star = {dns("*.good.test")};
    const std::string expansion = "4.2.1.10 (CVE-2025-61727): OpenSSL does not think of wildcards";
    wildcard.row("wildcard, permitted is its base", {dns("good.test")}, {}, star, true);
    wildcard.row("wildcard, permitted is above", {dns("test")}, {}, star, true);
    wildcard.row("wildcard, permitted is one expansion", {dns("a.good.test")}, {}, star, false);
    wildcard.row("wildcard, permitted has a dot", {dns(".good.test")}, {}, star, true);
    wildcard.row("wildcard, excluded is its base", {}, {dns("good.test")}, star, false);
    wildcard.row("wildcard, excluded is above", {}, {dns("test")}, star, false);
    wildcard.row("wildcard, excluded is one expansion", {}, {dns("x.good.test")}, star, false,
                 expansion);
    wildcard.row("wildcard, excluded is below an expansion", {}, {dns("y.x.good.test")}, star,
                 true);
    wildcard.row("wildcard, excluded is elsewhere", {}, {dns("bad.test")}, star, true);
}

void add_combinations(Table& t) {
    Constraints two(t, 74);
    two.row("two permitted, the second fits", {dns("bad.test"), dns("good.test")}, {}, {dns(host)},
            true);
    two.row("two permitted, none fits", {dns("bad.test"), dns("other.test")}, {}, {dns(host)},
            false);
    const auto each = [&](const std::string& name, std::string_view upper, std::string_view issuing,
                          Cause cause) {
        t.chain(74, name,
                {at(Place::upper, with(name_constraints({dns(upper)}, {}))),
                 at(Place::issuing, with(name_constraints({dns(issuing)}, {})))},
                cause);
    };
    each("two CAs, narrowing", "good.test", "a.good.test", none);
    each("two CAs, the upper one narrower", "a.good.test", "good.test", none);
    each("two CAs, disjoint, the upper one fits", "good.test", "bad.test", tls_name_constraints);
    each("two CAs, disjoint, the lower one fits", "bad.test", "good.test", tls_name_constraints);
    each("two CAs, widening beyond the upper one", "b.good.test", "good.test",
         tls_name_constraints);
    Constraints types(t, 75);
    types.row("DNS is permitted, the leaf has only an address", {dns("good.test")}, {},
              ips({10, 1, 2, 3}), true, "", "10.1.2.3");
    types.row("addresses are permitted, the leaf has only DNS",
              {ip_name({10, 0, 0, 0, 255, 0, 0, 0})}, {}, {dns(host)}, true);
    types.row("DNS and an address, both inside",
              {dns("good.test"), ip_name({10, 0, 0, 0, 255, 0, 0, 0})}, {},
              {dns(host), ip_name({10, 1, 2, 3})}, true);
    types.row("DNS and an address, the address is outside",
              {dns("good.test"), ip_name({10, 0, 0, 0, 255, 0, 0, 0})}, {},
              {dns(host), ip_name({11, 1, 2, 3})}, false);
}

void add_malformed_dns(Table& t) {
    Constraints wrong(t, 69);
    const std::string strict = "4.2.1.10, RFC 1034 3.5: not a DNS name, OpenSSL compares its bytes";
    const Names leaf = {dns(host)};
    for (const std::string_view base :
         {"good.test.", ".", "*.good.test", "good..test", "..good.test", "g\xC3\xB6od.test"}) {
        wrong.row("permitted \"" + std::string(base) + "\"", {dns(base), dns("good.test")}, {},
                  leaf, false, strict);
        wrong.row("excluded \"" + std::string(base) + "\"", {}, {dns(base)}, leaf, false, strict);
    }
    wrong.row("permitted \"good.test\"", {dns("good.test")}, {}, leaf, true);
    for (const std::string_view name : {"b.good.test.", "b..good.test", "b c.good.test", "",
                                        "b\xC3\xB6.good.test", "c.*.good.test"}) {
        const bool ends_elsewhere = name.empty() || name.back() == '.';
        wrong.row("a name that is none: \"" + std::string(name) + "\"", {dns("good.test")}, {},
                  {dns(host), dns(name)}, false, ends_elsewhere ? "" : strict);
    }
    wrong.row("underscore in a name", {dns("good.test")}, {}, {dns(host), dns("b_c.good.test")},
              true);
}

void add_addresses(Table& t) {
    Constraints ip(t, 77);
    const Names inside = ips({10, 1, 2, 3}), net = {ip_name({10, 0, 0, 0, 255, 0, 0, 0})};
    const std::string wanted = "10.1.2.3";
    ip.row("permitted, the address is inside", net, {}, inside, true, "", wanted);
    ip.row("permitted, the address is outside", net, {}, ips({11, 1, 2, 3}), false, "", "11.1.2.3");
    ip.row("excluded, the address is inside", {}, net, inside, false, "", wanted);
    ip.row("excluded, the address is outside", {}, net, ips({11, 1, 2, 3}), true, "", "11.1.2.3");
    ip.row("host bits in the base", {ip_name({10, 9, 9, 9, 255, 0, 0, 0})}, {}, inside, true, "",
           wanted);
    ip.row("one address", {ip_name({10, 1, 2, 3, 255, 255, 255, 255})}, {}, inside, true, "",
           wanted);
    ip.row("one other address", {ip_name({10, 1, 2, 4, 255, 255, 255, 255})}, {}, inside, false, "",
           wanted);
    const std::string contiguous = "4.2.1.10, RFC 4632 3.1: a mask has no gaps";
    ip.row("a mask with gaps", {ip_name({10, 0, 0, 0, 255, 0, 255, 0})}, {}, ips({10, 1, 0, 3}),
           false, contiguous, "10.1.0.3");
    ip.row("a mask with gaps, for DNS", {ip_name({10, 0, 0, 0, 255, 0, 255, 0})}, {}, {dns(host)},
           false, contiguous);
    const std::string length = "4.2.1.10: 8 or 32 bytes";
    for (const unsigned size : {0u, 4u, 7u, 9u, 16u, 33u}) {
        const Names base = ips(std::vector<unsigned>(size, 0));
        const std::string name = "a base of " + std::to_string(size) + " bytes";
        ip.row(name, base, {}, inside, false, "", wanted);
        ip.row(name + ", excluded, for DNS", {}, base, {dns(host)}, false, length);
    }
    std::vector<unsigned> six(16), six_net(32);
    six[0] = six_net[0] = 0x20;
    six[1] = six_net[1] = 0x01;
    six[15] = 1;
    six_net[16] = six_net[17] = 255;
    ip.row("IPv6, inside", ips(six_net), {}, ips(six), true, "", "2001::1");
    ip.row("IPv6 is permitted, the address is IPv4", ips(six_net), {}, inside, false, "", wanted);
    ip.row("IPv4 is permitted, the address is IPv6", net, {}, ips(six), false, "", "2001::1");
    const std::vector<unsigned> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 1, 2, 3};
    ip.row("IPv4 is permitted, the address is mapped", net, {}, ips(mapped), false, "",
           "::ffff:10.1.2.3");
    Constraints whole(t, 78);
    const Names all4 = ips(std::vector<unsigned>(8)), all6 = ips(std::vector<unsigned>(32));
    whole.row("all of IPv4 is excluded, the address is IPv4", {}, all4, inside, false, "", wanted);
    whole.row("all of IPv4 is excluded, the address is IPv6", {}, all4, ips(six), true, "",
              "2001::1");
    whole.row("all of IPv6 is excluded, the address is IPv6", {}, all6, ips(six), false, "",
              "2001::1");
    Constraints odd(t, 79);
    const Names five = {dns(host), ip_name({10, 1, 2, 3, 4})};
    odd.row("an address of 5 bytes", net, {}, five, false);
    odd.row("an address of 5 bytes, only DNS is constrained", {dns("good.test")}, {}, five, true);
    t.chain(79, "an address of 5 bytes without a constraint", {at(Place::leaf, named(five))});
}

void add_forms(Table& t) {
    const auto subtree = [](const std::string& more) {
        return item(0xA0, sequence({dns("good.test"), more}));
    };
    const auto raw = [](const std::string& value) {
        return extension({2, 5, 29, 30}, value, true);
    };
    const Names leaf = {dns(host)};
    const std::string rfc = "4.2.1.10: minimum is 0, which DER leaves out, maximum is absent";
    const std::string form = "4.2.1.10, A.2: SIZE (1..MAX)";
    t.constrained(86, "neither minimum nor maximum", raw(sequence({subtree("")})), leaf, true);
    t.constrained(86, "minimum 0 is written out",
                  raw(sequence({subtree(item(0x80, std::string(1, '\0')))})), leaf, false, rfc);
    t.constrained(86, "minimum 1", raw(sequence({subtree(item(0x80, "\x01"))})), leaf, false);
    t.constrained(86, "maximum 5", raw(sequence({subtree(item(0x81, "\x05"))})), leaf, false);
    t.constrained(87, "well-formed", raw(sequence({subtree("")})), leaf, true);
    t.constrained(87, "empty", raw(sequence({})), leaf, false, form);
    t.constrained(87, "nothing permitted", raw(sequence({item(0xA0, "")})), leaf, false, form);
    t.constrained(87, "nothing excluded", raw(sequence({subtree(""), item(0xA1, "")})), leaf, false,
                  form);
    t.constrained(87, "a byte behind it", raw(sequence({subtree("")}) + std::string(1, '\0')), leaf,
                  false, "4.2: the value is one item");
    t.constrained(87, "an unknown part", raw(sequence({subtree(""), item(0xA2, "")})), leaf, false);
    t.constrained(87, "excluded before permitted",
                  raw(sequence({item(0xA1, sequence({dns("bad.test")})), subtree("")})), leaf,
                  false);
    t.constrained(87, "no value", raw(""), leaf, false);
    t.chain(87, "in the leaf", {at(Place::leaf, with(name_constraints({dns("bad.test")}, {})))});
    t.chain(87, "in the leaf, malformed", {at(Place::leaf, with(raw(sequence({}))))}, none);
}

void add_cas_below(Table& t) {
    const std::string constraint = name_constraints({dns("good.test")}, {});
    const Edit outside = named({dns("bad.test")}), inside = named({dns("x.good.test")});
    t.chain(88, "a CA with a name outside",
            {at(Place::upper, with(constraint)), at(Place::issuing, outside)},
            tls_name_constraints);
    t.chain(88, "a CA with a name inside",
            {at(Place::upper, with(constraint)), at(Place::issuing, inside)});
    t.chain(88, "a CA with a name outside, below the root",
            {at(Place::root, with(constraint)), at(Place::upper, outside)},
            tls_root_name_constraints);
    // With key identifiers, so that OpenSSL does not take it for self-signed.
    Made renewed = t.ca("issuing", "issuing").but(outside);
    renewed.put(subject_key_id("new")).put(authority_key_id("old")).key = t.key("next");
    Made leaf = t.leaf("issuing").but(with(authority_key_id("new")));
    leaf.signer = renewed.key;
    const Made old = t.ca("issuing", "root").but(with(constraint)).but(with(subject_key_id("old")));
    t.graph(88, "a self-issued CA with a name outside", {leaf, renewed, old}, {t.root()});
    t.graph(88, "a leaf with a name outside below a self-issued CA",
            {leaf.but(outside), renewed, old}, {t.root()}, tls_name_constraints)
        .for_host("bad.test");
    // The leaf is never exempt.
    Made self_issued = t.leaf("issuing").but(with(authority_key_id("old")));
    self_issued.put(subject_key_id("leaf")).parts.subject = self_issued.parts.issuer;
    t.graph(88, "a self-issued leaf with a name inside", {self_issued, old}, {t.root()});
    t.graph(88, "a self-issued leaf with a name outside", {self_issued.but(outside), old},
            {t.root()}, tls_name_constraints)
        .for_host("bad.test");
}

void add_many(Table& t) {
    if (!t.is_first_kind()) return;
    const auto numbered = [](std::size_t count, const std::string& domain) {
        Names names;
        for (std::size_t i = 0; i < count; ++i) {
            names.push_back(dns("n" + std::to_string(i) + domain));
        }
        return names;
    };
    const auto leaf = [&](std::size_t count) {
        Names names = numbered(count - 1, ".good.test");
        names.push_back(dns(host));
        return named(names);
    };
    t.chain(90, "100 names and 1000 subtrees",
            {at(Place::issuing, with(name_constraints({}, numbered(1000, ".x")))),
             at(Place::leaf, leaf(100))});
    t.chain(90, "1000 names and 700 subtrees",
            {at(Place::issuing, with(name_constraints({}, numbered(700, ".x")))),
             at(Place::leaf, leaf(1000))},
            tls_chain_too_complex, "4.2.1.10: linnet compares 250,000 times, OpenSSL 2^20")
        .about_bounds();
    t.chain(90, "1500 names and 1500 subtrees",
            {at(Place::issuing, with(name_constraints({}, numbered(1500, ".x")))),
             at(Place::leaf, leaf(1500))},
            tls_chain_too_complex)
        .about_bounds();
}

}  // namespace

void add_name_constraints(Table& t) {
    add_dns_subtrees(t);
    add_dns_exclusions(t);
    add_combinations(t);
    add_malformed_dns(t);
    add_addresses(t);
    add_forms(t);
    add_cas_below(t);
    add_many(t);
}

namespace {

// A leaf with this subject and the usual name.
Edit called(const std::string& subject) {
    return [subject](Made& made) { made.parts.subject = subject; };
}

Edit issued_by(const std::string& issuer) {
    return [issuer](Made& made) { made.parts.issuer = issuer; };
}

struct DirectoryRow {
    int family;
    Names permitted, excluded;
};

// The constraint in each CA; the CAs below it have names that it allows.
void add_subject(Table& t, const DirectoryRow& row, const std::string& name,
                 const std::string& subject, bool is_allowed) {
    const std::string issuing = name_with({{10, "Good"}, {3, "issuing"}});
    const std::string upper = name_with({{10, "Good"}, {3, "upper"}});
    const Edit constrain = with(name_constraints(row.permitted, row.excluded));
    std::vector<Change> changes = {at(Place::leaf, called(subject))};
    const auto add = [&](Place place, const std::string& where, Cause refused) {
        std::vector<Change> all = changes;
        all.push_back(at(place, constrain));
        t.chain(row.family, name + where, all, is_allowed ? none : refused);
    };
    add(Place::issuing, ", issuing CA", tls_name_constraints);
    changes.push_back(at(Place::issuing, called(issuing)));
    changes.push_back(at(Place::leaf, issued_by(issuing)));
    add(Place::upper, ", upper CA", tls_name_constraints);
    changes.push_back(at(Place::upper, called(upper)));
    changes.push_back(at(Place::issuing, issued_by(upper)));
    add(Place::root, ", root", tls_root_name_constraints);
}

void add_permitted_subjects(Table& t) {
    const DirectoryRow good = {80, {directory_name(name_with({{10, "Good"}}))}, {}};
    const auto row = [&](const std::string& name, const std::string& subject, bool is_allowed) {
        add_subject(t, good, "permitted, " + name, subject, is_allowed);
    };
    row("the subject is inside", name_with({{10, "Good"}, {3, "x"}}), true);
    row("the subject is equal", name_with({{10, "Good"}}), true);
    row("the subject is outside", name_with({{10, "Bad"}, {3, "x"}}), false);
    row("only a part of the subject is inside", name_with({{3, "x"}, {10, "Good"}}), false);
    row("the subject is longer", name_with({{10, "Goods"}, {3, "x"}}), false);
    row("no subject", sequence({}), true);
    row("other case and spaces", name_with({{10, "  gOOD "}, {3, "x"}}), true);
    row("another string type", name_with({{10, "Good"}, {3, "x"}}, 0x13), true);
    add_subject(t, {80, {directory_name(sequence({}))}, {}}, "permitted is every name",
                name_with({{10, "Bad"}}), true);
    const Names outside = {dns(host), directory_name(name_with({{10, "Bad"}}))};
    const Names inside = {dns(host), directory_name(name_with({{10, "Good"}, {3, "y"}}))};
    for (const bool is_inside : {true, false}) {
        const std::string where = is_inside ? "inside" : "outside";
        t.chain(82, "alternative directory name " + where,
                {at(Place::issuing, with(name_constraints(good.permitted, {}))),
                 at(Place::leaf, called(name_with({{10, "Good"}}))),
                 at(Place::leaf, named(is_inside ? inside : outside))},
                is_inside ? none : tls_name_constraints);
    }
}

void add_excluded_subjects(Table& t) {
    const std::string unit = name_with({{10, "Bad"}, {11, "Unit"}});
    const DirectoryRow bad = {81, {}, {directory_name(unit)}};
    const auto row = [&](const std::string& name, const std::string& subject, bool is_allowed) {
        add_subject(t, bad, "excluded, " + name, subject, is_allowed);
    };
    row("the subject is equal", unit, false);
    row("the subject is deeper", name_with({{10, "Bad"}, {11, "Unit"}, {3, "x"}}), false);
    row("the subject is a sibling", name_with({{10, "Bad"}, {11, "Other"}, {3, "x"}}), true);
    row("the subject is above", name_with({{10, "Bad"}}), true);
    row("other case", name_with({{10, "BAD"}, {11, "unit"}}), false);
    const std::string pair = sequence({set_of({attribute(10, "Bad"), attribute(11, "Unit")})});
    const std::string swapped = sequence({set_of({attribute(11, "Unit"), attribute(10, "Bad")})});
    const DirectoryRow both = {81, {}, {directory_name(pair)}};
    add_subject(t, both, "excluded, several attributes in another order", swapped, false);
    add_subject(t, both, "excluded, only one of several attributes", name_with({{10, "Bad"}}),
                true);
    add_subject(t, {81, {}, {directory_name(sequence({}))}}, "excluded is every name",
                name_with({{10, "Bad"}}), false);
}

void add_other_types(Table& t) {
    const std::string closed = "4.2.1.10: a type is processed or refused; linnet refuses it";
    struct Type {
        int family;
        std::string name, base, inside;
        bool openssl_accepts;
    };
    const std::string part_of_edi = item(0xA5, item(0xA1, item(0x0C, "x")));
    const Type types[] = {
        {83, "mail", mail_name("good.test"), mail_name("a@good.test"), true},
        {84, "URI", uri_name("good.test"), uri_name("https://good.test/"), true},
        {85, "otherName", other_name(), other_name(), false},
        {85, "registeredID", registered_id(), registered_id(), false},
        {85, "x400Address", item(0xA3, sequence({})), item(0xA3, sequence({})), false},
        {85, "ediPartyName", part_of_edi, part_of_edi, false},
    };
    for (const Type& type : types) {
        const std::string differs = type.openssl_accepts ? closed : "";
        Constraints rows(t, type.family);
        rows.row(type.name + " is constrained, the leaf has none", {type.base}, {}, {dns(host)},
                 true);
        rows.row(type.name + " is excluded, the leaf has none", {}, {type.base}, {dns(host)}, true);
        rows.row(type.name + " is constrained, the leaf has one", {type.base}, {},
                 {dns(host), type.inside}, false, differs);
        rows.row(type.name + " is excluded, the leaf has one", {}, {type.base},
                 {dns(host), type.inside}, false);
        t.chain(type.family, type.name + " is not constrained, the leaf has one",
                {at(Place::leaf, named({dns(host), type.inside}))});
    }
    const std::string mail = sequence(
        {set_of({sequence({oid({1, 2, 840, 113549, 1, 9, 1}), item(0x16, "a@good.test")})})});
    const Edit constraint = with(name_constraints({mail_name("good.test")}, {}));
    t.chain(83, "emailAddress in the subject of a leaf",
            {at(Place::issuing, constraint), at(Place::leaf, called(mail))}, none, "");
    t.chain(83, "emailAddress in the subject of a CA without alternative names",
            {at(Place::upper, constraint), at(Place::issuing, called(mail)),
             at(Place::leaf, [mail](Made& made) { made.parts.issuer = mail; })},
            tls_name_constraints, closed);
}

}  // namespace

void add_other_name_constraints(Table& t) {
    add_permitted_subjects(t);
    add_excluded_subjects(t);
    add_other_types(t);
}

}  // namespace linnet::test
