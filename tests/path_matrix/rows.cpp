// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "path_matrix/rows.hpp"

#include <utility>

namespace linnet::test {

KeyName Table::key(std::string_view name) const {
    KeyName key = kind_;
    key.name = name;
    return key;
}

Made Table::ca(std::string_view subject, std::string_view issuer) const {
    Made made;
    made.parts.subject = name_of(subject);
    made.parts.issuer = name_of(issuer);
    made.key = key(subject);
    made.signer = key(issuer);
    made.put(basic_constraints(true)).put(key_usage({5, 6}));
    return made;
}

Made Table::leaf(std::string_view issuer) const {
    Made made = ca("leaf", issuer);
    made.parts.extensions.clear();
    made.put(key_usage({0})).put(extended_key_usage({1}));
    made.put(subject_alt_names({dns("a.good.test")}));
    return made;
}

Made Table::standard(Place place) const {
    switch (place) {
        case Place::leaf: return leaf();
        case Place::issuing: return ca("issuing", "upper");
        case Place::upper: return ca("upper", "root");
        case Place::root: break;
    }
    return root();
}

Row& Table::graph(int family, std::string name, std::vector<Made> shown, std::vector<Made> trusted,
                  Cause cause, std::string differs) {
    Row row;
    row.family = family;
    row.name = std::to_string(family) + ' ' + std::move(name) + (is_first_kind() ? "" : ", RSA");
    row.shown = std::move(shown);
    row.trusted = std::move(trusted);
    row.cause = cause;
    row.differs = std::move(differs);
    return rows_.emplace_back(std::move(row));
}

Row& Table::chain(int family, std::string name, const std::vector<Change>& changes, Cause cause,
                  std::string differs) {
    std::vector<Made> all;
    for (const Place place : {Place::leaf, Place::issuing, Place::upper, Place::root}) {
        all.push_back(standard(place));
        for (const Change& change : changes) {
            if (change.place == place) change.edit(all.back());
        }
    }
    return graph(family, std::move(name), {all[0], all[1], all[2]}, {all[3]}, cause,
                 std::move(differs));
}

void Table::everywhere(int family, const std::string& name, const Edit& edit,
                       const Verdicts& verdicts) {
    if (verdicts.leaf) {
        chain(family, name + ", leaf", {at(Place::leaf, edit)}, *verdicts.leaf,
              verdicts.leaf_differs);
    }
    if (verdicts.issuer) {
        chain(family, name + ", issuing CA", {at(Place::issuing, edit)}, *verdicts.issuer,
              verdicts.issuer_differs);
        chain(family, name + ", upper CA", {at(Place::upper, edit)},
              verdicts.upper.value_or(*verdicts.issuer), verdicts.issuer_differs);
    }
    if (verdicts.root) {
        chain(family, name + ", root", {at(Place::root, edit)}, *verdicts.root,
              verdicts.root_differs);
        chain(family, name + ", pinned root", {at(Place::root, edit)},
              verdicts.pinned.value_or(*verdicts.root), verdicts.root_differs)
            .pinned();
    }
}

void Table::constrained(int family, const std::string& name, const std::string& constraint,
                        const std::vector<std::string>& names, bool is_allowed,
                        const std::string& differs, std::string host) {
    const std::pair<Place, std::string_view> places[] = {{Place::issuing, ", issuing CA"},
                                                         {Place::upper, ", upper CA"},
                                                         {Place::root, ", root"},
                                                         {Place::root, ", pinned root"}};
    for (const auto& [place, text] : places) {
        const Cause refused =
            place == Place::root ? Cause::tls_root_name_constraints : Cause::tls_name_constraints;
        Row& row = chain(family, name + std::string(text),
                         {at(place, with(constraint)), at(Place::leaf, named(names))},
                         is_allowed ? Cause::none : refused, differs);
        row.is_pinned = text == ", pinned root";
        if (!host.empty()) row.host = host;
    }
}

const std::vector<Row>& matrix() {
    static const std::vector<Row> all = [] {
        std::vector<Row> rows;
        for (const KeyName& kind : {KeyName{}, KeyName{.kind = KeyName::Kind::rsa, .bits = 2048}}) {
            Table table(kind);
            for (const auto add :
                 {add_graphs, add_trust, add_ca_constraints, add_usages, add_dates, add_extensions,
                  add_encodings, add_keys, add_signatures, add_name_constraints,
                  add_other_name_constraints, add_hosts, add_names}) {
                add(table);
            }
            rows.insert(rows.end(), table.rows().begin(), table.rows().end());
        }
        return rows;
    }();
    return all;
}

}  // namespace linnet::test
