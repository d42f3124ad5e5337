// SPDX-License-Identifier: MIT
// Copyright the linnet authors
#include "cli/echo_server.hpp"

namespace linnet::cli {

// A message leaves the queue only when its echo has a place: a client that does not read is not
// read.
void EchoServer::heard(Connection& connection) {
    Session& session = connection.session;
    while (session.packet_count() > 0) {
        const Outbox& out = session.outbox();
        const bool fits = out.queued_payload() == 0 && out.packet_count() == 0;
        if (!fits) return;
        const Inbox::Packet packet = session.take();
        const Error error =
            session.put(packet.is_text ? Opcode::text : Opcode::binary, {}, packet.payload);
        if (error != Error::ok) return;
        send(connection);
    }
}

}  // namespace linnet::cli
