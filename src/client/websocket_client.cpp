// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// The documented classes, each a facade of `ClientCore`.
#include "linnet/websocket_client.hpp"

#include <new>

#include "base/kept_errno.hpp"
#include "client/core.hpp"
#include "codec/text.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {
namespace {

// A call into the core that does not use the environment; a debug build guards it until its end.
class Look {
 public:
    explicit Look(ClientCore* core) : core_(core), visit_(core->one_thread()) {}
    ClientCore* operator->() const { return core_; }

 private:
    ClientCore* core_;
    [[no_unique_address]] OneThread::Visit visit_;
};

// Any other call: restores the program's errno at its end.
class Call {
 public:
    explicit Call(ClientCore* core) : look_(core) {}
    const Look& operator->() const { return look_; }

 private:
    KeptErrno errno_;
    Look look_;
};

}  // namespace

// ---- PacketPeer ------------------------------------------------------------------------------

std::size_t PacketPeer::get_available_packet_count() const {
    const bool is_theirs = Look(core_)->is_multiplayer() == (face_ == Face::client);
    return is_theirs ? Look(core_)->message_count() : 0;
}

Bytes PacketPeer::get_packet() {
    Bytes packet;
    packet_error_ = face_ == Face::peer ? Look(core_)->take_packet(packet)
                                        : Look(core_)->take_multiplayer_packet(packet);
    return packet;
}

Error PacketPeer::put_packet(Bytes packet) {
    // If a packet uses the environment, the core restores errno: most packets do not.
    return face_ == Face::peer ? Look(core_)->put_packet(packet)
                               : Look(core_)->put_multiplayer_packet(packet);
}

// ---- WebSocketPeer ---------------------------------------------------------------------------

WebSocketPeer::WriteMode WebSocketPeer::get_write_mode() const {
    return Look(core_)->write_mode();
}
void WebSocketPeer::set_write_mode(WriteMode mode) {
    Look(core_)->set_write_mode(mode);
}
bool WebSocketPeer::was_string_packet() const {
    return Look(core_)->was_string_packet();
}
bool WebSocketPeer::is_connected_to_host() const {
    return is_conversing(Look(core_)->state());
}
Error WebSocketPeer::close(int code, std::string_view reason) {
    return is_conversing(Look(core_)->state()) ? Call(core_)->disconnect(code, reason) : Error::ok;
}
std::string_view WebSocketPeer::get_connected_host() const {
    return Look(core_)->connected_host();
}
std::uint16_t WebSocketPeer::get_connected_port() const {
    return Look(core_)->connected_port();
}
Error WebSocketPeer::set_no_delay(bool enabled) {
    return Call(core_)->set_no_delay(enabled);
}
std::size_t WebSocketPeer::get_current_outbound_buffered_amount() const {
    return Look(core_)->outbound_buffered_amount();
}

// ---- NetworkedMultiplayerPeer, WebSocketMultiplayerPeer --------------------------------------

NetworkedMultiplayerPeer::ConnectionStatus NetworkedMultiplayerPeer::get_connection_status() const {
    const State state = Look(core_)->state();
    if (is_connecting(state) || state == State::joining) return CONNECTION_CONNECTING;
    return is_conversing(state) ? CONNECTION_CONNECTED : CONNECTION_DISCONNECTED;
}

void NetworkedMultiplayerPeer::poll() {
    Call(core_)->poll();
}

void NetworkedMultiplayerPeer::set_target_peer(int id) {
    Look(core_)->set_target(id);
}
int NetworkedMultiplayerPeer::get_packet_peer() const {
    return Look(core_)->packet_source();
}
int NetworkedMultiplayerPeer::get_unique_id() const {
    return Look(core_)->unique_id();
}
std::span<const PeerId> NetworkedMultiplayerPeer::peers() const {
    return Look(core_)->peers();
}

Error WebSocketMultiplayerPeer::set_buffers(int input_buffer_size_kb, int input_max_packets,
                                            int output_buffer_size_kb, int output_max_packets) {
    return Look(core_)->set_buffers(input_buffer_size_kb, input_max_packets, output_buffer_size_kb,
                                    output_max_packets);
}

WebSocketPeer* WebSocketMultiplayerPeer::get_peer(int peer_id) {
    return peer_id == 1 ? &Look(core_)->peer() : nullptr;
}

// ---- WebSocketClient -------------------------------------------------------------------------

WebSocketClient::WebSocketClient(const Options& options)
    : WebSocketMultiplayerPeer(reinterpret_cast<ClientCore*>(storage_), options.memory),
      connection_established(options.memory),
      connection_error(options.memory),
      connection_closed(options.memory),
      data_received(options.memory),
      server_close_request(options.memory) {
    static_assert(sizeof(ClientCore) <= core_size &&
                  alignof(ClientCore) <= alignof(std::max_align_t));
    core_ = ::new (static_cast<void*>(storage_)) ClientCore(*this, options);
}

WebSocketClient::~WebSocketClient() {
    const KeptErrno kept;
    static_cast<void>(Look(core_)->state());  // asserts that no other thread uses the client
    core_->~ClientCore();
}

Error WebSocketClient::connect_to_url(std::string_view url, Strings protocols, bool gd_mp_api,
                                      Strings custom_headers) {
    return Call(core_)->connect_to_url(url, protocols, gd_mp_api, custom_headers);
}
Error WebSocketClient::disconnect_from_host(int code, std::string_view reason) {
    return Call(core_)->disconnect(code, reason);
}
void WebSocketClient::set_verify_ssl_enabled(bool enabled) {
    Look(core_)->set_verify_ssl(enabled);
}
bool WebSocketClient::is_verify_ssl_enabled() const {
    return Look(core_)->verify_ssl();
}
Error WebSocketClient::set_trusted_ssl_certificate(const X509Certificate* certificate) {
    return Look(core_)->set_trusted_certificate(certificate);
}
const X509Certificate* WebSocketClient::get_trusted_ssl_certificate() const {
    return Look(core_)->trusted_certificate();
}
std::string_view WebSocketClient::get_connected_host() const {
    return Look(core_)->connected_host();
}
std::uint16_t WebSocketClient::get_connected_port() const {
    return Look(core_)->connected_port();
}

const Failure& WebSocketClient::failure() const {
    return Look(core_)->failure();
}
std::string_view WebSocketClient::response_headers() const {
    return Look(core_)->response_headers();
}
std::string_view WebSocketClient::response_header(std::string_view name) const {
    std::string_view rest = Look(core_)->response_headers();
    for (HttpHeader header; take_header(rest, header);) {
        if (same_ignoring_case(header.name, name)) return header.value;
    }
    return {};
}

void WebSocketClient::flush() {
    Call(core_)->flush();
}
Error WebSocketClient::ping() {
    return Call(core_)->ping();
}
void WebSocketClient::wait(std::uint32_t timeout_ms) {
    Call(core_)->wait(timeout_ms);
}
std::size_t WebSocketClient::wait_set(std::span<WaitItem> items) const {
    return Look(core_)->wait_set(items);
}
std::uint64_t WebSocketClient::next_deadline() const {
    return Call(core_)->next_deadline();
}
void WebSocketClient::notify_resume() {
    Call(core_)->notify_resume();
}
Stats WebSocketClient::stats() const {
    return Look(core_)->stats();
}

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
