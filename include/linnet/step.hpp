// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// What a decoder answers: done, need more, or failed. There is no fourth outcome to remember.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linnet/cause.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct NeedMore {};
inline constexpr NeedMore need_more{};

/// A decoder consumed one whole `T`, or nothing at all: "need more" leaves the input as it is.
template <class T>
struct [[nodiscard]] Step {
    enum class Outcome : std::uint8_t { done, partial, failed };

    Outcome status;
    Cause cause = Cause::none;  ///< why, when failed
    std::size_t consumed = 0;   ///< bytes taken from the front of the input, when done
    T value{};                  ///< when done

    constexpr Step(NeedMore) : status(Outcome::partial) {}
    constexpr Step(Cause why) : status(Outcome::failed), cause(why) {}
    constexpr Step(std::size_t size, T result)
        : status(Outcome::done), consumed(size), value(result) {}

    constexpr bool done() const { return status == Outcome::done; }
    constexpr bool failed() const { return status == Outcome::failed; }
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
