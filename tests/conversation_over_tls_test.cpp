// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The same conversation over wss://, told in all the same ways: that TLS lies between is not to be
// noticed.
#define LINNET_PLAY_OVER_TLS
#include "conversation_test.cpp"
