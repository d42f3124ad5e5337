// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A minimal program with linnet, to measure its size: it sends hello and prints the reply.
#include <cstdio>

#include "linnet/linnet.hpp"

int main(int count, char** arguments) {
    linnet::WebSocketClient client;
    linnet::WebSocketPeer& server = *client.get_peer(1);
    if (count < 2 || client.connect_to_url(arguments[1]) != linnet::Error::ok) return 2;
    while (client.get_connection_status() == client.CONNECTION_CONNECTING) client.wait(1000);
    if (server.put_packet("hello") != linnet::Error::ok) return 1;
    while (client.get_connection_status() != client.CONNECTION_DISCONNECTED) {
        client.wait(1000);
        if (server.get_available_packet_count() == 0) continue;
        const linnet::Bytes reply = server.get_packet();
        std::fwrite(reply.data(), 1, reply.size(), stdout);
        return 0;
    }
    std::puts(client.failure().explain().data());
    return 1;
}
