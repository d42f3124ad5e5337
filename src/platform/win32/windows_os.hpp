// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The only way to <windows.h>: without its macros `min` and `max`, also if somebody has included it
// before.
#pragma once

#ifdef _WIN32

#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
// <winsock2.h> comes first, as <windows.h> alone includes its predecessor.
#include <windows.h>

#undef max
#undef min

#endif
