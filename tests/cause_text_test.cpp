// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Causes in the words of the command.
#include "cli/cause_text.hpp"

#include <gtest/gtest.h>

namespace linnet::cli {
namespace {

Failure failure_with(Cause cause, std::string_view explanation) {
    Failure failure{.cause = cause};
    failure.explanation = explanation;
    return failure;
}

TEST(CauseText, names_no_member_of_the_library_for_any_cause) {
    for (const auto& row : cause_texts::rows) {
        const std::string library = "Could not connect to ws://h/: " + std::string(row.text) + ".";
        for (const std::string& shown :
             {explain(failure_with(row.cause, library)), explain(failure_with(row.cause, {}))}) {
            EXPECT_NE(shown.find(cause_text(row.cause)), shown.npos) << shown;
            EXPECT_EQ(shown.find("::"), shown.npos) << shown;
            EXPECT_EQ(shown.find("set_"), shown.npos) << shown;
        }
    }
}

TEST(CauseText, changes_nothing_else_in_an_explanation) {
    const std::string sentence(text(Cause::connect_timed_out));
    EXPECT_EQ(explain(failure_with(Cause::connect_timed_out, "Before: " + sentence + ". After.")),
              "Before: no address of the host accepted a connection within 10 seconds. After.");
    EXPECT_EQ(explain(failure_with(Cause::connect_timed_out, "cut off")), "cut off");
    EXPECT_EQ(cause_text(Cause::upgrade_refused), text(Cause::upgrade_refused));
}

}  // namespace
}  // namespace linnet::cli
