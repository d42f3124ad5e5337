// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "net/transport.hpp"

#include <algorithm>
#include <cstring>

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

constexpr std::size_t staging_size = 16 * 1024;
// Limit on consecutive receives that yield no plaintext.
constexpr int fruitless_receive_count_max = 32;

constexpr IoResult would_block{IoResult::Outcome::would_block, 0, 0};

}  // namespace

// ---- TLS -------------------------------------------------------------------------------------

bool Transport::begin_tls(const TlsContext& context, const TlsRequest& request) {
    if (!staging_.allocate(staging_size)) {
        failure_.cause = Cause::out_of_memory;
        return false;
    }
    engine_ = context.engine(request, failure_);
    return engine_ != nullptr;
}

IoResult Transport::secure() {
    const IoResult result = receive_secured({});
    if (engine_->state() == TlsState::open) return {IoResult::Outcome::moved, 0, 0};
    return result;
}

bool Transport::has_staged() const {
    return has_plaintext_ || (engine_ != nullptr && staged_begin_ < staged_end_);
}

bool Transport::flush_engine() {
    const bool was_blocked = has_unsent_;
    for (Bytes out; send_error_ == 0 && !(out = engine_->outgoing()).empty();) {
        has_unsent_ = true;
        const IoResult result = network_.send(socket_, {&out, 1});
        if (result.status == IoResult::Outcome::failed) send_error_ = result.os_error;
        if (result.status != IoResult::Outcome::moved) return send_error_ == 0;
        has_progress_ |= was_blocked;
        engine_->outgoing_sent(result.size);
    }
    if (send_error_ != 0) return false;
    has_unsent_ = false;
    if (std::exchange(shuts_down_, false)) network_.shutdown_send(socket_);
    return true;
}

bool Transport::is_over() const {
    const TlsState state = engine_->state();
    return state == TlsState::closed || state == TlsState::failed;
}

// The stream ended without close_notify. Only the server's direction was cut off: a close frame
// that arrived before can still be answered, so the engine is not informed.
IoResult Transport::truncated() {
    failure_.cause = Cause::tls_truncated;
    return {IoResult::Outcome::failed, 0, 0};
}

IoResult Transport::ended() {
    failure_ = engine_->failure();
    if (engine_->state() == TlsState::closed) return {IoResult::Outcome::end, 0, 0};
    return {IoResult::Outcome::failed, 0, 0};
}

std::size_t Transport::take_plaintext(MutableBytes buffer) {
    const MutableBytes plaintext = engine_->plaintext();
    const std::size_t size = std::min(plaintext.size(), buffer.size());
    if (size > 0) {
        std::memcpy(buffer.data(), plaintext.data(), size);
        engine_->plaintext_taken(size);
    }
    has_plaintext_ = !engine_->plaintext().empty();
    return size;
}

// Returns true if the engine took some of the staged bytes.
bool Transport::feed_staged() {
    const Bytes staged = staging_.bytes().subspan(staged_begin_, staged_end_ - staged_begin_);
    if (staged.empty()) return false;
    const std::size_t fed = engine_->feed(staged);
    staged_begin_ += fed;
    has_plaintext_ = !engine_->plaintext().empty();
    return fed > 0;
}

IoResult Transport::receive_staged() {
    const IoResult result = network_.receive(socket_, staging_.bytes());
    if (result.status == IoResult::Outcome::moved) {
        staged_begin_ = 0;
        staged_end_ = result.size;
    }
    return result;
}

// Fills `buffer` from the staged bytes; receives from the socket only if that yields nothing.
IoResult Transport::receive_secured(MutableBytes buffer) {
    std::size_t size = 0;
    for (int left = fruitless_receive_count_max; left > 0;) {
        flush();
        size += take_plaintext(buffer.subspan(size));
        const bool is_full = size == buffer.size();
        if (is_full && engine_->state() == TlsState::open) break;
        if (feed_staged()) continue;
        if (size > 0) break;
        if (is_over()) return ended();
        if (has_staged()) break;
        if (stream_ended_ && engine_->state() == TlsState::open) return truncated();
        if (stream_ended_) {
            engine_->end_of_stream();
            continue;
        }
        --left;
        const IoResult result = receive_staged();
        if (result.status == IoResult::Outcome::end) {
            stream_ended_ = true;
        } else if (result.status != IoResult::Outcome::moved) {
            return result;
        }
    }
    return size > 0 ? IoResult{IoResult::Outcome::moved, size, 0} : would_block;
}

// ---- both ------------------------------------------------------------------------------------

IoResult Transport::receive(MutableBytes buffer) {
    return engine_ == nullptr ? network_.receive(socket_, buffer) : receive_secured(buffer);
}

IoResult Transport::send(std::span<const Bytes> pieces) {
    if (engine_ == nullptr) return network_.send(socket_, pieces);
    if (!flush()) return {IoResult::Outcome::failed, 0, send_error_};
    const MutableBytes buffer = engine_->send_buffer();
    std::size_t size = 0;
    for (const Bytes piece : pieces) {
        const std::size_t taken = std::min(piece.size(), buffer.size() - size);
        if (taken > 0) std::memcpy(buffer.data() + size, piece.data(), taken);
        size += taken;
    }
    if (size == 0 && is_over()) {
        ended();
        return {IoResult::Outcome::failed, 0, 0};
    }
    if (size == 0) return would_block;
    engine_->encrypt(size);
    flush();
    return {IoResult::Outcome::moved, size, 0};
}

void Transport::shutdown_send() {
    if (engine_ == nullptr) return network_.shutdown_send(socket_);
    const TlsState state = engine_->state();
    if (state == TlsState::open) engine_->close();
    has_plaintext_ = false;
    shuts_down_ = true;
    flush();
}

void Transport::close() {
    if (engine_ != nullptr) std::exchange(engine_, nullptr)->destroy();
    staging_.release();
    if (is_open()) network_.close(std::exchange(socket_, no_socket));
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
