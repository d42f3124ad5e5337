// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "x509/name_constraints.hpp"

#include <algorithm>

#include "codec/text.hpp"
#include "x509/name.hpp"
#include "x509/name_match.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

using namespace std::string_view_literals;

// GeneralName, RFC 5280 4.2.1.6.
constexpr std::uint8_t email = der::context(1, false);
constexpr std::uint8_t dns_name = der::context(2, false);
constexpr std::uint8_t directory_name = der::context(4, true);
constexpr std::uint8_t ip_address = der::context(7, false);

// ---- DNS names -------------------------------------------------------------------------------

bool is_label(std::string_view label) {
    return !label.empty() && std::all_of(label.begin(), label.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
    });
}

bool has_labels(std::string_view name) {
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_label(name.substr(0, dot))) return false;
        if (dot == name.npos) return true;
        name.remove_prefix(dot + 1);
    }
}

// Returns `name` without its first label; empty if it has no other.
std::string_view parent_of(std::string_view name) {
    const std::size_t dot = name.find('.');
    return dot == name.npos ? std::string_view() : name.substr(dot + 1);
}

// "" contains every name, and ".example.com" only names below example.com.
bool is_dns_base(std::string_view base) {
    if (base.empty()) return true;
    return has_labels(base.starts_with('.') ? base.substr(1) : base);
}

bool is_dns_pattern(std::string_view name) {
    return has_labels(name.starts_with("*.") ? name.substr(2) : name);
}

bool is_below(std::string_view name, std::string_view base) {
    if (base.empty()) return true;
    const bool is_exact = name.size() == base.size();
    const bool is_longer = name.size() > base.size();
    if (!is_exact && !is_longer) return false;
    const std::string_view tail = name.substr(name.size() - base.size());
    if (!same_ignoring_case(tail, base)) return false;
    return is_exact || base[0] == '.' || name[name.size() - base.size() - 1] == '.';
}

// A wildcard stands for one label: a name directly below its parent may be in a subtree that does
// not contain the wildcard itself.
bool may_be_below(std::string_view name, std::string_view base) {
    if (is_below(name, base)) return true;
    const bool is_wildcard = name.starts_with("*.");
    return is_wildcard && !base.starts_with('.') &&
           same_ignoring_case(parent_of(base), name.substr(2));
}

// ---- IP addresses ----------------------------------------------------------------------------

// Address and mask of the same size; the mask is one run of ones.
bool is_ip_base(Bytes base) {
    if (base.size() != 8 && base.size() != 32) return false;
    bool at_end = false;
    for (const std::uint8_t byte : base.subspan(base.size() / 2)) {
        const auto zeros = static_cast<std::uint8_t>(~byte);
        if ((at_end && byte != 0) || (zeros & (zeros + 1)) != 0) return false;
        at_end = at_end || byte != 0xFF;
    }
    return true;
}

bool is_in_network(Bytes address, Bytes base) {
    if (base.size() != 2 * address.size()) return false;
    const Bytes network = base.first(address.size());
    const Bytes mask = base.subspan(address.size());
    for (std::size_t i = 0; i < address.size(); ++i) {
        if (((address[i] ^ network[i]) & mask[i]) != 0) return false;
    }
    return true;
}

// ---- subtrees --------------------------------------------------------------------------------

// GeneralSubtree: minimum and maximum must not be used.
bool take_base(Bytes& subtrees, DerItem& base) {
    Bytes subtree;
    return take_content(subtrees, der::sequence, subtree) && take_item(subtree, base) &&
           subtree.empty();
}

bool is_base(const DerItem& base) {
    switch (base.tag) {
        case dns_name: return is_dns_base(text_of(base.content));
        case ip_address: return is_ip_base(base.content);
        case directory_name: return is_name(base.content);
        default: return true;
    }
}

// Returns true if the name has a form that can be compared.
bool is_comparable(const DerItem& name) {
    switch (name.tag) {
        case dns_name: return is_dns_pattern(text_of(name.content));
        case ip_address: return name.content.size() == 4 || name.content.size() == 16;
        case directory_name: return is_name(name.content);
        default: return false;
    }
}

// Returns what a comparison with `base` costs, in comparisons of short names. Attributes of a
// directory name may be compared in any order.
std::size_t cost_of(const DerItem& base) {
    constexpr std::size_t short_size = 32;
    const std::size_t size = base.content.size();
    return 1 + (base.tag == directory_name ? size : size / short_size);
}

