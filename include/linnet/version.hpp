// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The version of linnet. Everything lives in `linnet::v0`, an inline namespace, so that two
// versions can be linked into one program.
#pragma once

#define LINNET_VERSION_MAJOR 0
#define LINNET_VERSION_MINOR 1
#define LINNET_VERSION_PATCH 0
#define LINNET_VERSION_STRING "0.1.0"
