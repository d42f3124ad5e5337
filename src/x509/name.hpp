// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Names of X.501 as certificates have them, RFC 5280 4.1.2.4: who is meant, and by whom.
#pragma once

#include "x509/der.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// AttributeTypeAndValue: what is said about somebody.
struct NameAttribute {
    Bytes type;  ///< the content of an OBJECT IDENTIFIER
    DerItem value;
};

/// Cuts the first attribute off the content of a RelativeDistinguishedName.
bool take_attribute(Bytes& relative_name, NameAttribute& attribute);

/// Is all of `name` one well-formed Name? Only such ones have a meaning below.
bool is_name(Bytes name);

/// The characters of the last CN, if its type has one byte for each; empty if there is none.
Bytes common_name_of(Bytes name);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
