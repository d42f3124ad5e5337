// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The server side of the opening handshake (RFC 6455 4.2) for the embedded servers. Not part of the
// library.
#pragma once

#include <string>

#include "linnet/bytes.hpp"

namespace linnet::cli {

struct UpgradeRequest {
    std::size_t size = 0;  ///< of the whole head; 0 while it is incomplete
    std::string target;    ///< "/path?query"; empty if this is not an upgrade request
    std::string key;
    std::string protocol;  ///< the first one offered, or empty
};

/// Reads the request at the front of `in`.
UpgradeRequest read_upgrade_request(Bytes in);

/// Returns the 101 response.
std::string accept_upgrade(const UpgradeRequest& request);

/// Returns a response that refuses, such as refuse_upgrade("404 Not Found", "no such room").
std::string refuse_upgrade(const std::string& status, const std::string& body);

}  // namespace linnet::cli
