// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Includes <windows.h> without its macros `min` and `max`, even if it was included before. All
// other files include this header instead.
#pragma once

#ifdef _WIN32

#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
// <winsock2.h> comes first, because <windows.h> alone includes its predecessor.
#include <windows.h>

#undef max
#undef min

#endif
