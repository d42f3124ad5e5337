// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Name constraints, RFC 5280 4.2.1.10: DNS names, IP addresses and directory names are compared; a
// name of any other type is refused if a constraint of that type exists.
#pragma once

#include <optional>

#include "x509/certificate.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct NameConstraints {
    // Contents of GeneralSubtrees; empty if absent.
    Bytes permitted;
    Bytes excluded;
};

/// Reads the value of the extension. Returns nothing if it or one of its subtrees is malformed,
/// empty, or has a minimum or maximum.
std::optional<NameConstraints> parse_name_constraints(Bytes value);

enum class Constrained : std::uint8_t { permitted, excluded, undecided };

/// Compares all names of `certificate` with `constraints`, which subtracts each comparison from
/// `comparisons_left`; `undecided` if none are left.
Constrained compare_names(const NameConstraints& constraints, const Certificate& certificate,
                          std::size_t& comparisons_left);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
