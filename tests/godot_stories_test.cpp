// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Plays every trace and compares linnet's behaviour with that of Godot 3.2.3, or with the intended
// behaviour of linnet where it differs on purpose; and checks the readable table against the same
// rows.
#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "godot_stories/stories.hpp"
#include "testkit/golden.hpp"

namespace linnet::test::godot {

// Makes a failing test print the name of the trace instead of its bytes.
static void PrintTo(const Trace& trace, std::ostream* out) {
    *out << trace.name;
}

namespace {

std::string joined(const Lines& lines) {
    std::string result;
    for (const std::string& line : lines) result += line + "\n";
    return result;
}

bool same(const Outcome& a, const Outcome& b) {
    return a.story == b.story && a.wire == b.wire;
}

const std::vector<Trace>& all_traces() {
    static const std::vector<Trace> traces = [] {
        std::vector<Trace> all;
        for (const auto* part : {&basic_traces, &refused_traces, &closing_traces,
                                 &server_closing_traces, &frame_traces, &buffer_traces}) {
            all.insert(all.end(), part->begin(), part->end());
        }
        return all;
    }();
    return traces;
}

std::vector<Trace> built_traces() {
    std::vector<Trace> traces = all_traces();
    std::erase_if(traces, [](const Trace& trace) { return trace.play == nullptr; });
    return traces;
}

// ---- the readable table

bool is_signal(std::string_view line) {
    constexpr std::array<std::string_view, 5> names{"connection_established(", "connection_error(",
                                                    "connection_closed(", "data_received(",
                                                    "server_close_request("};
    return std::any_of(names.begin(), names.end(), [line](std::string_view name) {
        return line.substr(0, name.size()) == name;
    });
}

// The signals of a story in one line; a repeated signal appears once, with a count.
std::string signals_of(const Lines& story) {
    std::vector<std::pair<std::string, int>> signals;
    for (const std::string& line : story) {
        if (!is_signal(line)) continue;
        const std::string signal = line.substr(0, line.rfind(')') + 1);
        if (signals.empty() || signals.back().first != signal) signals.emplace_back(signal, 0);
        ++signals.back().second;
    }
    std::string result;
    for (const auto& [signal, count] : signals) {
        result += (result.empty() ? "" : " -> ") + signal;
        if (count > 1) result += " x" + std::to_string(count);
    }
    return result.empty() ? "none" : result;
}

std::string result_of(const Trace& trace) {
    if (trace.play == nullptr) return "not built";
    return trace.linnet ? "differs" : "same";
}

// The cells of | `name` | scenario | `signals` | result: why |
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    for (std::size_t begin = 2, end = 0; begin < line.size(); begin = end + 3) {
        end = std::min(line.find(" |", begin), line.size());
        cells.push_back(line.substr(begin, end - begin));
    }
    return cells;
}

// The line of `trace` with the signals and the result of the trace; scenario and reason are kept.
std::string with_trace(const std::string& line, const Trace& trace) {
    const std::vector<std::string> cells = cells_of(line);
    const std::string scenario = cells.size() > 1 ? cells[1] : "?";
    const std::string last = cells.size() > 3 ? cells[3] : "";
    const std::size_t colon = last.find(':');
    const std::string reason = colon == last.npos ? "" : last.substr(colon);
    return "| `" + std::string(trace.name) + "` | " + scenario + " | `" +
           signals_of(trace.godot.story) + "` | " + result_of(trace) + reason + " |";
}

// Missing rows are added at the end; their scenario must be written by hand.
std::string with_traces(const std::string& file, const std::vector<Trace>& traces) {
    std::map<std::string, const Trace*> missing;
    for (const Trace& trace : traces) missing[std::string(trace.name)] = &trace;
    std::string text;
    std::istringstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| `")) {
            text += line + "\n";
            continue;
        }
        const auto row = missing.find(line.substr(3, line.find('`', 3) - 3));
        if (row == missing.end()) continue;
        text += with_trace(line, *row->second) + "\n";
        missing.erase(row);
    }
    for (const auto& [name, trace] : missing) text += with_trace("", *trace) + "\n";
    return text;
}

class GodotStories : public testing::TestWithParam<Trace> {};

TEST_P(GodotStories, story_and_wire_match_the_table) {
    const Trace& trace = GetParam();
    Play play(trace.servers);
    trace.play(play);
    const Outcome seen = play.finish();
    const Outcome& expected = trace.linnet ? *trace.linnet : trace.godot;
    EXPECT_EQ(joined(seen.story), joined(expected.story));
    EXPECT_EQ(joined(seen.wire), joined(expected.wire));
}

INSTANTIATE_TEST_SUITE_P(, GodotStories, testing::ValuesIn(built_traces()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GodotStoriesTable, a_row_that_differs_has_a_difference) {
    for (const Trace& trace : all_traces()) {
        if (!trace.linnet) continue;
        EXPECT_FALSE(same(trace.godot, *trace.linnet)) << trace.name;
    }
}

TEST(GodotStoriesTable, the_readable_table_agrees_with_the_rows) {
    expect_golden(LINNET_VECTORS_DIR "/godot_stories.md",
                  [](const std::string& file) { return with_traces(file, all_traces()); });
}

TEST(GodotStoriesTable, is_restored_where_it_was_damaged) {
    const std::vector<Trace> traces{
        {"b", {}, nullptr, {{"connection_error()"}, {}}},
        {"a", {}, nullptr, {{"data_received()", "data_received()"}, {}}}};
    const std::string file =
        "Text.\n"
        "| `a` | two | `data_received() x2` | not built: why |\n"
        "| `b` | ? | `connection_error()` | not built |\n";
    EXPECT_EQ(with_traces(file, traces), file);
    EXPECT_EQ(with_traces("Text.\n| `c` | gone |\n| `a` | two | `x` | same: why |\n", traces),
              file);
}

}  // namespace
}  // namespace linnet::test::godot
