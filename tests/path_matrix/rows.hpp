// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The rows of the matrix: what a server shows, what is trusted, and the result. The numbers of the
// families are only to find the accepted twin of each refused row.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linnet/cause.hpp"
#include "testkit/certificate_maker.hpp"

namespace linnet::test {

inline constexpr std::int64_t matrix_now_s = 1'795'392'000;  // 2026-11-23 00:00:00 UTC

struct Row {
    int family = 0;
    std::string name;
    std::vector<Made> shown;  ///< the leaf first
    std::vector<Made> trusted;
    Cause cause = Cause::none;
    /// Why OpenSSL's own verifier decides otherwise; empty: it does not.
    std::string differs;

    std::string host = "a.good.test";
    std::int64_t unix_s = matrix_now_s;
    bool is_pinned = false;             ///< by set_trusted_ssl_certificate, not as CA bundle
    std::vector<std::string> key_pins;  ///< SubjectPublicKeyInfos
    std::optional<Cause> with_openssl;  ///< with the engine of OpenSSL, if not `cause`
    bool is_about_bounds = false;       ///< too much is shown: with less it may be accepted
    std::size_t wrong_max = 8, checks_max = 16;  ///< signatures that may be checked

    Row& for_host(std::string value) {
        host = std::move(value);
        return *this;
    }
    Row& at(std::int64_t value) {
        unix_s = value;
        return *this;
    }
    Row& pinned() {
        is_pinned = true;
        return *this;
    }
    Row& pinning(std::vector<std::string> keys) {
        key_pins = std::move(keys);
        return *this;
    }
    Row& openssl_says(Cause value) {
        with_openssl = value;
        return *this;
    }
    Row& about_bounds() {
        is_about_bounds = true;
        return *this;
    }
    Row& with_checks(std::size_t wrong, std::size_t all) {
        wrong_max = wrong;
        checks_max = all;
        return *this;
    }
};

/// The certificates of the standard chain: leaf <- issuing <- upper <- root.
enum class Place : std::uint8_t { leaf, issuing, upper, root };

using Edit = std::function<void(Made&)>;
struct Change {
    Place place;
    Edit edit;
};

/// The results of one edit in every place; nothing: not tried there.
struct Verdicts {
    std::optional<Cause> leaf, issuer, root;
    /// Why OpenSSL's own verifier decides otherwise.
    std::string leaf_differs, issuer_differs, root_differs;
    std::optional<Cause> upper;  ///< unless as `issuer`: the certificate that the root has signed
    std::optional<Cause>
        pinned;  ///< unless as `root`: a pinned certificate that is no CA is a leaf
};

/// Collects rows for one kind of key.
class Table {
 public:
    explicit Table(KeyName kind) : kind_(std::move(kind)) {}

    const std::vector<Row>& rows() const { return rows_; }
    /// True once, for rows that have keys of their own.
    bool is_first_kind() const { return kind_.kind == KeyName::Kind::ec; }
    KeyName key(std::string_view name) const;

    /// A certificate of `subject`, which signs with the key of that name, signed by `issuer`.
    Made ca(std::string_view subject, std::string_view issuer) const;
    Made root(std::string_view subject = "root") const { return ca(subject, subject); }
    Made leaf(std::string_view issuer = "issuing") const;
    Made standard(Place place) const;

    Row& graph(int family, std::string name, std::vector<Made> shown, std::vector<Made> trusted,
               Cause cause = Cause::none, std::string differs = "");
    /// The standard chain with changes.
    Row& chain(int family, std::string name, const std::vector<Change>& changes,
               Cause cause = Cause::none, std::string differs = "");
    /// The standard chain with one edit in each place, the root in a CA bundle and pinned.
    void everywhere(int family, const std::string& name, const Edit& edit,
                    const Verdicts& verdicts);
    /// The standard chain with a name constraint in each CA and these names in the leaf.
    void constrained(int family, const std::string& name, const std::string& constraint,
                     const std::vector<std::string>& names, bool is_allowed,
                     const std::string& differs = "", std::string host = "");

 private:
    KeyName kind_;
    std::vector<Row> rows_;
};

inline Change at(Place place, Edit edit) {
    return {place, std::move(edit)};
}
inline Edit with(const std::string& extension) {
    return [extension](Made& made) { made.put(extension); };
}
inline Edit without(std::vector<unsigned long long> id) {
    return [id = std::move(id)](Made& made) { made.remove(id); };
}
/// Only these names.
inline Edit named(const std::vector<std::string>& names) {
    return with(subject_alt_names(names));
}

// The themes, each in a file of its own.
void add_graphs(Table& table);
void add_trust(Table& table);
void add_ca_constraints(Table& table);
void add_usages(Table& table);
void add_dates(Table& table);
void add_extensions(Table& table);
void add_encodings(Table& table);
void add_keys(Table& table);
void add_signatures(Table& table);
void add_name_constraints(Table& table);
void add_other_name_constraints(Table& table);
void add_hosts(Table& table);
void add_names(Table& table);

/// All rows, for both kinds of keys.
const std::vector<Row>& matrix();

}  // namespace linnet::test