enum class Subtrees : bool { permitted, excluded };

bool is_in(const DerItem& name, const DerItem& base, Subtrees kind) {
    switch (name.tag) {
        case dns_name: {
            const std::string_view text = text_of(name.content), tail = text_of(base.content);
            return kind == Subtrees::excluded ? may_be_below(text, tail) : is_below(text, tail);
        }
        case ip_address: return is_in_network(name.content, base.content);
        default: return is_below_name(name.content, base.content);
    }
}

bool take_subtrees(Bytes& rest, unsigned number, Bytes& subtrees) {
    const std::uint8_t tag = der::context(number, true);
    if (rest.empty() || rest[0] != tag) return true;
    if (!take_content(rest, tag, subtrees) || subtrees.empty()) return false;
    DerItem base;
    for (Bytes each = subtrees; !each.empty();) {
        if (!take_base(each, base) || !is_base(base)) return false;
    }
    return true;
}

// ---- the names of one certificate ------------------------------------------------------------

class Comparison {
 public:
    Comparison(const NameConstraints& constraints, std::size_t& left)
        : constraints_(constraints), left_(left) {}

    Constrained add(const DerItem& name);

 private:
    struct Found {
        bool type = false;  // a subtree for names of this type
        bool name = false;  // one that contains this name
    };
    Found find(Bytes subtrees, Subtrees kind, const DerItem& name, bool is_comparable);

    const NameConstraints& constraints_;
    std::size_t& left_;
};

Comparison::Found Comparison::find(Bytes subtrees, Subtrees kind, const DerItem& name,
                                   bool is_comparable) {
    Found found;
    for (DerItem base; !found.name && left_ > 0 && take_base(subtrees, base);) {
        const bool has_type = base.tag == name.tag;
        left_ -= std::min(left_, has_type ? cost_of(base) : 1);
        if (!has_type) continue;
        found.type = true;
        found.name = is_comparable && is_in(name, base, kind);
    }
    return found;
}

Constrained Comparison::add(const DerItem& name) {
    const bool is_good = is_comparable(name);
    const Found excluded = find(constraints_.excluded, Subtrees::excluded, name, is_good);
    const Found permitted = find(constraints_.permitted, Subtrees::permitted, name, is_good);
    if (excluded.name || (excluded.type && !is_good)) return Constrained::excluded;
    if (left_ == 0) return Constrained::undecided;
    return permitted.type && !permitted.name ? Constrained::excluded : Constrained::permitted;
}

// emailAddress in a subject, RFC 5280 4.2.1.10: it counts if there are no alternative names.
Constrained compare_email(Bytes subject, Comparison& comparison) {
    constexpr std::string_view email_address = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01"sv;
    Bytes parts, part;
    take_content(subject, der::sequence, parts);
    while (take_content(parts, der::set, part)) {
        for (NameAttribute attribute; take_attribute(part, attribute);) {
            if (text_of(attribute.type) != email_address) continue;
            const Constrained result =
                comparison.add({email, attribute.value.whole, attribute.value.content});
            if (result != Constrained::permitted) return result;
        }
    }
    return Constrained::permitted;
}

}  // namespace

std::optional<NameConstraints> parse_name_constraints(Bytes value) {
    NameConstraints constraints;
    Bytes content;
    if (!take_content(value, der::sequence, content) || !value.empty()) return std::nullopt;
    if (content.empty()) return std::nullopt;
    if (!take_subtrees(content, 0, constraints.permitted)) return std::nullopt;
    if (!take_subtrees(content, 1, constraints.excluded)) return std::nullopt;
    if (!content.empty()) return std::nullopt;
    return constraints;
}

Constrained compare_names(const NameConstraints& constraints, const Certificate& certificate,
                          std::size_t& comparisons_left) {
    Comparison comparison(constraints, comparisons_left);
    Constrained result = Constrained::permitted;
    if (!is_empty_name(certificate.subject)) {
        result = comparison.add({directory_name, certificate.subject, certificate.subject});
    }
    Bytes names = certificate.alt_names;
    for (DerItem name; result == Constrained::permitted && take_item(names, name);) {
        result = comparison.add(name);
    }
    if (result == Constrained::permitted && !certificate.has_alt_names) {
        result = compare_email(certificate.subject, comparison);
    }
    return result;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
