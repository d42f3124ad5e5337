// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// libwebsockets: its parser cannot be used without its event loop, so it only echoes.
#include <libwebsockets.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "../targets.hpp"

namespace linnet::bench {
namespace {

constexpr std::size_t buffer_size = 64 * 1024;

class LibwebsocketsClient final : public EchoClient {
 public:
    LibwebsocketsClient(std::uint16_t port, std::size_t message_size)
        : protocols_{{"bench", on_event, 0, buffer_size, 0, this, 0}, {}},
          frame_(LWS_PRE + message_size) {
        lws_set_log_level(0, nullptr);
        lws_context_creation_info info{};
        info.port = CONTEXT_PORT_NO_LISTEN;
        info.protocols = protocols_;
        info.pt_serv_buf_size = buffer_size;
        context_ = lws_create_context(&info);
        if (context_ == nullptr) return;
        lws_client_connect_info to{};
        to.context = context_;
        to.address = to.host = to.origin = "127.0.0.1";
        to.port = port;
        to.path = "/";
        to.local_protocol_name = protocols_[0].name;
        to.pwsi = &connection_;
        state_ = lws_client_connect_via_info(&to) == nullptr ? State::lost : State::connecting;
        while (state_ == State::connecting) lws_service(context_, 0);
    }
    LibwebsocketsClient(const LibwebsocketsClient&) = delete;
    LibwebsocketsClient& operator=(const LibwebsocketsClient&) = delete;
    ~LibwebsocketsClient() override {
        if (context_ != nullptr) lws_context_destroy(context_);
    }

    void put(const std::string& message) override {
        message_ = &message;
        ++unsent_;
    }
    void flush() override { ask_to_write(); }
    std::size_t receive() override {
        while (state_ == State::open && arrived_ == 0) lws_service(context_, 0);
        return std::exchange(arrived_, 0);
    }

 private:
    enum class State { lost, connecting, open };

    static int on_event(lws* connection, lws_callback_reasons reason, void*, void*, std::size_t) {
        const lws_protocols* const protocol = lws_get_protocol(connection);
        if (protocol == nullptr || protocol->user == nullptr) return 0;
        return static_cast<LibwebsocketsClient*>(protocol->user)->on_event(reason);
    }
    int on_event(lws_callback_reasons reason) {
        switch (reason) {
            case LWS_CALLBACK_CLIENT_ESTABLISHED: state_ = State::open; break;
            case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
            case LWS_CALLBACK_CLIENT_CLOSED: state_ = State::lost; break;
            case LWS_CALLBACK_CLIENT_RECEIVE:
                if (lws_is_final_fragment(connection_) != 0) ++arrived_;
                break;
            case LWS_CALLBACK_CLIENT_WRITEABLE: write(); break;
            default: break;
        }
        return 0;
    }
    void ask_to_write() {
        if (state_ == State::open && unsent_ > 0) lws_callback_on_writable(connection_);
    }
    // It masks in place, and needs space before the payload.
    void write() {
        for (; unsent_ > 0 && lws_send_pipe_choked(connection_) == 0; --unsent_) {
            std::uint8_t* const payload = frame_.data() + LWS_PRE;
            std::copy(message_->begin(), message_->end(), payload);
            if (lws_write(connection_, payload, message_->size(), LWS_WRITE_BINARY) < 0) {
                state_ = State::lost;
                return;
            }
        }
        ask_to_write();
    }

    lws_protocols protocols_[2];
    std::vector<std::uint8_t> frame_;
    lws_context* context_ = nullptr;
    lws* connection_ = nullptr;
    State state_ = State::lost;
    const std::string* message_ = nullptr;
    std::size_t unsent_ = 0;
    std::size_t arrived_ = 0;
};

const Entered entered([] { enter_echo("libwebsockets", make<EchoClient, LibwebsocketsClient>); });

}  // namespace
}  // namespace linnet::bench
