// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "sockets.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "targets.hpp"

namespace linnet::bench {

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int enabled = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    ::close(fd);
    return -1;
}

bool upgrade(int fd) {
    const std::string request =
        std::string("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n") +
        "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + std::string(handshake_key_text) +
        "\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) <= 0) return false;
    std::string response;
    char byte = 0;
    while (!std::string_view(response).ends_with("\r\n\r\n")) {
        if (::recv(fd, &byte, 1, 0) <= 0) return false;
        response += byte;
    }
    return response.find(handshake_accept_text) != std::string::npos;
}

bool wait_for(int fd, bool also_to_write) {
    pollfd item{fd, static_cast<short>(also_to_write ? POLLIN | POLLOUT : POLLIN), 0};
    return ::poll(&item, 1, -1) > 0;
}

}  // namespace linnet::bench
