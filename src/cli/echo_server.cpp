// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/echo_server.hpp"

namespace linnet::cli {
namespace {

constexpr std::uint16_t internal_error = 1011;  // RFC 6455 7.4.1

}  // namespace

// A message stays in the queue until the previous echo is sent, so that the server does not read
// from a client that does not read.
bool EchoServer::can_take(const Connection& connection) const {
    const Outbox& out = connection.session.outbox();
    return out.message_count() == 0 || connection.session.close_is_queued();
}

void EchoServer::take(Connection& connection) {
    Session& session = connection.session;
    const Inbox::Message packet = session.take();
    if (session.close_is_queued()) return;
    const Error error =
        session.put(packet.is_text ? Opcode::text : Opcode::binary, {}, packet.payload);
    if (error == Error::ok) return;
    connection.gone = session.close(internal_error, "the message cannot be sent back") != Error::ok;
}

}  // namespace linnet::cli
