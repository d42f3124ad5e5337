// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// X.501 names in certificates, RFC 5280 4.1.2.4.
#pragma once

#include "x509/der.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// AttributeTypeAndValue: one attribute of a name.
struct NameAttribute {
    Bytes type;  ///< the content of an OBJECT IDENTIFIER
    DerItem value;
};

/// Removes the first attribute from the content of a RelativeDistinguishedName.
bool take_attribute(Bytes& relative_name, NameAttribute& attribute);

/// Returns true if `name` is exactly one well-formed Name. The functions below require that.
bool is_name(Bytes name);

/// Returns true if all UTF-8 in the name is valid, and all wide characters are whole.
bool has_whole_texts(Bytes name);

/// Returns the characters of the last CN if its type has one byte per character; otherwise empty.
Bytes common_name_of(Bytes name);

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
