// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "client/link.hpp"

#include <algorithm>

namespace linnet::inline LINNET_INLINE_NAMESPACE {

void Link::note_received(const IoResult& result, std::uint64_t now_us) {
    switch (result.status) {
        case IoResult::Outcome::moved:
            incoming_ = Incoming::flowing;
            stats_.bytes_received += result.size;
            received_us_ = now_us;
            break;
        case IoResult::Outcome::would_block: incoming_ = Incoming::quiet; break;
        case IoResult::Outcome::end: incoming_ = Incoming::ended; break;
        case IoResult::Outcome::failed:
            incoming_ = Incoming::failed;
            if (os_error_ == 0) os_error_ = result.os_error;
            break;
    }
}

Link::Received Link::receive(MutableBytes buffer, std::uint64_t now_us) {
    const IoResult result = transport_.receive(buffer);
    note_received(result, now_us);
    if (result.status != IoResult::Outcome::moved) return {};
    const bool may_have_more = result.size == buffer.size() || transport_.has_staged();
    if (!may_have_more) incoming_ = Incoming::quiet;
    return {result.size, may_have_more};
}

std::size_t Link::discard(std::size_t size_max, std::uint64_t now_us) {
    std::array<std::uint8_t, 2048> scrap;
    std::size_t size = 0;
    while (can_receive() && size < size_max) {
        const std::size_t part = std::min(scrap.size(), size_max - size);
        const IoResult result = transport_.receive(MutableBytes(scrap).first(part));
        note_received(result, now_us);
        if (result.status != IoResult::Outcome::moved) break;
        size += result.size;
    }
    return size;
}

std::size_t Link::send(std::span<const Bytes> pieces, std::uint64_t now_us) {
    const IoResult result = transport_.send(pieces);
    if (result.status == IoResult::Outcome::would_block) block_sending();
    if (transport_.send_error() != 0) lose_sending(transport_.send_error());
    if (result.status == IoResult::Outcome::failed) lose_sending(result.os_error);
    if (result.status != IoResult::Outcome::moved) return 0;
    if (outgoing_ == Outgoing::blocked) outgoing_ = Outgoing::resumed;
    stats_.bytes_sent += result.size;
    sent_us_ = now_us;
    return result.size;
}

void Link::block_sending() {
    if (outgoing_ == Outgoing::blocked) return;
    outgoing_ = Outgoing::blocked;
    ++stats_.send_stalls;
    journal_.send_stalled();
}

std::size_t Link::wait_set(std::span<WaitItem> items, bool has_space, bool has_unsent) const {
    if (!transport_.is_open() || items.empty()) return 0;
    items[0] = {.socket = transport_.socket(),
                .readable = has_space && can_receive(),
                .writable = (has_unsent && can_send()) || transport_.is_blocked()};
    return items[0].readable || items[0].writable ? 1 : 0;
}

void Link::lose_sending(int os_error) {
    outgoing_ = Outgoing::failed;
    if (os_error_ == 0) os_error_ = os_error;
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
