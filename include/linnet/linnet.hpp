// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Everything an application needs. Begin with `WebSocketClient` (websocket_client.hpp) and
// `Options` (options.hpp).
//
// Not included here: the default platform (system_*.hpp), OpenSSL (openssl.hpp), and the protocol
// without sockets and clocks (protocol/*.hpp, codec/*.hpp), for servers, fuzzing and measuring.
#pragma once

#include "linnet/memory_max.hpp"
#include "linnet/version.hpp"
#include "linnet/websocket_client.hpp"
#include "linnet/x509_certificate.hpp"
