// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// WebSocket++: only the processor of RFC 6455, and a whole client over Boost.Asio.
#include <websocketpp/client.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/processors/hybi13.hpp>

#include <algorithm>

#include "../targets.hpp"

namespace linnet::bench {
namespace {

using Config = websocketpp::config::asio_client;
using Processor = websocketpp::processor::hybi13<Config>;
using Manager = Config::con_msg_manager_type;

constexpr std::size_t message_size_max = 64 << 20;

// ---- codec -----------------------------------------------------------------------------------

websocketpp::frame::masking_key_type key() {
    websocketpp::frame::masking_key_type key{};
    std::copy_n(mask_key, 4, key.c);
    return key;
}

void mask_in_place(std::uint8_t* data, std::size_t size) {
    websocketpp::frame::word_mask_exact(data, size, key());
}

// Its second argument is only read.
void mask_copy(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
    websocketpp::frame::word_mask_exact(const_cast<std::uint8_t*>(from), to, size, key());
}

bool is_utf8(const std::uint8_t* text, std::size_t size) {
    websocketpp::utf8_validator::validator validator;
    return validator.decode(text, text + size) && validator.complete();
}

/// The state of a connection.
struct Parts {
    explicit Parts(bool is_server) : processor(false, is_server, manager, random) {
        processor.set_max_message_size(message_size_max);
    }

    Manager::ptr manager = websocketpp::lib::make_shared<Manager>();
    Config::rng_type random;
    Processor processor;
};

bool check_response(std::string_view reply) {
    static Parts parts(false);
    Config::request_type request;
    request.replace_header("Sec-WebSocket-Key", std::string(handshake_key_text));
    Config::response_type response;
    response.consume(reply.data(), reply.size());
    return response.headers_ready() &&
           !parts.processor.validate_server_handshake_response(request, response);
}

// ---- frames ----------------------------------------------------------------------------------

class WebsocketppReader final : public Reader {
 public:
    explicit WebsocketppReader(bool is_server) : parts_(is_server) {}

    void read(Source& source, Tally& tally) override {
        std::uint8_t buffer[Config::connection_read_buffer_size];
        while (const std::size_t size = source.read(buffer, sizeof buffer)) {
            for (std::size_t at = 0; at < size;) {
                websocketpp::lib::error_code error;
                at += parts_.processor.consume(buffer + at, size - at, error);
                if (error) return;
                if (!parts_.processor.ready()) continue;
                const auto message = parts_.processor.get_message();
                tally.add(message->get_payload().data(), message->get_payload().size());
            }
        }
    }

 private:
    Parts parts_;
};

class WebsocketppEncoder final : public Encoder {
 public:
    void encode(const std::uint8_t* payload, std::size_t size) override {
        const auto binary = websocketpp::frame::opcode::binary;
        const auto message = parts_.manager->get_message(binary, size);
        message->append_payload(payload, size);
        const auto frame = parts_.manager->get_message();
        parts_.processor.prepare_data_frame(message, frame);
    }

 private:
    Parts parts_{false};
};

// ---- echo ------------------------------------------------------------------------------------

class WebsocketppClient final : public EchoClient {
 public:
    WebsocketppClient(std::uint16_t port, std::size_t) {
        client_.clear_access_channels(websocketpp::log::alevel::all);
        client_.clear_error_channels(websocketpp::log::elevel::all);
        client_.init_asio();
        client_.set_tcp_post_init_handler([this](websocketpp::connection_hdl handle) {
            const boost::asio::ip::tcp::no_delay no_delay(true);
            client_.get_con_from_hdl(handle)->get_raw_socket().set_option(no_delay);
        });
        client_.set_message_handler([this](auto&&...) { ++arrived_; });
        client_.set_open_handler([this](auto&&...) { open_ = true; });
        websocketpp::lib::error_code error;
        connection_ = client_.get_connection("ws://127.0.0.1:" + std::to_string(port), error);
        if (error) return;
        client_.connect(connection_);
        while (!open_ && client_.run_one() > 0) continue;
    }
    WebsocketppClient(const WebsocketppClient&) = delete;
    WebsocketppClient& operator=(const WebsocketppClient&) = delete;
    ~WebsocketppClient() override {
        websocketpp::lib::error_code error;
        client_.close(connection_, websocketpp::close::status::normal, "", error);
        client_.run();
    }

    void put(const std::string& message) override {
        websocketpp::lib::error_code error;
        client_.send(connection_, message, websocketpp::frame::opcode::binary, error);
    }
    void flush() override { client_.poll(); }
    std::size_t receive() override {
        while (arrived_ == 0 && client_.run_one() > 0) continue;
        return std::exchange(arrived_, 0);
    }

 private:
    websocketpp::client<Config> client_;
    websocketpp::client<Config>::connection_ptr connection_;
    std::size_t arrived_ = 0;
    bool open_ = false;
};

const Entered entered([] {
    enter_mask_in_place("websocketpp", mask_in_place);
    enter_mask_copy("websocketpp", mask_copy);
    enter_utf8("websocketpp", is_utf8);
    enter_handshake("websocketpp", check_response);
    enter_session("websocketpp", make<Reader, WebsocketppReader>);
    enter_frame_encode("websocketpp", make<Encoder, WebsocketppEncoder>);
    enter_echo("websocketpp", make<EchoClient, WebsocketppClient>);
});

}  // namespace
}  // namespace linnet::bench
