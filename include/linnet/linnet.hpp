// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Everything an application needs. The protocol code alone, for fuzzing and measuring, is under
// linnet/protocol.
#pragma once

#include "linnet/memory_max.hpp"
#include "linnet/version.hpp"
#include "linnet/websocket_client.hpp"
#include "linnet/x509_certificate.hpp"
