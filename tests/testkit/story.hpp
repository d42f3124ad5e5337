// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Writes down what a client's signals tell, in one line each, with what the handler saw.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "linnet/linnet.hpp"

namespace linnet::test {

inline std::string name_of(NetworkedMultiplayerPeer::ConnectionStatus status) {
    switch (status) {
        case NetworkedMultiplayerPeer::CONNECTION_DISCONNECTED: return "DISCONNECTED";
        case NetworkedMultiplayerPeer::CONNECTION_CONNECTING: return "CONNECTING";
        case NetworkedMultiplayerPeer::CONNECTION_CONNECTED: return "CONNECTED";
    }
    return "?";
}

/// Hears every signal of a client. `on` is called after a line is written, inside the handler.
class Story {
 public:
    explicit Story(WebSocketClient& client) : client_(&client) {
        client.connection_established.connect([this](std::string_view protocol) {
            hear("connection_established(\"" + std::string(protocol) + "\")");
        });
        client.connection_error.connect([this] { hear("connection_error()"); });
        client.connection_closed.connect([this](bool clean) {
            hear(std::string("connection_closed(") + (clean ? "true" : "false") + ")");
        });
        client.data_received.connect([this] { hear("data_received()"); });
        client.server_close_request.connect([this](int code, std::string_view reason) {
            hear("server_close_request(" + std::to_string(code) + ", \"" + std::string(reason) +
                 "\")");
        });
    }

    /// One line for each signal: name, arguments, status and openness seen in the handler.
    std::vector<std::string> lines;
    /// The same without what the handler saw, joined by " -> ".
    std::string signals;
    /// All messages read by `read_all`, each as "T:..." or "B:...".
    std::vector<std::string> messages;
    std::function<void(const std::string& signal)> on;
    /// Read every message as soon as it is announced.
    bool reads = true;

    void read_all() {
        WebSocketPeer& peer = *client_->get_peer(1);
        while (peer.get_available_packet_count() > 0) {
            const Bytes packet = peer.get_packet();
            messages.push_back((peer.was_string_packet() ? "T:" : "B:") +
                               std::string(text_of(packet)));
        }
    }

 private:
    void hear(const std::string& signal) {
        lines.push_back(signal + " " + name_of(client_->get_connection_status()) +
                        (client_->get_peer(1)->is_connected_to_host() ? " open" : ""));
        signals += (signals.empty() ? "" : " -> ") + signal;
        if (reads && signal == "data_received()") read_all();
        if (on) on(signal);
    }

    WebSocketClient* client_;
};

}  // namespace linnet::test
