// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What most tests include, compiled once for each of their programs. No file may rely on it.
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
