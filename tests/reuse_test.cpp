// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A reused client behaves like a new one: each story is played on a new client and on clients that
// have played any other story before, and everything a program can observe must be equal.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reuse/stories.hpp"
#include "testkit/random.hpp"

namespace linnet::test {
namespace {

struct Setting {
    const char* name;
    Witness::Prepare prepare;
};

// Limits so small that most stories fill queues, exhaust budgets and have packets that do not fit.
void make_tight(Options& options) {
    options.limits.input_payload_max = 64;
    options.limits.input_message_count_max = 2;
    options.limits.output_payload_max = 64;
    options.limits.output_message_count_max = 2;
    options.limits.fragment_count_max = 2;
    options.limits.response_size_max = 512;
    options.limits.peer_count_max = 2;
    options.limits.poll_size_max = 100;
    options.limits.poll_item_count_max = 2;
}

// For programs that only send, and cannot wait.
void make_impatient(Options& options) {
    options.coalesce = true;
    options.discard_input = true;
    options.protocol_choice = ProtocolChoice::optional;
    options.timeouts = {.resolve_ms = 300,
                        .connect_ms = 400,
                        .tls_ms = 500,
                        .upgrade_ms = 600,
                        .join_ms = 700,
                        .attempt_ms = 1'000,
                        .message_ms = 800,
                        .closing_ms = 350,
                        .drain_ms = 150,
                        .ping_ms = 450,
                        .pong_ms = 550};
}

constexpr Setting settings[] = {
    {"ordinary", [](Options&) {}},
    {"tight", make_tight},
    {"impatient", make_impatient},
};

using Transcript = std::vector<std::string>;

void play(Witness& witness, const ReuseStory& story, Witness::Sees sees) {
    const bool is_everything = sees == Witness::Sees::everything;
    witness.begin(is_everything && story.is_refused ? Witness::Sees::the_failure : sees);
    story.play(witness);
    witness.end();
}

Transcript on_a_fresh_client(const Setting& setting, const ReuseStory& story) {
    Witness witness(setting.prepare);
    play(witness, story, Witness::Sees::everything);
    return witness.transcript();
}

std::vector<Transcript> all_on_fresh_clients(const Setting& setting) {
    std::vector<Transcript> all;
    for (const ReuseStory& story : reuse_stories())
        all.push_back(on_a_fresh_client(setting, story));
    return all;
}

std::string joined(const Transcript& transcript) {
    std::string text;
    for (const std::string& line : transcript) text += line + "\n";
    return text;
}

// Nothing if they are equal.
std::string difference(const Transcript& fresh, const Transcript& used) {
    if (fresh == used) return "";
    std::size_t i = 0;
    while (i < fresh.size() && i < used.size() && fresh[i] == used[i]) ++i;
    const auto line = [i](const Transcript& of) { return i < of.size() ? of[i] : "(its end)"; };
    return "They differ in line " + std::to_string(i + 1) + ":\n  fresh: " + line(fresh) +
           "\n  used:  " + line(used) + "\n\nOn a fresh client:\n" + joined(fresh) +
           "\nOn the used client:\n" + joined(used);
}

// Plays `before` and then `last` on one client, `gap_ms` apart.
std::string difference_after(const Setting& setting, std::vector<const ReuseStory*> before,
                             const ReuseStory& last, const Transcript& fresh,
                             std::uint64_t gap_ms) {
    std::string names = setting.name;
    for (const ReuseStory* story : before) names += std::string(", ") + story->name;
    names += std::string(", then ") + last.name;
    SCOPED_TRACE(names);
    Witness witness(setting.prepare);
    for (const ReuseStory* story : before) {
        play(witness, *story, Witness::Sees::nothing);
        witness.world.clock.advance_ms(gap_ms);
    }
    // The state of a connection that is still closing is kept when a call is refused.
    if (last.is_refused && witness.is_under_way()) return "";
    play(witness, last, Witness::Sees::everything);
    const std::string found = difference(fresh, witness.transcript());
    return found.empty() ? "" : names + ". " + found;
}

TEST(Reuse, has_stories_that_end_as_their_tables_say) {
    for (const ReuseStory& story : reuse_stories()) {
        Witness witness(settings[0].prepare);
        play(witness, story, Witness::Sees::everything);
        EXPECT_EQ(witness.client->failure().cause, story.cause) << story.name << "\n"
                                                                << joined(witness.transcript());
    }
}

// Two new clients produce the same transcript, so a difference is caused by the client and not by
// the story.
TEST(Reuse, has_stories_that_can_be_repeated) {
    for (const Setting& setting : settings) {
        for (const ReuseStory& story : reuse_stories()) {
            EXPECT_EQ(
                difference(on_a_fresh_client(setting, story), on_a_fresh_client(setting, story)),
                "");
        }
    }
}

// Case 68: every story after every other one
TEST(Reuse, of_a_client_is_not_observable_after_any_end) {
    for (const Setting& setting : settings) {
        const std::vector<Transcript> fresh = all_on_fresh_clients(setting);
        for (std::size_t i = 0; i < fresh.size(); ++i) {
            const ReuseStory& last = reuse_stories()[i];
            for (const ReuseStory& first : reuse_stories()) {
                const std::uint64_t gap_ms = (i % 2) * 61'000;
                ASSERT_EQ(difference_after(setting, {&first}, last, fresh[i], gap_ms), "");
            }
        }
    }
}

// Case 68: after several attempts, from a fixed seed
TEST(Reuse, of_a_client_is_not_observable_after_several_ends) {
    Random random(68);
    const auto any = [&random] { return &reuse_stories()[random.below(reuse_stories().size())]; };
    for (const Setting& setting : settings) {
        const std::vector<Transcript> fresh = all_on_fresh_clients(setting);
        for (int i = 0; i < 300; ++i) {
            const std::size_t last = random.below(fresh.size());
            ASSERT_EQ(difference_after(setting, {any(), any()}, reuse_stories()[last], fresh[last],
                                       random.below(2'000)),
                      "");
        }
    }
}

// Each of them after a finished first attempt; `Witness` checks what is left.
TEST(Reuse, leaves_nothing_behind_when_the_client_is_destroyed) {
    for (const bool resolves : {true, false}) {
        Witness witness(settings[0].prepare);
        play(witness, reuse_stories()[0], Witness::Sees::nothing);
        witness.begin(Witness::Sees::nothing);
        witness.world.resolver.pending = resolves;
        witness.serve({ServerScript{.steps = {}, .connect_pending = true}});
        ASSERT_EQ(witness.connect(), Error::ok);
        witness.poll();
    }
    Witness witness(settings[0].prepare);
    play(witness, reuse_stories()[0], Witness::Sees::nothing);
    witness.begin(Witness::Sees::nothing);
    witness.serve({AwaitRequest{}, Accept{}});
    ASSERT_EQ(witness.connect(), Error::ok);
    witness.poll();
    witness.destroy();
    ASSERT_EQ(witness.connection().frames.size(), 1u);
    EXPECT_EQ(witness.connection().frames[0].header.opcode, Opcode::close);
}

}  // namespace
}  // namespace linnet::test
