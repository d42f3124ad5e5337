// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The texts of one attempt in one block: its URL, its request, and space for the explanation of its
// end. All arguments of `connect_to_url` are validated and copied here before anything else is
// changed.
#pragma once

#include "client/ports.hpp"
#include "linnet/codec/frame.hpp"
#include "linnet/codec/url.hpp"
#include "linnet/error.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

class Texts {
 public:
    // Enough for most explanations; longer ones are cut.
    static constexpr std::size_t explanation_size_max = 1024;
    static constexpr std::size_t own_size = explanation_size_max + control_payload_size_max;

    explicit Texts(Memory* memory) : block_(memory) {}
    Texts(Texts&& other) noexcept
        : block_(other.block_.memory()),
          url_(other.url_),
          request_(other.request_),
          offer_(other.offer_) {
        block_.swap(other.block_);
    }

    struct Source {
        std::string_view url;
        Strings protocols;
        Strings headers;
    };
    struct Refusal {
        Cause cause = Cause::none;
        Error error = Error::ok;
    };
    /// Validates `source` and writes its request. If it is refused, nothing is kept.
    Refusal write(const Source& source, const Settings& settings, const Ports& ports);

    /// The memory that all views point into.
    Block& block() { return block_; }
    const Url& url() const { return url_; }
    const HandshakeOffer& offer() const { return offer_; }
    Bytes request() const { return request_; }
    MutableBytes explanation() const { return block_.bytes().first(explanation_size_max); }
    MutableBytes close_reason() const {
        return block_.bytes().subspan(explanation_size_max, control_payload_size_max);
    }

 private:
    Refusal copy(const Source& source, const HandshakeRequest& request, std::size_t request_size);

    Block block_;  // explanation, close reason, URL, request
    Url url_;
    Bytes request_;
    HandshakeOffer offer_;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
