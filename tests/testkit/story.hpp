// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Logs the signals of a client, one line each, with the state seen in the handler.
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

/// Connects to every signal of a client. `on` is called after a line is written, inside the
/// handler.
class Story {
 public:
    explicit Story(WebSocketClient& client) : client_(&client) {
        client.connection_established.connect([this](std::string_view protocol) {
            receive("connection_established(\"" + std::string(protocol) + "\")");
        });
        client.connection_error.connect([this] { receive("connection_error()"); });
        client.connection_closed.connect([this](bool clean) {
            receive(std::string("connection_closed(") + (clean ? "true" : "false") + ")");
        });
        client.data_received.connect([this] { receive("data_received()"); });
        client.server_close_request.connect([this](int code, std::string_view reason) {
            receive("server_close_request(" + std::to_string(code) + ", \"" + std::string(reason) +
                    "\")");
        });
        connect_room_signals(client);
    }

    /// One line for each signal: name, arguments, status and openness seen in the handler.
    std::vector<std::string> lines;
    /// The same without the state seen in the handler, joined by " -> ".
    std::string signals;
    /// All messages read by `read_all`, each as "T:..." or "B:..."; in a room as "<peer>:...".
    std::vector<std::string> messages;
    std::function<void(const std::string& signal)> on;
    /// Reads every message as soon as it is announced.
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
    void connect_room_signals(WebSocketClient& client) {
        const auto with_peer = [this](const char* name) {
            return [this, name](int peer) {
                receive(std::string(name) + "(" + std::to_string(peer) + ")");
            };
        };
        client.peer_connected.connect(with_peer("peer_connected"));
        client.peer_disconnected.connect(with_peer("peer_disconnected"));
        client.connection_succeeded.connect([this] { receive("connection_succeeded()"); });
        client.connection_failed.connect([this] { receive("connection_failed()"); });
        client.server_disconnected.connect([this] { receive("server_disconnected()"); });
        client.peer_packet.connect([this](int peer) {
            if (reads) read_packets();
            receive("peer_packet(" + std::to_string(peer) + ")");
        });
    }
    void read_packets() {
        while (client_->get_available_packet_count() > 0) {
            const int peer = client_->get_packet_peer();
            messages.push_back(std::to_string(peer) + ":" +
                               std::string(text_of(client_->get_packet())));
        }
    }
    void receive(const std::string& signal) {
        lines.push_back(signal + " " + name_of(client_->get_connection_status()) +
                        (client_->get_peer(1)->is_connected_to_host() ? " open" : ""));
        signals += (signals.empty() ? "" : " -> ") + signal;
        if (reads && signal == "data_received()") read_all();
        if (on) on(signal);
    }

    WebSocketClient* client_;
};

}  // namespace linnet::test
