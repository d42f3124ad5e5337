// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Boost.Beast, blocking. Its mask and its UTF-8 validator are in detail headers; streams that
// receive or encode work in memory.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>

#include "../targets.hpp"

namespace linnet::bench {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::size_t message_size_max = 64 << 20;

// ---- codec -----------------------------------------------------------------------------------

void mask_in_place(std::uint8_t* data, std::size_t size) {
    websocket::detail::prepared_key key;
    std::copy_n(mask_key, key.size(), key.begin());
    websocket::detail::mask_inplace(net::mutable_buffer(data, size), key);
}

bool is_utf8(const std::uint8_t* text, std::size_t size) {
    return websocket::detail::check_utf8(reinterpret_cast<const char*>(text), size);
}

bool check_response(std::string_view response) {
    http::response_parser<http::string_body> parser;
    error_code error;
    parser.put(net::buffer(response.data(), response.size()), error);
    if (error || !parser.is_header_done()) return false;
    const auto& head = parser.get();
    websocket::detail::sec_ws_accept_type accept;
    websocket::detail::make_sec_ws_accept(
        accept, beast::string_view(handshake_key_text.data(), handshake_key_text.size()));
    return head.version() >= 11 && head.result() == http::status::switching_protocols &&
           http::token_list{head[http::field::connection]}.exists("upgrade") &&
           http::token_list{head[http::field::upgrade]}.exists("websocket") &&
           head[http::field::sec_websocket_accept] == beast::string_view(accept);
}

// ---- a stream in memory ----------------------------------------------------------------------

/// Responds to the upgrade, then returns a source and discards the output.
class MemoryStream {
 public:
    using executor_type = net::io_context::executor_type;

    explicit MemoryStream(net::io_context& context) : executor_(context.get_executor()) {}
    executor_type get_executor() { return executor_; }
    void hand_out(Source* source) { source_ = source; }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        error = {};
        if (!answer_.empty()) {
            const std::size_t size = net::buffer_copy(buffers, net::buffer(answer_));
            answer_.erase(0, size);
            return size;
        }
        std::size_t size = 0;
        for (const net::mutable_buffer buffer : beast::buffers_range_ref(buffers)) {
            size += source_->read(buffer.data(), buffer.size());
        }
        if (size == 0) error = net::error::eof;
        return size;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code error;
        return read_some(buffers, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        error = {};
        if (!upgraded_) respond_to_upgrade(beast::buffers_to_string(buffers));
        return beast::buffer_bytes(buffers);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        error_code error;
        return write_some(buffers, error);
    }

 private:
    void respond_to_upgrade(const std::string& request) {
        upgraded_ = true;
        const std::string name = "Sec-WebSocket-Key: ";
        const std::size_t at = request.find(name);
        if (at == std::string::npos) return;  // it is a response: we are the client
        websocket::detail::sec_ws_accept_type accept;
        websocket::detail::make_sec_ws_accept(
            accept, beast::string_view(request).substr(at + name.size(), 24));
        answer_ =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
            std::string(accept.data(), accept.size()) + "\r\n\r\n";
    }

    executor_type executor_;
    Source* source_ = nullptr;
    std::string answer_;
    bool upgraded_ = false;
};

void teardown(beast::role_type, MemoryStream&, error_code& error) {
    error = {};
}

using MemoryWebSocket = websocket::stream<MemoryStream>;

template <class Stream>
void configure(Stream& stream) {
    stream.binary(true);
    stream.auto_fragment(false);
    stream.read_message_max(message_size_max);
}

void open(MemoryWebSocket& stream, bool is_server) {
    configure(stream);
    if (!is_server) return stream.handshake("localhost", "/");
    http::request<http::empty_body> request{http::verb::get, "/", 11};
    request.set(http::field::host, "localhost");
    request.set(http::field::upgrade, "websocket");
    request.set(http::field::connection, "upgrade");
    request.set(http::field::sec_websocket_version, "13");
    request.set(http::field::sec_websocket_key,
                beast::string_view(handshake_key_text.data(), handshake_key_text.size()));
    stream.accept(request);
}

class BeastReader final : public Reader {
 public:
    explicit BeastReader(bool is_server) : stream_(context_) { open(stream_, is_server); }

    void read(Source& source, Tally& tally) override {
        stream_.next_layer().hand_out(&source);
        for (std::size_t i = 0; i < source.message_count(); ++i) {
            error_code error;
            stream_.read(buffer_, error);
            if (error) return;
            tally.add(buffer_.cdata().data(), buffer_.size());
            buffer_.consume(buffer_.size());
        }
    }

 private:
    net::io_context context_{1};
    MemoryWebSocket stream_;
    beast::flat_buffer buffer_;
};

class BeastEncoder final : public Encoder {
 public:
    BeastEncoder() : stream_(context_) { open(stream_, false); }
    void encode(const std::uint8_t* payload, std::size_t size) override {
        error_code error;
        stream_.write(net::buffer(payload, size), error);
    }

 private:
    net::io_context context_{1};
    MemoryWebSocket stream_;
};

// ---- echo ------------------------------------------------------------------------------------

class BeastClient final : public EchoClient {
 public:
    BeastClient(std::uint16_t port, std::size_t) : stream_(context_) {
        const net::ip::tcp::endpoint server(net::ip::address_v4::loopback(), port);
        stream_.next_layer().connect(server);
        stream_.next_layer().set_option(net::ip::tcp::no_delay(true));
        configure(stream_);
        stream_.handshake("localhost", "/");
    }
    void put(const std::string& message) override {
        error_code error;
        stream_.write(net::buffer(message), error);
    }
    void flush() override {}
    // There is no way to ask whether there is a second one.
    std::size_t receive() override {
        error_code error;
        stream_.read(buffer_, error);
        buffer_.consume(buffer_.size());
        return error ? 0 : 1;
    }

 private:
    net::io_context context_{1};
    websocket::stream<net::ip::tcp::socket> stream_;
    beast::flat_buffer buffer_;
};

const Entered entered([] {
    enter_mask_in_place("Beast", mask_in_place);
    enter_utf8("Beast", is_utf8);
    enter_handshake("Beast", check_response);
    enter_session("Beast", make<Reader, BeastReader>);
    enter_frame_encode("Beast", make<Encoder, BeastEncoder>);
    enter_echo("Beast", make<EchoClient, BeastClient>);
});

}  // namespace
}  // namespace linnet::bench
