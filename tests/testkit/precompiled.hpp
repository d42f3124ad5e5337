// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Headers that most tests include, precompiled once per program. No file may rely on it.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>
