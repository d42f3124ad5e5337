// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Graphs: which certificates lead from the leaf to a root, and in how many ways (RFC 4158).
#include "path_matrix/rows.hpp"

namespace linnet::test {
namespace {

using enum Cause;

const std::string only_one_path = "RFC 4158 2.3: OpenSSL tries only one path";

void expire(Made& made) {
    made.parts.not_after = item(0x17, "251231235959Z");
}
void start_later(Made& made) {
    made.parts.not_before = item(0x17, "270101000000Z");
}
void break_signature(Made& made) {
    made.form.change_signature = [](std::string signature) {
        signature.back() = static_cast<char>(signature.back() ^ 1);
        return signature;
    };
}
Edit keyed(const KeyName& key) {
    return [key](Made& made) { made.key = key; };
}
Edit signed_by(const KeyName& key) {
    return [key](Made& made) { made.signer = key; };
}

void add_simple_chains(Table& t) {
    const Made leaf = t.leaf("issuing"), issuing = t.ca("issuing", "root"), root = t.root();
    const Made stray = t.ca("stray", "other"), other = t.root("other");
    t.graph(1, "the leaf and its issuer", {leaf, issuing}, {root});
    t.graph(2, "the root is shown as well", {leaf, issuing, root}, {root});
    t.graph(3, "the issuer behind strays", {leaf, stray, other, issuing}, {root});
    t.graph(4, "in reverse order behind the leaf", {leaf, root, issuing}, {root});
    t.graph(4, "the issuer first", {issuing, leaf}, {root}, tls_purpose);
    t.graph(5, "a root of the same program, but not the right one", {leaf, issuing}, {other},
            tls_issuer_unknown)
        .with_checks(0, 0);
    t.graph(5, "the issuer is missing", {leaf}, {root}, tls_issuer_unknown).with_checks(0, 0);
    t.graph(5, "the issuer is not missing", {leaf, issuing}, {root, other});
    t.graph(6, "the issuer is shown twice", {leaf, issuing, issuing}, {root});
    t.graph(6, "the leaf is shown twice", {leaf, leaf, issuing}, {root});
    t.graph(6, "the root is trusted twice", {leaf, issuing}, {root, root});
}

void add_long_chains(Table& t) {
    for (const int count : {1, 5, 6, 7}) {
        std::vector<Made> shown;
        std::string issuer = "root";
        for (int i = 0; i < count; ++i) {
            const std::string subject = "ca" + std::to_string(i);
            shown.insert(shown.begin(), t.ca(subject, issuer));
            issuer = subject;
        }
        shown.insert(shown.begin(), t.leaf(issuer));
        const bool is_short = count <= 6;
        t.graph(7, std::to_string(count) + " CAs between leaf and root", shown, {t.root()},
                is_short ? none : tls_path_too_long,
                is_short ? "" : "RFC 5280 6.1 has no limit; linnet's is six CAs");
    }
}

void add_cross_certificates(Table& t) {
    const Made leaf = t.leaf("issuing"), root = t.root(), other = t.root("other");
    const Made good = t.ca("issuing", "root"), crossed = t.ca("issuing", "other");
    t.graph(8, "cross-signed by an unknown root, which is first", {leaf, crossed, good}, {root},
            none, only_one_path);
    t.graph(8, "cross-signed by an unknown root, which is shown", {leaf, crossed, other, good},
            {root}, none, only_one_path);
    t.graph(8, "cross-signed by an unknown root only", {leaf, crossed, other}, {root},
            tls_issuer_unknown)
        .with_checks(0, 0);
    t.graph(8, "cross-signed, both roots are trusted", {leaf, crossed, good}, {root, other});
    t.graph(9, "an expired cross-certificate first", {leaf, crossed.but(expire), good},
            {root, other});
    t.graph(9, "only the expired cross-certificate", {leaf, crossed.but(expire)}, {root, other},
            tls_certificate_expired);
    const Made addtrust = other.but(expire), root_by_other = t.ca("root", "other");
    t.graph(10, "the root is also cross-signed by an expired one",
            {leaf, good, root_by_other, addtrust}, {root, addtrust});
    t.graph(10, "the same, and the expired one is not trusted",
            {leaf, good, root_by_other, addtrust}, {root});
    t.graph(10, "only the expired root is trusted", {leaf, good, root_by_other, addtrust},
            {addtrust}, tls_root_expired);
}

// Without key identifiers, OpenSSL takes a self-issued certificate for a self-signed one.
void add_new_keys(Table& t) {
    const KeyName next = t.key("next");
    for (const bool has_ids : {true, false}) {
        const auto identified = [&](Made made, std::string_view own, std::string_view issuer) {
            if (has_ids) made.put(subject_key_id(own)).put(authority_key_id(issuer));
            return made;
        };
        const std::string differs = has_ids ? "" : only_one_path;
        const std::string suffix = has_ids ? ", with key identifiers" : "";
        const Made old_root = identified(t.root(), "old", "old");
        const Made new_root =
            identified(t.root().but(keyed(next)).but(signed_by(next)), "new", "new");
        const Made new_with_old = identified(t.root().but(keyed(next)), "new", "old");
        const Made old_with_new = identified(t.root().but(signed_by(next)), "old", "new");
        const Made of_new = identified(t.leaf("root").but(signed_by(next)), "leaf", "new");
        const Made of_old = identified(t.leaf("root"), "leaf", "old");
        const Made stranger = t.root().but(keyed(t.key("other"))).but(signed_by(t.key("other")));
        t.graph(11, "new with old, the old root is trusted" + suffix, {of_new, new_with_old},
                {old_root}, none, differs);
        t.graph(11, "new with old, both are shown" + suffix, {of_new, old_root, new_with_old},
                {old_root}, none, differs);
        t.graph(11, "new with old is missing" + suffix, {of_new}, {old_root}, tls_issuer_unknown);
        t.graph(11, "new with old, another root of the name is trusted" + suffix,
                {of_new, new_with_old}, {stranger}, tls_issuer_unknown);
        t.graph(12, "old with new, the new root is trusted" + suffix, {of_old, old_with_new},
                {new_root}, none, differs);
        t.graph(12, "old with new, both ways are shown" + suffix,
                {of_old, new_with_old, old_with_new}, {new_root}, none, differs);
        t.graph(12, "old with new is missing" + suffix, {of_old}, {new_root}, tls_issuer_unknown);
    }
}

void add_equal_roots(Table& t) {
    const KeyName other = t.key("other");
    const Made twin = t.root().but(keyed(other)).but(signed_by(other));
    const Made root = t.root().but(with(subject_key_id("right")));
    const Made wrong = twin.but(with(subject_key_id("wrong")));
    const Made issuing = t.ca("issuing", "root"), leaf = t.leaf();
    t.graph(13, "two roots of one name, the right key identifier",
            {leaf, issuing.but(with(authority_key_id("right")))}, {wrong, root})
        .with_checks(0, 2);
    t.graph(13, "two roots of one name, the wrong key identifier",
            {leaf, issuing.but(with(authority_key_id("wrong")))}, {wrong, root}, none,
            "4.2.1.1: the key identifier only helps to choose");
    t.graph(13, "two roots of one name, no key identifier", {leaf, issuing}, {wrong, root}, none,
            only_one_path);
    t.graph(13, "an unknown key identifier", {leaf, issuing.but(with(authority_key_id("unknown")))},
            {root}, none, "4.2.1.1: the key identifier only helps to choose");
    t.graph(13, "two roots of one name, neither right",
            {leaf, issuing.but(signed_by(t.key("nobody")))}, {wrong, root}, tls_issuer_unknown);
    if (!t.is_first_kind()) return;
    std::vector<Made> nine;
    for (int i = 0; i < 8; ++i) {
        const std::string name = "twin" + std::to_string(i);
        const Made made = t.root().but(keyed(t.key(name))).but(signed_by(t.key(name)));
        nine.push_back(made.but(with(subject_key_id(name))));
    }
    nine.push_back(root);
    t.graph(14, "nine roots of one name, the right one last, found by its key identifier",
            {leaf, issuing.but(with(authority_key_id("right")))}, nine)
        .with_checks(0, 2);
    t.graph(14, "nine roots of one name, the right one last, without a key identifier",
            {leaf, issuing}, nine, tls_issuer_unknown)
        .about_bounds();
    nine.erase(nine.begin());
    t.graph(14, "eight roots of one name, the right one last, without a key identifier",
            {leaf, issuing}, nine, none, only_one_path);
}

void add_loops(Table& t) {
    const Made leaf = t.leaf("issuing"), first = t.ca("issuing", "second");
    const Made second = t.ca("second", "issuing"), root = t.root();
    t.graph(15, "two CAs sign each other", {leaf, first, second}, {root}, tls_issuer_unknown)
        .with_checks(0, 0);
    t.graph(15, "two CAs sign each other, one is the root", {leaf, first, second},
            {t.root("second")});
    t.graph(16, "a loop with an exit", {leaf, first, second, t.ca("second", "root")}, {root}, none,
            only_one_path);
    t.graph(16, "a loop with an exit at its other end",
            {leaf, first, second, t.ca("issuing", "root")}, {root}, none);
    t.graph(16, "a loop with an exit to an unknown root",
            {leaf, first, second, t.ca("second", "other")}, {root}, tls_issuer_unknown);
    const Made valid = t.ca("issuing", "root");
    t.graph(17, "three certificates of one key, one in date",
            {leaf, valid.but(expire), valid.but(start_later), valid}, {root});
    t.graph(17, "three certificates of one key, none in date",
            {leaf, valid.but(expire), valid.but(start_later)}, {root},
            tls_certificate_not_yet_valid);
}

// Wrong signatures cost as much as 8 of RSA-2048 or P-256, 2 of P-384 or 1 of P-521.
void add_expensive_roots(Table& t) {
    for (const auto& [bits, wrong_max] : {std::pair{256u, 8u}, {384u, 2u}, {521u, 1u}}) {
        const std::string kind = "P-" + std::to_string(bits);
        std::vector<Made> roots;
        for (int i = 0; i < 8; ++i) {
            KeyName key = t.key("root" + std::to_string(i));
            key.bits = bits;
            roots.push_back(t.root().but(keyed(key)).but(signed_by(key)));
        }
        const Made leaf = t.leaf("root").but(signed_by(t.key("nobody")));
        t.graph(18, "8 roots of one name with " + kind + ", none has signed", {leaf}, roots,
                tls_issuer_unknown)
            .with_checks(wrong_max, wrong_max)
            .about_bounds();
    }
}

// 16 wrong signatures are possible.
void add_cheap_roots(Table& t) {
    std::vector<Made> roots;
    for (const char letter : std::string_view("abcdefgh")) {
        const KeyName key = t.key(std::string(1, letter));
        roots.push_back(t.root().but(keyed(key)).but(signed_by(key)));
    }
    const Made issuing = t.ca("issuing", "root").but(signed_by(t.key("nobody")));
    t.graph(18, "8 roots of one name and two CAs, none is signed",
            {t.leaf(), issuing, issuing.but(keyed(t.key("next")))}, roots, tls_issuer_unknown)
        .about_bounds();
}

void add_hostile_graphs(Table& t) {
    add_cheap_roots(t);
    if (!t.is_first_kind()) return;
    add_expensive_roots(t);
    std::vector<Made> shown = {t.leaf("hub")}, roots;
    for (int i = 0; i < 15; ++i) {
        const KeyName key = t.key("hub" + std::to_string(i));
        shown.push_back(t.ca("hub", "hub").but(keyed(key)).but(signed_by(t.key("nobody"))));
    }
    for (int i = 0; i < 8; ++i) {
        const KeyName key = t.key("anchor" + std::to_string(i));
        roots.push_back(t.ca("hub", "hub").but(keyed(key)).but(signed_by(key)));
    }
    t.graph(18, "15 CAs of one name, no signature is right", shown, roots, tls_issuer_unknown)
        .about_bounds();
    t.graph(18, "15 CAs of one name, no root of that name", shown, {t.root()}, tls_path_too_long)
        .with_checks(0, 0)
        .about_bounds();
    for (Made& root : roots) root.put(name_constraints({dns("nowhere.test")}, {}));
    t.graph(18, "15 CAs of one name, no root allows the host", shown, roots,
            tls_root_name_constraints)
        .with_checks(0, 0)
        .about_bounds();
    shown.resize(4);
    shown.push_back(t.ca("hub", "root"));
    t.graph(18, "four CAs of one name, one is right", shown, {t.root()}, none, only_one_path);
}

// Every fault beside a certificate without it, at each level; then the fault alone.
void add_faulty_twins(Table& t) {
    struct Fault {
        std::string_view name;
        Edit edit;
        Cause alone;
    };
    const Fault faults[] = {
        {"expired", expire, tls_certificate_expired},
        {"not yet valid", start_later, tls_certificate_not_yet_valid},
        {"not a CA", with(basic_constraints(false)), tls_issuer_not_ca},
        {"no keyCertSign", with(key_usage({0})), tls_issuer_not_ca},
        {"for e-mail", with(extended_key_usage({4})), tls_issuer_purpose},
        {"with unknown critical extension", with(extension({1, 2, 3}, null(), true)),
         tls_critical_extension},
        {"for another name", with(name_constraints({dns("bad.test")}, {})), tls_name_constraints},
        {"with a wrong signature", break_signature, tls_signature_wrong},
    };
    for (const Fault& fault : faults) {
        const std::string name(fault.name);
        const Made leaf = t.leaf(), issuing = t.ca("issuing", "upper");
        const Made upper = t.ca("upper", "root"), root = t.root();
        // Newer, so that it is tried first.
        const auto newer = [&](Made made) {
            if (fault.alone != tls_certificate_not_yet_valid) {
                made.parts.not_before = item(0x17, "210101000000Z");
            }
            return made.but(fault.edit);
        };
        // OpenSSL prefers a certificate that is in date.
        const bool is_date = &fault < faults + 2;
        const std::string differs = is_date ? "" : only_one_path;
        t.graph(89, name + " issuing CA and a good one", {leaf, newer(issuing), issuing, upper},
                {root}, none, differs);
        t.graph(89, name + " issuing CA alone", {leaf, newer(issuing), upper}, {root}, fault.alone);
        t.graph(89, name + " upper CA and a good one", {leaf, issuing, newer(upper), upper}, {root},
                none, differs);
        // It may be another root of that name that has signed it.
        const bool is_signature = fault.alone == tls_signature_wrong;
        t.graph(89, name + " upper CA alone", {leaf, issuing, newer(upper)}, {root},
                is_signature ? tls_issuer_unknown : fault.alone);
        t.graph(89, name + " twin by another trusted root",
                {leaf, issuing, newer(t.ca("upper", "other")), upper}, {root, t.root("other")},
                none, differs);
        t.graph(89, name + " root and a good one shown as cross-signed",
                {leaf, issuing, upper, t.ca("root", "other")},
                {root.but(fault.edit), t.root("other")}, none, is_signature ? "" : only_one_path);
    }
}

void add_pins_and_sizes(Table& t) {
    const Made leaf = t.leaf("issuing"), first = t.ca("issuing", "root");
    const Made second = t.ca("issuing", "other"), stray = t.ca("stray", "other");
    const std::vector<Made> both = {t.root(), t.root("other")};
    const std::string own = "RFC 7469 2.6: OpenSSL knows nothing of key pins";
    for (const std::string_view pin : {"leaf", "issuing", "root", "other"}) {
        t.graph(103, "two valid paths, pinned is " + std::string(pin), {leaf, first, second}, both)
            .pinning({public_key_of(t.key(pin))});
    }
    t.graph(103, "two valid paths, pinned is neither", {leaf, first, second, stray}, both,
            tls_pin_mismatch, own)
        .pinning({public_key_of(t.key("stray"))});

    std::vector<Made> many = {leaf, first};
    while (many.size() < 16) many.push_back(stray);
    t.graph(104, "16 certificates", many, both);
    many.push_back(stray);
    t.graph(104, "17 certificates", many, both, tls_chain_too_large,
            "RFC 8446 4.4.2 has no limit; linnet's is 16")
        .about_bounds();
    // The size of an ECDSA signature varies by a few bytes, so that the content is searched.
    const auto padded = [&](std::size_t padding, char content) {
        return stray.but(with(extension({1, 2, 3}, std::string(padding, content))));
    };
    const std::size_t overhead = padded(60'000, 'a').der().size() - 60'000;
    const auto filled = [&](std::size_t size) {
        const std::size_t rest = size - leaf.der().size() - first.der().size();
        char content = 'a';
        while (content < 'z' && padded(rest - overhead, content).der().size() != rest) ++content;
        return std::vector<Made>{leaf, first, padded(rest - overhead, content)};
    };
    const std::size_t limit = std::size_t{64} * 1024;
    t.graph(104, "64 KiB", filled(limit), both);
    t.graph(104, "64 KiB and one byte", filled(limit + 1), both, tls_chain_too_large,
            "RFC 8446 4.4.2 has no limit; linnet's is 64 KiB")
        .about_bounds();
}

void add_two_faults(Table& t) {
    const Made leaf = t.leaf("issuing"), root = t.root();
    const Made good = t.ca("issuing", "root"), crossed = t.ca("issuing", "other");
    t.graph(105, "an expired CA, and its twin by an unknown root",
            {leaf, good.but(expire), crossed}, {root}, tls_certificate_expired);
    t.graph(105, "the same in date", {leaf, good, crossed}, {root});
    t.graph(105, "unknown issuer and another host", {leaf, crossed}, {root}, tls_issuer_unknown)
        .for_host("b.good.test");
    t.graph(105, "another host", {leaf, good}, {root}, tls_host_mismatch).for_host("b.good.test");
    t.graph(105, "unknown issuer and expired leaf", {leaf.but(expire), crossed}, {root},
            tls_issuer_unknown);
}

}  // namespace

void add_graphs(Table& t) {
    add_simple_chains(t);
    add_long_chains(t);
    add_cross_certificates(t);
    add_new_keys(t);
    add_equal_roots(t);
    add_loops(t);
    add_hostile_graphs(t);
    add_faulty_twins(t);
    add_pins_and_sizes(t);
    add_two_faults(t);
}

void add_trust(Table& t) {
    const Made leaf = t.leaf("root"), chained = t.leaf("issuing"), root = t.root();
    const Made issuing = t.ca("issuing", "root");
    Made self_made = t.leaf("leaf");
    self_made.parts.issuer = self_made.parts.subject;
    const Edit unknown = with(extension({1, 2, 3}, null(), true));
    t.graph(20, "the leaf is in the bundle", {leaf}, {leaf});
    t.graph(20, "the leaf is pinned", {leaf}, {leaf}).pinned();
    t.graph(20, "the leaf is pinned, and its issuer is shown", {chained, issuing}, {chained})
        .pinned();
    t.graph(20, "a self-made leaf is pinned", {self_made}, {self_made}).pinned();
    t.graph(20, "a self-made leaf is in the bundle", {self_made}, {self_made});
    t.graph(20, "a self-made leaf is not trusted", {self_made}, {root}, tls_issuer_unknown);
    t.graph(20, "the pinned leaf has expired", {leaf.but(expire)}, {leaf.but(expire)},
            tls_certificate_expired)
        .pinned();
    t.graph(20, "the pinned leaf is for another host", {leaf}, {leaf}, tls_host_mismatch)
        .pinned()
        .for_host("b.good.test");
    t.graph(20, "another leaf is pinned", {leaf}, {self_made}, tls_pin_mismatch).pinned();
    t.graph(20, "the pinned leaf has an unknown critical extension", {leaf.but(unknown)},
            {leaf.but(unknown)}, tls_critical_extension)
        .pinned();
    for (const bool is_pinned : {false, true}) {
        const std::string how = is_pinned ? ", pinned" : "";
        t.graph(21, "an intermediate CA is trusted" + how, {chained, issuing}, {issuing})
            .is_pinned = is_pinned;
        t.graph(21, "an intermediate CA is trusted and not shown" + how, {chained}, {issuing})
            .is_pinned = is_pinned;
        t.graph(22, "the trusted CA has expired" + how, {leaf}, {root.but(expire)},
                tls_root_expired)
            .is_pinned = is_pinned;
        t.graph(22, "the trusted CA is valid" + how, {leaf}, {root}).is_pinned = is_pinned;
        t.graph(23, "a trusted certificate that is no CA as issuer" + how, {leaf},
                {root.but(with(basic_constraints(false)))},
                is_pinned ? tls_pin_mismatch : tls_root_not_ca)
            .is_pinned = is_pinned;
        t.graph(23, "a trusted certificate that is a CA" + how, {leaf}, {root}).is_pinned =
            is_pinned;
    }
    t.graph(57, "no time of day", {leaf}, {root}, tls_no_time).at(0);
    t.graph(57, "a time of day", {leaf}, {root});
    const Made stray = t.ca("stray", "root");
    for (const std::string_view pin : {"leaf", "issuing", "root"}) {
        t.graph(102, "the key of a certificate on the path is pinned: " + std::string(pin),
                {chained, issuing, stray}, {root})
            .pinning({public_key_of(t.key(pin))});
    }
    t.graph(102, "the key of a stray is pinned", {chained, issuing, stray}, {root},
            tls_pin_mismatch, "RFC 7469 2.6: OpenSSL knows nothing of key pins")
        .pinning({public_key_of(t.key("stray"))});
    t.graph(102, "several keys are pinned, one fits", {chained, issuing, stray}, {root})
        .pinning({public_key_of(t.key("stray")), public_key_of(t.key("issuing"))});
}

}  // namespace linnet::test
