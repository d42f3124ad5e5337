// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Views that a program keeps for as long as the headers allow, each with a copy of its original
// content.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::test {

class HeldViews {
 public:
    /// The event that invalidates a view. Each event also invalidates the views of the previous
    /// ones.
    enum class Until : std::uint8_t { next_packet, next_poll, next_connect };

    /// Keeps `view`; beyond `count_max` views, does nothing.
    void hold(Until until, const char* name, std::string_view view) {
        if (views_.size() < count_max) views_.push_back({until, name, view, std::string(view)});
    }
    /// Returns the name of a view that `end` invalidates and whose content has changed, or null.
    const char* changed_before(Until end) const {
        const auto found = std::find_if(views_.begin(), views_.end(), [end](const View& each) {
            return each.until <= end && each.view != each.copy;
        });
        return found == views_.end() ? nullptr : found->name;
    }
    void drop(Until end) {
        std::erase_if(views_, [end](const View& each) { return each.until <= end; });
    }

 private:
    static constexpr std::size_t count_max = 24;
    struct View {
        Until until;
        const char* name;
        std::string_view view;
        std::string copy;
    };
    std::vector<View> views_;
};

}  // namespace linnet::test
