// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Plays every trace and compares what linnet did with what Godot 3.2.3 did, or with what linnet is
// meant to do where it differs on purpose; and holds the readable table to the same rows.
#include <algorithm>
#include <array>
#include <fstream>
#include <map>

#include "godot_stories/stories.hpp"

namespace linnet::test::godot {

// So that a test that fails shows the name of the trace, not its bytes.
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

// The signals of a story in one line; a signal that repeats itself stands once, with a number.
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

struct TableRow {
    std::string signals;
    std::string verdict;  // "same", "differs" or "not built"
};

// | `name` | scenario | `signals` | verdict: why |
std::map<std::string, TableRow> read_table() {
    std::ifstream file(LINNET_VECTORS_DIR "/godot_stories.md");
    std::map<std::string, TableRow> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.substr(0, 3) != "| `") continue;
        std::vector<std::string> cells;
        for (std::size_t begin = 2, end = 0; begin < line.size(); begin = end + 3) {
            end = std::min(line.find(" |", begin), line.size());
            cells.push_back(line.substr(begin, end - begin));
        }
        EXPECT_EQ(cells.size(), 4u) << line;
        if (cells.size() != 4) continue;
        for (std::string& cell : cells) std::erase(cell, '`');
        EXPECT_EQ(rows.count(cells[0]), 0u) << cells[0] << " stands twice";
        rows[cells[0]] = {cells[2], cells[3].substr(0, cells[3].find(':'))};
    }
    return rows;
}

std::string verdict_of(const Trace& trace) {
    if (trace.play == nullptr) return "not built";
    return trace.linnet ? "differs" : "same";
}

class GodotStories : public testing::TestWithParam<Trace> {};

TEST_P(GodotStories, story_and_wire_are_as_the_table_has_them) {
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

TEST(GodotStoriesTable, readable_table_agrees_with_the_rows) {
    std::map<std::string, TableRow> table = read_table();
    for (const Trace& trace : all_traces()) {
        const auto row = table.find(std::string(trace.name));
        if (row == table.end()) {
            ADD_FAILURE() << trace.name
                          << " is missing in godot_stories.md: " << signals_of(trace.godot.story)
                          << " | " << verdict_of(trace);
            continue;
        }
        EXPECT_EQ(row->second.signals, signals_of(trace.godot.story)) << trace.name;
        EXPECT_EQ(row->second.verdict, verdict_of(trace)) << trace.name;
        table.erase(row);
    }
    for (const auto& [name, row] : table) ADD_FAILURE() << name << " has no test";
}

}  // namespace
}  // namespace linnet::test::godot
