// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "linnet/system_network.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

Network::Opened SystemNetwork::connect(const SocketAddress&) {
    return {};
}

Network::ConnectResult SystemNetwork::connect_status(SocketHandle) {
    return {Connecting::failed, 0};
}

IoResult SystemNetwork::receive(SocketHandle, MutableBytes) {
    return {IoResult::Outcome::failed, 0, 0};
}

IoResult SystemNetwork::send(SocketHandle, std::span<const Bytes>) {
    return {IoResult::Outcome::failed, 0, 0};
}

void SystemNetwork::shutdown_send(SocketHandle) {}

void SystemNetwork::close(SocketHandle) {}

bool SystemNetwork::set_no_delay(SocketHandle, bool) {
    return false;
}

void SystemNetwork::wait(std::span<const WaitItem>, std::uint64_t) {}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
