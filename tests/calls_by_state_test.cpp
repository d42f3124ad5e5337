// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Every public function of the documented classes in every state of a client: its result and its
// effects. Each combination is a cell of the table in calls_by_state.md; cases.py checks that no
// function is missing there.
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "client/core.hpp"
#include "testkit/golden.hpp"
#include "testkit/play.hpp"

namespace linnet::test {
namespace {

// ---- states ----------------------------------------------------------------------------------

// A TLS whose handshake never ends.
class EndlessTls final : public TlsContext {
 public:
    TlsEngine* engine(const TlsRequest&, TlsFailure&) const override { return &engine_; }

 private:
    class Engine final : public TlsEngine {
     public:
        TlsState state() const override { return TlsState::handshaking; }
        const TlsFailure& failure() const override { return failure_; }
        std::size_t feed(Bytes ciphertext) override { return ciphertext.size(); }
        Bytes outgoing() override { return {}; }
        void outgoing_sent(std::size_t) override {}
        MutableBytes plaintext() override { return {}; }
        void plaintext_taken(std::size_t) override {}
        MutableBytes send_buffer() override { return {}; }
        void encrypt(std::size_t) override {}
        void close() override {}
        void end_of_stream() override {}
        void destroy() override {}

     private:
        TlsFailure failure_;
    };
    mutable Engine engine_;
};

const EndlessTls endless_tls;
const X509Certificate some_certificate;

constexpr const char* url = "ws://host.example/";
constexpr PeerId us = 42;
constexpr PeerId friend_of_ours = 7;

// The state by its name: only the core has it.
struct Inside : PacketPeer {
    static State state_of(const WebSocketClient& client) {
        return (client.*&Inside::core_)->state();
    }
};

// A client of a server that accepts, and then sends nothing by itself.
struct Scene : Play {
    Scene()
        : Play({.steps = {AwaitRequest{}, Accept{}}},
               [](World&, Options& options) { options.tls = &endless_tls; }) {
        story->reads = false;
    }
    // The clock does not advance by itself, so that every deadline is a round number.
    void settle() {
        for (int i = 0; i < 4; ++i) client->poll();
    }
    void begin(const char* where = url, bool gd_mp_api = false) {
        ASSERT_EQ(client->connect_to_url(where, {}, gd_mp_api), Error::ok);
        settle();
    }
    void receive(const std::string& bytes) {
        world.connection().to_client += bytes;
        settle();
    }
    // An unread message is in the queue.
    void open() {
        begin();
        receive(server_frame(Opcode::text, "hi"));
    }
    // Another peer is in the room, and a packet from it in the queue.
    void join() {
        using Type = MultiplayerPacket::Type;
        begin(url, true);
        for (const auto& [type, peer] :
             {std::pair{Type::id, us}, {Type::add, server_peer}, {Type::add, friend_of_ours}}) {
            receive(server_frame(Opcode::binary, text_of(Bytes(system_packet(type, peer)))));
        }
        const auto header = multiplayer_header(Type::payload, friend_of_ours, us);
        receive(server_frame(Opcode::binary, std::string(text_of(Bytes(header))) + "hi"));
    }
    // The server reads no more, and our output is blocked.
    void block() {
        ScriptedConnection& connection = world.connection();
        connection.script.send_window = connection.taken;
        ASSERT_EQ(peer().put_packet("waits"), Error::ok);
    }
};

struct Column {
    const char* name;
    State state;
    void (*bring_about)(Scene&);
};

const Column columns[] = {
    {"never connected", State::idle, [](Scene&) {}},
    {"resolving", State::resolving,
     [](Scene& scene) {
         scene.world.resolver.pending = true;
         scene.begin();
     }},
    {"connecting", State::connecting,
     [](Scene& scene) {
         scene.world.network.scripts[0].connect_pending = true;
         scene.begin();
     }},
    {"securing", State::securing, [](Scene& scene) { scene.begin("wss://host.example/"); }},
    {"upgrading", State::upgrading,
     [](Scene& scene) {
         scene.world.network.scripts[0].steps = {AwaitRequest{}};
         scene.begin();
     }},
    {"joining a room", State::joining, [](Scene& scene) { scene.begin(url, true); }},
    {"open", State::open, [](Scene& scene) { scene.open(); }},
    {"open in a room", State::open, [](Scene& scene) { scene.join(); }},
    {"closing", State::closing,
     [](Scene& scene) {
         scene.open();
         ASSERT_EQ(scene.client->disconnect_from_host(), Error::ok);
         scene.settle();
     }},
    {"answering", State::answering,
     [](Scene& scene) {
         scene.open();
         scene.block();
         scene.receive(server_close(4001, "bye"));
     }},
    {"failing", State::failing,
     [](Scene& scene) {
         scene.open();
         scene.block();
         scene.receive("\xC1");
     }},
    {"draining", State::draining,
     [](Scene& scene) {
         scene.open();
         scene.receive(server_close(4001, "bye"));
     }},
    {"closed after an error", State::closed,
     [](Scene& scene) {
         scene.open();
         scene.world.connection().reset = true;
         scene.settle();
     }},
    {"closed cleanly", State::closed,
     [](Scene& scene) {
         scene.open();
         scene.receive(server_close(4001, "bye"));
         scene.world.connection().ended = true;
         scene.settle();
     }},
    {"given up", State::idle,
     [](Scene& scene) {
         scene.world.resolver.pending = true;
         scene.begin();
         ASSERT_EQ(scene.client->disconnect_from_host(), Error::ok);
     }},
};

// ---- results of a call ------------------------------------------------------------------------

std::string described(Error error) {
    switch (error) {
        case Error::ok: return "ok";
        case Error::failed: return "failed";
        case Error::unavailable: return "unavailable";
        case Error::unconfigured: return "unconfigured";
        case Error::out_of_memory: return "out_of_memory";
        case Error::already_in_use: return "already_in_use";
        case Error::invalid_data: return "invalid_data";
        case Error::invalid_parameter: return "invalid_parameter";
    }
    return "?";
}
std::string described(bool value) {
    return value ? "true" : "false";
}
std::string described(std::string_view text) {
    return text.empty() ? "empty" : '"' + std::string(text) + '"';
}
std::string described(const char* text) {
    return text;
}
std::string described(std::integral auto number) {
    return std::to_string(number);
}
std::string described(NetworkedMultiplayerPeer::ConnectionStatus status) {
    return name_of(status);
}
std::string described(WebSocketPeer::WriteMode mode) {
    return mode == WebSocketPeer::WRITE_MODE_TEXT ? "TEXT" : "BINARY";
}
std::string described(NetworkedMultiplayerPeer::TransferMode mode) {
    return mode == NetworkedMultiplayerPeer::TRANSFER_MODE_RELIABLE ? "RELIABLE" : "UNRELIABLE";
}
std::string described(std::span<const PeerId> peers) {
    std::string text;
    for (const PeerId peer : peers) text += (text.empty() ? "" : ", ") + std::to_string(peer);
    return text.empty() ? "none" : text;
}

std::string deadline_of(Scene& scene) {
    const std::uint64_t deadline = scene.client->next_deadline();
    if (deadline == WebSocketClient::no_deadline) return "never";
    if (deadline <= scene.world.clock.now) return "now";
    return "in " + std::to_string((deadline - scene.world.clock.now) / 1000) + " ms";
}

std::string waited_for(Scene& scene) {
    std::array<WaitItem, address_count_max> items;
    const std::size_t count = scene.client->wait_set(items);
    std::string text = count == 0 ? "nothing" : "";
    for (std::size_t i = 0; i < count; ++i) {
        if (items[i].readable) text += "to read";
        if (items[i].readable && items[i].writable) text += ", ";
        if (items[i].writable) text += "to write";
    }
    return text;
}

std::string waited(Scene& scene) {
    const std::uint64_t before = scene.world.clock.now;
    scene.client->wait(1);
    return scene.world.clock.now > before ? "sleeps" : "-";
}

// ---- calls -----------------------------------------------------------------------------------

struct Row {
    const char* name;
    std::string (*call)(Scene&);
    void (*before)(Scene&) = [](Scene&) {};
};

void empty_the_queue(Scene& scene) {
    while (scene.client->get_available_packet_count() > 0) scene.client->get_packet();
    while (scene.peer().get_available_packet_count() > 0) scene.peer().get_packet();
    scene.client->get_packet();
    scene.peer().get_packet();
}

// The cell is the result of the function; for a function without a result, the property it has set.
#define LINNET_ROW(name, expression)                         \
    Row {                                                    \
        name, [](Scene& s) { return described(expression); } \
    }
#define LINNET_VOID(name, call, expression) \
    Row {                                   \
        name, [](Scene& s) {                \
            call;                           \
            return described(expression);   \
        }                                   \
    }

std::vector<Row> packet_rows() {
    return {
        LINNET_ROW("client.get_available_packet_count()", s.client->get_available_packet_count()),
        LINNET_ROW("peer.get_available_packet_count()", s.peer().get_available_packet_count()),
        LINNET_ROW("client.get_packet()", text_of(s.client->get_packet())),
        LINNET_ROW("peer.get_packet()", text_of(s.peer().get_packet())),
        {"client.get_packet_error() after one too many",
         [](Scene& s) { return described(s.client->get_packet_error()); }, empty_the_queue},
        {"peer.get_packet_error() after one too many",
         [](Scene& s) { return described(s.peer().get_packet_error()); }, empty_the_queue},
        LINNET_ROW("client.put_packet(\"x\")", s.client->put_packet("x")),
        LINNET_ROW("peer.put_packet(\"x\")", s.peer().put_packet("x")),
    };
}

std::vector<Row> room_rows() {
    using Client = NetworkedMultiplayerPeer;
    return {
        LINNET_ROW("client.get_connection_status()", s.client->get_connection_status()),
        LINNET_VOID("client.poll()", s.client->poll(), "-"),
        LINNET_VOID("client.set_target_peer(7)", s.client->set_target_peer(7), "-"),
        LINNET_ROW("client.get_packet_peer()", s.client->get_packet_peer()),
        LINNET_ROW("client.get_unique_id()", s.client->get_unique_id()),
        LINNET_ROW("client.peers()", s.client->peers()),
        LINNET_VOID("client.set_transfer_mode(UNRELIABLE)",
                    s.client->set_transfer_mode(Client::TRANSFER_MODE_UNRELIABLE),
                    s.client->get_transfer_mode()),
        LINNET_ROW("client.get_transfer_mode()", s.client->get_transfer_mode()),
        LINNET_VOID("client.set_refuse_new_connections(true)",
                    s.client->set_refuse_new_connections(true),
                    s.client->is_refusing_new_connections()),
        LINNET_ROW("client.is_refusing_new_connections()", s.client->is_refusing_new_connections()),
        LINNET_ROW("client.set_buffers(1, 1, 1, 1)", s.client->set_buffers(1, 1, 1, 1)),
        LINNET_ROW("client.get_peer(1)", s.client->get_peer(1) != nullptr ? "the peer" : "null"),
        LINNET_ROW("client.get_peer(2)", s.client->get_peer(2) != nullptr ? "a peer" : "null"),
    };
}

std::vector<Row> peer_rows() {
    return {
        LINNET_ROW("peer.get_write_mode()", s.peer().get_write_mode()),
        LINNET_VOID("peer.set_write_mode(TEXT)",
                    s.peer().set_write_mode(WebSocketPeer::WRITE_MODE_TEXT),
                    s.peer().get_write_mode()),
        {"peer.was_string_packet() after the last",
         [](Scene& s) { return described(s.peer().was_string_packet()); }, empty_the_queue},
        LINNET_ROW("peer.is_connected_to_host()", s.peer().is_connected_to_host()),
        LINNET_ROW("peer.close()", s.peer().close()),
        LINNET_ROW("peer.get_connected_host()", s.peer().get_connected_host()),
        LINNET_ROW("peer.get_connected_port()", s.peer().get_connected_port()),
        LINNET_ROW("peer.set_no_delay(false)", s.peer().set_no_delay(false)),
        LINNET_ROW("peer.get_current_outbound_buffered_amount()",
                   s.peer().get_current_outbound_buffered_amount()),
    };
}

std::vector<Row> client_rows() {
    return {
        LINNET_VOID("client.~WebSocketClient()", s.client.reset(), "-"),
        LINNET_ROW("client.connect_to_url(\"ws://host.example/\")", s.client->connect_to_url(url)),
        LINNET_ROW("client.connect_to_url(\"http://host.example/\")",
                   s.client->connect_to_url("http://host.example/")),
        LINNET_ROW("client.disconnect_from_host()", s.client->disconnect_from_host()),
        LINNET_ROW("client.disconnect_from_host(999)", s.client->disconnect_from_host(999)),
        LINNET_VOID("client.set_verify_ssl_enabled(false)", s.client->set_verify_ssl_enabled(false),
                    s.client->is_verify_ssl_enabled()),
        LINNET_ROW("client.is_verify_ssl_enabled()", s.client->is_verify_ssl_enabled()),
        LINNET_ROW("client.set_trusted_ssl_certificate(some)",
                   s.client->set_trusted_ssl_certificate(&some_certificate)),
        LINNET_ROW("client.get_trusted_ssl_certificate()",
                   s.client->get_trusted_ssl_certificate() == nullptr ? "null" : "some"),
        LINNET_ROW("client.get_connected_host()", s.client->get_connected_host()),
        LINNET_ROW("client.get_connected_port()", s.client->get_connected_port()),
        LINNET_ROW("client.failure().cause", text(s.client->failure().cause).data()),
        LINNET_ROW("client.response_headers()",
                   s.client->response_headers().empty() ? "empty" : "given"),
        LINNET_ROW("client.response_header(\"Upgrade\")", s.client->response_header("Upgrade")),
        LINNET_VOID("client.flush()", s.client->flush(), "-"),
        LINNET_ROW("client.ping()", s.client->ping()),
        LINNET_VOID("client.notify_resume()", s.client->notify_resume(), "-"),
        {"client.wait(1)", waited},
        {"client.wait_set(items)", waited_for},
        {"client.next_deadline()", deadline_of},
        LINNET_ROW("client.stats().messages_received", s.client->stats().messages_received),
    };
}

std::vector<Row> all_rows() {
    std::vector<Row> rows;
    for (const auto& part : {packet_rows(), room_rows(), peer_rows(), client_rows()}) {
        rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
}

// ---- effects of a call ------------------------------------------------------------------------

// The state of a client that is observable from inside and outside.
struct Sight {
    explicit Sight(Scene& scene)
        : signals(scene.story->signals),
          socket_count(scene.world.network.open_count()),
          request_count(scene.world.resolver.open_count()) {
        if (!scene.world.network.connections.empty()) {
            frame_count = scene.world.connection().frames.size();
        }
        if (!scene.client) return;
        state = text(Inside::state_of(*scene.client));
        message_count =
            scene.client->get_available_packet_count() + scene.peer().get_available_packet_count();
    }

    std::string state = "gone";
    std::string signals;
    std::size_t message_count = 0;
    std::size_t frame_count = 0;
    std::size_t socket_count;
    std::size_t request_count;
};

std::string sent(const ReceivedFrame& frame) {
    switch (frame.header.opcode) {
        case Opcode::text: return "sends text";
        case Opcode::binary: return "sends binary of " + std::to_string(frame.payload.size());
        case Opcode::close: return "sends close";
        case Opcode::ping: return "sends ping";
        case Opcode::continuation:
        case Opcode::pong: break;
    }
    return "sends ?";
}

std::string changes(Scene& scene, const Sight& before) {
    const Sight after(scene);
    std::string text;
    for (std::size_t i = before.frame_count; i < after.frame_count; ++i) {
        text += "; " + sent(scene.world.connection().frames[i]);
    }
    if (after.socket_count < before.socket_count) text += "; closes the socket";
    if (after.request_count < before.request_count) text += "; cancels the request";
    if (after.message_count < before.message_count) {
        text += "; " + std::to_string(after.message_count) + " packets left";
    }
    if (after.state != before.state) text += "; now " + after.state;
    const std::string emitted = after.signals.substr(before.signals.size());
    if (!emitted.empty()) text += "; emits " + emitted;
    return text;
}

std::string cell(const Row& row, const Column& column) {
    Scene scene;
    column.bring_about(scene);
    if (testing::Test::HasFatalFailure()) return "not brought about";
    EXPECT_EQ(Inside::state_of(*scene.client), column.state) << column.name;
    row.before(scene);
    const Sight before(scene);
    const std::string result = row.call(scene);
    const std::string text = result + changes(scene, before);
    return text.starts_with("-; ") ? text.substr(3) : text;
}

// ---- the table -------------------------------------------------------------------------------

using Table = std::vector<std::vector<std::string>>;

Table played_table() {
    Table table{{"call"}};
    for (const Column& column : columns) table[0].push_back(column.name);
    for (const Row& row : all_rows()) {
        table.push_back({"`" + std::string(row.name) + "`"});
        for (const Column& column : columns) table.back().push_back(cell(row, column));
    }
    return table;
}

std::string as_markdown(const Table& table) {
    std::string text;
    for (const auto& cells : table) {
        for (const std::string& each : cells) text += "| " + each + " ";
        text += "|\n";
        if (&cells != &table.front()) continue;
        for (std::size_t i = 0; i < cells.size(); ++i) text += "|---";
        text += "|\n";
    }
    return text;
}

// The table is the rest of the file from its header on.
std::string with_table(const std::string& file, const Table& table) {
    const std::size_t begin = file.find("| call |");
    if (begin == file.npos) {
        ADD_FAILURE() << "the table begins with | call |";
        return file;
    }
    return file.substr(0, begin) + as_markdown(table);
}

// Case 37, 46: destruction in every state, and every other call
TEST(CallsByState, behave_as_the_table_says) {
    const Table played = played_table();
    expect_golden(LINNET_VECTORS_DIR "/../calls_by_state.md",
                  [&](const std::string& file) { return with_table(file, played); });
}

TEST(CallsByState, restore_a_damaged_table) {
    const Table table{{"call", "open"}, {"`client.poll()`", "ok"}};
    const std::string file = "Text.\n\n| call | open |\n|---|---|\n| `client.poll()` | ok |\n";
    EXPECT_EQ(with_table(file, table), file);
    EXPECT_EQ(with_table("Text.\n\n| call | joining |\n| `client.p", table), file);
}

}  // namespace
}  // namespace linnet::test
