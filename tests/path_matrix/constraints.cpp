// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a certificate says about its own use: CA flag, path length, usages, dates, other
// extensions (RFC 5280 4.1.2.5, 4.2), in every place.
#include "path_matrix/rows.hpp"

namespace linnet::test {
namespace {

using enum Cause;
using Arcs = std::vector<unsigned long long>;

const Arcs basic_constraints_id = {2, 5, 29, 19}, key_usage_id = {2, 5, 29, 15};
const Arcs extended_key_usage_id = {2, 5, 29, 37};

Verdicts all(Cause leaf, Cause issuer, Cause root) {
    return {.leaf = leaf, .issuer = issuer, .root = root};
}
Verdicts of_cas(Cause issuer, Cause root) {
    return {.issuer = issuer, .root = root};
}
Verdicts of_leaf(Cause leaf) {
    return {.leaf = leaf};
}
const Verdicts accepted = all(none, none, none);
// What cannot be parsed is as if it were not there.
const Verdicts malformed = {.leaf = tls_certificate_malformed,
                            .issuer = tls_issuer_unknown,
                            .root = tls_issuer_unknown,
                            .pinned = tls_trust_empty};
Verdicts malformed_unlike(const std::string& leaf, const std::string& others) {
    Verdicts verdicts = malformed;
    verdicts.leaf_differs = leaf;
    verdicts.issuer_differs = verdicts.root_differs = others;
    return verdicts;
}

void old_version(Made& made) {
    made.parts.version.clear();
    made.parts.extensions.clear();
}
void version_2(Made& made) {
    made.parts.version = item(0xA0, item(0x02, "\x01"));
    made.parts.extensions.clear();
}

void add_ca_flags(Table& t) {
    const Verdicts not_ca = {
        .issuer = tls_issuer_not_ca, .root = tls_root_not_ca, .pinned = tls_pin_mismatch};
    Verdicts absent = not_ca;
    absent.root_differs = "4.2.1.9: a CA has it; OpenSSL is content with keyCertSign";
    t.everywhere(35, "cA is TRUE", with(basic_constraints(true, {}, false)), of_cas(none, none));
    t.everywhere(35, "cA is FALSE", with(basic_constraints(false)), not_ca);
    t.everywhere(35, "cA is FALSE, path length", with(basic_constraints(false, 1)), not_ca);
    t.everywhere(35, "cA is written out as FALSE",
                 with(extension({2, 5, 29, 19}, sequence({item(0x01, std::string(1, '\0'))}))),
                 not_ca);
    t.everywhere(35, "no basicConstraints", without(basic_constraints_id), absent);
    t.everywhere(36, "version 2", version_2, not_ca);
    t.everywhere(36, "version 1", old_version, {.issuer = tls_issuer_not_ca});
    t.chain(36, "version 1, root", {at(Place::root, old_version)});
    t.chain(36, "version 1, pinned root", {at(Place::root, old_version)}, tls_pin_mismatch,
            "a pinned certificate without the CA flag is a server's")
        .pinned();
}

void add_path_lengths(Table& t) {
    const auto limit = [](std::optional<int> count) {
        return with(basic_constraints(true, count));
    };
    struct Limit {
        Place place;
        int below;  // CAs below that place
        Cause refused;
        bool is_pinned;
    };
    for (const auto& [place, below, refused, is_pinned] :
         {Limit{Place::issuing, 0, none, false}, Limit{Place::upper, 1, tls_issuer_not_ca, false},
          Limit{Place::root, 2, tls_root_path_length, false},
          Limit{Place::root, 2, tls_root_path_length, true}}) {
        for (int count = 0; count <= 3; ++count) {
            const Cause cause = count >= below ? none : refused;
            t.chain(38,
                    "pathLen " + std::to_string(count) + " above " + std::to_string(below) +
                        (is_pinned ? ", pinned" : ""),
                    {at(place, limit(count))}, cause)
                .is_pinned = is_pinned;
        }
    }
    t.chain(39, "upper 1, issuing 0", {at(Place::upper, limit(1)), at(Place::issuing, limit(0))});
    t.chain(39, "upper 1, issuing 5", {at(Place::upper, limit(1)), at(Place::issuing, limit(5))});
    const Made leaf = t.leaf("third"), third = t.ca("third", "issuing"), root = t.root();
    const Made issuing = t.ca("issuing", "upper").but(limit(5)), upper = t.ca("upper", "root");
    t.graph(39, "upper 1, issuing 5, a third CA", {leaf, third, issuing, upper.but(limit(1))},
            {root}, tls_issuer_not_ca);
    t.graph(39, "upper 2, issuing 5, a third CA", {leaf, third, issuing, upper.but(limit(2))},
            {root});
    const Made direct = t.leaf("root");
    t.graph(40, "root 0, the leaf directly below", {direct}, {root.but(limit(0))});
    t.graph(40, "root 0, one CA", {t.leaf(), t.ca("issuing", "root")}, {root.but(limit(0))},
            tls_root_path_length);
    t.graph(40, "a trusted intermediate 0, one CA", {t.leaf(), t.ca("issuing", "upper")},
            {upper.but(limit(0))}, tls_root_path_length);
    // With key identifiers, so that OpenSSL does not take it for self-signed.
    const Made old = t.ca("issuing", "root").but(with(subject_key_id("old")));
    Made renewed = t.ca("issuing", "issuing");
    renewed.put(subject_key_id("new")).put(authority_key_id("old")).key = t.key("next");
    Made below = t.leaf("issuing").but(with(authority_key_id("new")));
    Made third_below = t.ca("third", "issuing").but(with(authority_key_id("new")));
    below.signer = third_below.signer = renewed.key;
    t.graph(41, "pathLen 0, a self-issued CA between", {below, renewed, old.but(limit(0))}, {root});
    t.graph(41, "pathLen 0, a self-issued CA and another between",
            {leaf, third_below, renewed, old.but(limit(0))}, {root}, tls_issuer_not_ca);
}

void add_odd_path_lengths(Table& t) {
    const auto encoded = [](std::string_view integer) {
        return with(
            extension({2, 5, 29, 19}, sequence({item(0x01, "\xFF"), item(0x02, integer)}), true));
    };
    t.everywhere(42, "pathLen in a leaf", with(basic_constraints(false, 3)), of_leaf(none));
    t.everywhere(42, "pathLen of a leaf that is a CA", with(basic_constraints(true, 0)),
                 of_leaf(none));
    t.everywhere(42, "pathLen 2^31", encoded({"\x00\x80\x00\x00\x00", 5}), accepted);
    t.everywhere(42, "pathLen 2^64", encoded({"\x01\x00\x00\x00\x00\x00\x00\x00\x00", 9}),
                 accepted);
    t.everywhere(42, "pathLen -1", encoded("\xFF"), malformed);
    t.everywhere(42, "pathLen of no bytes", encoded(""), malformed);
    t.everywhere(42, "pathLen with a superfluous zero", encoded({"\x00\x05", 2}), malformed);
}

}  // namespace

void add_ca_constraints(Table& t) {
    add_ca_flags(t);
    add_path_lengths(t);
    add_odd_path_lengths(t);
    const Verdicts no_signing = of_cas(tls_issuer_not_ca, tls_root_key_usage);
    t.everywhere(43, "keyUsage with keyCertSign", with(key_usage({5})), of_cas(none, none));
    t.everywhere(43, "keyUsage without keyCertSign", with(key_usage({0, 6})), no_signing);
    t.everywhere(43, "the same, not critical", with(key_usage({0, 6}, false)), no_signing);
    t.everywhere(43, "no keyUsage", without(key_usage_id), accepted);
    const auto usage = [](std::string_view bits) {
        return with(extension({2, 5, 29, 15}, item(0x03, bits), true));
    };
    t.everywhere(45, "keyUsage of two bytes", usage("\x01\xFE\x02"), accepted);
    t.everywhere(45, "keyUsage without content", usage(""), malformed);
    t.everywhere(45, "keyUsage without bits", usage({"\0", 1}), malformed);
    t.everywhere(45, "keyUsage with 8 unused bits", usage("\x08\x84"), malformed);
    t.everywhere(45, "keyUsage with a set unused bit", usage("\x03\x84"),
                 malformed_unlike("X.690 11.2.1: unused bits are zero", ""));
}

void add_usages(Table& t) {
    const std::string any_bit = "4.2.1.3: all suites sign, OpenSSL takes any of three bits";
    t.everywhere(44, "keyUsage digitalSignature", with(key_usage({0})), of_leaf(none));
    t.everywhere(44, "keyUsage digitalSignature and more", with(key_usage({0, 2, 4})),
                 of_leaf(none));
    t.everywhere(44, "keyUsage keyEncipherment", with(key_usage({2})),
                 {.leaf = tls_purpose, .leaf_differs = any_bit});
    t.everywhere(44, "keyUsage keyAgreement", with(key_usage({4})),
                 {.leaf = tls_purpose, .leaf_differs = any_bit});
    t.everywhere(44, "keyUsage keyCertSign", with(key_usage({5})), of_leaf(tls_purpose));
    const Verdicts wrong = all(tls_purpose, tls_issuer_purpose, tls_root_purpose);
    const std::string may = "4.2.1.12: any is any; OpenSSL wants serverAuth";
    for (const bool is_critical : {false, true}) {
        const std::string suffix = is_critical ? ", critical" : "";
        const auto usage = [&](const std::vector<unsigned>& purposes) {
            return with(extended_key_usage(purposes, is_critical));
        };
        t.everywhere(46, "server" + suffix, usage({1}), accepted);
        t.everywhere(46, "server and client" + suffix, usage({1, 2}), accepted);
        t.everywhere(46, "unknown and server" + suffix, usage({99, 1}), accepted);
        t.everywhere(46, "any" + suffix, usage({0}), {none, none, none, may, may, may});
        t.everywhere(46, "e-mail and any" + suffix, usage({4, 0}),
                     {none, none, none, may, may, may});
        t.everywhere(46, "client" + suffix, usage({2}), wrong);
        t.everywhere(46, "e-mail" + suffix, usage({4}), wrong);
        t.everywhere(46, "OCSP signing" + suffix, usage({9}), wrong);
        t.everywhere(46, "unknown" + suffix, usage({99}), wrong);
        t.everywhere(46, "empty" + suffix, usage({}), malformed);
        t.everywhere(46, "server and OCSP signing" + suffix, usage({1, 9}), accepted);
    }
    t.everywhere(46, "none", without(extended_key_usage_id), accepted);
    const std::string sgc = "4.2.1.12: not serverAuth; OpenSSL still takes it for that";
    for (const Arcs& id :
         {Arcs{2, 16, 840, 1, 113730, 4, 1}, Arcs{1, 3, 6, 1, 4, 1, 311, 10, 3, 3}}) {
        Verdicts verdicts = wrong;
        verdicts.leaf_differs = verdicts.issuer_differs = verdicts.root_differs = sgc;
        t.everywhere(51, id[0] == 2 ? "Netscape's SGC" : "Microsoft's SGC",
                     with(extension(extended_key_usage_id, sequence({oid(id)}))), verdicts);
    }
    t.everywhere(
        51, "server and Netscape's SGC",
        with(extension(extended_key_usage_id, sequence({oid({1, 3, 6, 1, 5, 5, 7, 3, 1}),
                                                        oid({2, 16, 840, 1, 113730, 4, 1})}))),
        accepted);
}

namespace {

Edit begins(const std::string& time) {
    return [time](Made& made) { made.parts.not_before = time; };
}
Edit ends(const std::string& time) {
    return [time](Made& made) { made.parts.not_after = time; };
}
std::string utc(std::string_view text) {
    return item(0x17, text);
}
std::string general(std::string_view text) {
    return item(0x18, text);
}

void add_time_forms(Table& t) {
    t.everywhere(55, "UTCTime until 2049", ends(utc("491231235959Z")), accepted);
    t.everywhere(55, "UTCTime until 1950", ends(utc("500101000000Z")),
                 all(tls_certificate_expired, tls_certificate_expired, tls_root_expired));
    t.everywhere(55, "UTCTime from 1950", begins(utc("500101000000Z")), accepted);
    t.everywhere(55, "GeneralizedTime before 2050", ends(general("20300101000000Z")), accepted);
    t.everywhere(55, "GeneralizedTime in 2050", ends(general("20500101000000Z")), accepted);
    t.everywhere(55, "the year 9999", ends(general("99991231235959Z")), accepted);
    t.everywhere(55, "29 February 2028", ends(utc("280229000000Z")), accepted);
    const std::pair<std::string_view, std::string> wrong[] = {
        {"fraction of a second", general("20300101000000.5Z")},
        {"UTCTime without seconds", utc("3001010000Z")},
        {"GeneralizedTime without seconds", general("203001010000Z")},
        {"offset", utc("300101000000+0000")},
        {"GeneralizedTime with offset", general("20300101000000+0000")},
        {"no zone", utc("300101000000")},
        {"month 13", utc("301301000000Z")},
        {"month 0", utc("300001000000Z")},
        {"30 February", utc("300230000000Z")},
        {"29 February 2030", utc("300229000000Z")},
        {"day 0", utc("300100000000Z")},
        {"24 hours", utc("300101240000Z")},
        {"minute 60", utc("300101006000Z")},
        {"no digits", utc("3001010000xxZ")},
        {"a sign", utc("30010100+100Z")},
        {"no time at all", utc("")},
        {"a NULL", null()},
    };
    for (const auto& [name, time] : wrong) {
        t.everywhere(56, "end: " + std::string(name), ends(time), malformed);
    }
    t.everywhere(56, "end: correct", ends(utc("300101000000Z")), accepted);
    t.everywhere(56, "begin: month 13", begins(utc("191301000000Z")), malformed);
}

}  // namespace

void add_dates(Table& t) {
    const std::string inclusive = "4.1.2.5: notAfter is inclusive; OpenSSL excludes it";
    const Verdicts expired =
        all(tls_certificate_expired, tls_certificate_expired, tls_root_expired);
    const Verdicts early =
        all(tls_certificate_not_yet_valid, tls_certificate_not_yet_valid, tls_root_not_yet_valid);
    t.everywhere(52, "ended a second ago", ends(utc("261122235959Z")), expired);
    t.everywhere(52, "ends now", ends(utc("261123000000Z")),
                 {none, none, none, inclusive, inclusive, inclusive});
    t.everywhere(52, "ends in a second", ends(utc("261123000001Z")), accepted);
    t.everywhere(52, "began a second ago", begins(utc("261122235959Z")), accepted);
    t.everywhere(52, "begins now", begins(utc("261123000000Z")), accepted);
    t.everywhere(52, "begins in a second", begins(utc("261123000001Z")), early);
    t.everywhere(
        54, "ended before it began, both in the past",
        [](Made& made) {
            begins(utc("260601000000Z"))(made);
            ends(utc("260101000000Z"))(made);
        },
        expired);
    t.everywhere(
        54, "began before it ends",
        [](Made& made) {
            begins(utc("260101000000Z"))(made);
            ends(utc("270101000000Z"))(made);
        },
        accepted);
    add_time_forms(t);
}

namespace {

std::string policy(unsigned number) {
    return sequence({oid({1, 2, 3, number})});
}
const std::string any_policy = sequence({oid({2, 5, 29, 32, 0})});

Edit requires_policy(std::string_view count) {
    return with(extension({2, 5, 29, 36}, sequence({item(0x80, count)}), true));
}

void add_explicit_policies(Table& t) {
    const std::string unasked = "6.1.5 g: OpenSSL checks policies only if it is asked to";
    const Edit first = with(policies({policy(1)})), second = with(policies({policy(2)}));
    const Edit any = with(policies({any_policy})), zero = requires_policy({"\0", 1});
    for (const Place place : {Place::leaf, Place::issuing, Place::upper, Place::root}) {
        const std::string where[] = {"leaf", "issuing CA", "upper CA", "root"};
        const std::string name = "required by the " + where[static_cast<std::size_t>(place)];
        const auto with_policies = [&](const Edit& leaf, const Edit& issuing, const Edit& upper) {
            return std::vector<Change>{at(Place::leaf, leaf), at(Place::issuing, issuing),
                                       at(Place::upper, upper), at(place, zero)};
        };
        const Edit nothing = [](Made&) {};
        t.chain(62, name + ", no policies", {at(place, zero)}, tls_policy, unasked);
        t.chain(62, name + ", one everywhere", with_policies(first, first, first));
        t.chain(62, name + ", any everywhere", with_policies(any, any, any));
        t.chain(62, name + ", any above", with_policies(first, any, any));
        t.chain(62, name + ", absent in the leaf", with_policies(nothing, first, first), tls_policy,
                unasked);
        t.chain(62, name + ", absent in the issuing CA", with_policies(first, nothing, first),
                tls_policy, unasked);
        t.chain(62, name + ", absent in the upper CA", with_policies(first, first, nothing),
                tls_policy, unasked);
        t.chain(62, name + ", another in the leaf", with_policies(second, first, first), tls_policy,
                unasked);
        t.chain(62, name + ", one of two in common",
                with_policies(with(policies({policy(3), policy(1)})),
                              with(policies({policy(1), policy(2)})), first));
    }
}

// 6.1.4 h, i, 6.1.5 a: counted down at each certificate that is not self-issued, and at the leaf.
void add_policy_counts(Table& t) {
    const std::string unasked = "6.1.5 g: OpenSSL checks policies only if it is asked to";
    const auto counted = [](int count) {
        return requires_policy(std::string(1, static_cast<char>(count)));
    };
    for (const auto& [count, cause] : {std::pair{1, tls_policy}, std::pair{2, tls_policy},
                                       std::pair{3, none}, std::pair{9, none}}) {
        t.chain(62, "required " + std::to_string(count) + " below the upper CA, no policies",
                {at(Place::upper, counted(count))}, cause, cause == none ? "" : unasked);
    }
    Made renewed = t.ca("issuing", "issuing");
    renewed.put(subject_key_id("new")).put(authority_key_id("old")).key = t.key("next");
    Made leaf = t.leaf("issuing").but(with(authority_key_id("new")));
    leaf.signer = renewed.key;
    const Made old = t.ca("issuing", "root").but(with(subject_key_id("old")));
    for (const auto& [count, cause] : {std::pair{1, tls_policy}, std::pair{2, none}}) {
        t.graph(62, "required " + std::to_string(count) + " below, a self-issued CA between",
                {leaf, renewed, old.but(counted(count))}, {t.root()}, cause,
                cause == none ? "" : unasked);
    }
    t.chain(62, "the leaf requires one below it", {at(Place::leaf, counted(1))});
}

void add_policies(Table& t) {
    const std::string qualifier = sequence({oid({1, 2, 3, 4}), item(0x0C, "x")});
    const std::string qualified = sequence({oid({1, 2, 3, 1}), sequence({qualifier})});
    t.everywhere(59, "critical policies with an unknown qualifier",
                 with(policies({qualified}, true)), accepted);
    const Edit mapping = with(extension(
        {2, 5, 29, 33}, sequence({sequence({oid({1, 2, 3, 1}), oid({1, 2, 3, 2})})}), true));
    t.everywhere(59, "critical policyMappings", mapping, of_cas(none, none));
    t.everywhere(59, "critical policyConstraints",
                 with(extension({2, 5, 29, 36}, sequence({item(0x81, "\x05")}), true)),
                 of_cas(none, none));
    t.everywhere(59, "critical inhibitAnyPolicy",
                 with(extension({2, 5, 29, 54}, item(0x02, "\x05"), true)), of_cas(none, none));
    add_explicit_policies(t);
    add_policy_counts(t);

    // CVE-2023-0464: each level maps each of its policies to all of the next.
    std::vector<std::string> mappings, information;
    for (unsigned from = 1; from <= 30; ++from) {
        information.push_back(policy(from));
        for (unsigned to = 1; to <= 30; ++to) {
            mappings.push_back(sequence({oid({1, 2, 3, from}), oid({1, 2, 3, to})}));
        }
    }
    const Edit explode = [&](Made& made) {
        made.put(policies(information));
        made.put(extension({2, 5, 29, 33}, sequence(mappings)));
    };
    const std::vector<Change> growing = {at(Place::issuing, explode), at(Place::upper, explode),
                                         at(Place::leaf, with(policies({policy(7)})))};
    t.chain(63, "mappings that explode", growing);
    std::vector<Change> required = growing;
    required.push_back(at(Place::upper, requires_policy({"\0", 1})));
    t.chain(63, "mappings that explode where a policy is required", required, tls_policy,
            "6.1.4 b: linnet processes no mappings");
}

}  // namespace

void add_extensions(Table& t) {
    const std::string unknown = extension({1, 2, 3}, "anything", true);
    const Verdicts refused =
        all(tls_critical_extension, tls_critical_extension, tls_root_critical_extension);
    t.everywhere(58, "unknown critical extension", with(unknown), refused);
    t.everywhere(58, "unknown extension", with(extension({1, 2, 3}, "anything")), accepted);
    t.everywhere(
        58, "several unknown extensions",
        [](Made& made) {
            made.add(extension({1, 2, 3}, "")).add(extension({1, 2, 4}, ""));
        },
        accepted);
    const Made stray = t.ca("stray", "root").but(with(unknown));
    t.graph(58, "unknown critical extension of a stray", {t.leaf(), stray, t.ca("issuing", "root")},
            {t.root()});
    t.everywhere(59, "critical basicConstraints", with(basic_constraints(true)),
                 of_cas(none, none));
    t.everywhere(59, "critical subjectAltName", with(subject_alt_names({dns("a.good.test")}, true)),
                 accepted);
    t.everywhere(59, "critical nameConstraints", with(name_constraints({dns("good.test")}, {})),
                 of_cas(none, none));
    add_policies(t);

    const std::string location = sequence({item(0xA0, item(0xA0, uri_name("http://x.test/")))});
    const std::string access =
        sequence({sequence({oid({1, 3, 6, 1, 5, 5, 7, 48, 1}), uri_name("http://x.test/")})});
    for (const bool is_critical : {false, true}) {
        const Verdicts& verdicts = is_critical ? refused : accepted;
        const std::string suffix = is_critical ? ", critical" : "";
        t.everywhere(60, "authorityInfoAccess" + suffix,
                     with(extension({1, 3, 6, 1, 5, 5, 7, 1, 1}, access, is_critical)), verdicts);
        t.everywhere(60, "subjectKeyIdentifier" + suffix, with(subject_key_id("x", is_critical)),
                     verdicts);
        t.everywhere(60, "authorityKeyIdentifier" + suffix,
                     with(authority_key_id("x", is_critical)), verdicts);
        const std::string ignored =
            is_critical ? "4.2: linnet does not process it; OpenSSL neither, without CRLs" : "";
        t.everywhere(60, "cRLDistributionPoints" + suffix,
                     with(extension({2, 5, 29, 31}, sequence({location}), is_critical)),
                     {verdicts.leaf, verdicts.issuer, verdicts.root, ignored, ignored, ignored});
    }
    const auto twice = [](const std::string& extension) -> Edit {
        return [extension](Made& made) { made.put(extension).add(extension); };
    };
    t.everywhere(61, "two subjectAltNames", twice(subject_alt_names({dns("a.good.test")})),
                 malformed);
    t.everywhere(61, "two extendedKeyUsages", twice(extended_key_usage({1})), malformed);
    Verdicts malformed_ca = malformed;
    malformed_ca.leaf.reset();
    t.everywhere(61, "two basicConstraints", twice(basic_constraints(true)), malformed_ca);
    t.everywhere(
        61, "each extension once", [](Made&) {}, accepted);
    const std::string once = "4.2: an extension appears once";
    t.everywhere(61, "two equal unknown extensions", twice(extension({1, 2, 3}, "x")),
                 malformed_unlike(once, once));
}

}  // namespace linnet::test
