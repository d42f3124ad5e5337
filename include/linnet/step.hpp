// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The result of a decoder: done, more input needed, or failed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "linnet/cause.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

/// Converts to a `Step` that needs more input.
struct NeedMore {};
inline constexpr NeedMore need_more{};

/// The result of decoding one `T` from the front of an input. Only a step that is done consumes
/// input. After a partial step, call the decoder again with the same bytes and more.
///
/// Example:
///
///     const linnet::Bytes in = linnet::bytes_of("\x81\x05Hello");
///     const auto step = linnet::decode_frame_header(in, linnet::Role::client);
///     if (step.failed()) return print(linnet::text(step.cause));
///     if (!step.done()) return;  // wait for more bytes
///     print(linnet::text_of(in.subspan(step.consumed, 5)));
template <class T>
struct [[nodiscard]] Step {
    enum class Outcome : std::uint8_t { done, partial, failed };

    Outcome status;
    Cause cause = Cause::none;  ///< the reason, when failed
    std::size_t consumed = 0;   ///< bytes consumed from the front of the input, when done
    T value{};                  ///< the decoded value, when done

    constexpr Step(NeedMore) : status(Outcome::partial) {}
    constexpr Step(Cause why) : status(Outcome::failed), cause(why) {}
    constexpr Step(std::size_t size, T result)
        : status(Outcome::done), consumed(size), value(result) {}

    constexpr bool done() const { return status == Outcome::done; }
    constexpr bool failed() const { return status == Outcome::failed; }
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
