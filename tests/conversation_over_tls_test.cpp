// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The same conversation over wss://, with the same variations: TLS makes no observable difference.
#define LINNET_PLAY_OVER_TLS
#include "conversation_test.cpp"  // NOLINT(bugprone-suspicious-include)
