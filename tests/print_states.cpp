// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// ./dev states
#include <cstdio>

#include "testkit/state_graph.hpp"

int main() {
    std::printf("%s\n%s", linnet::test::state_diagram().c_str(),
                linnet::test::state_table().c_str());
}
