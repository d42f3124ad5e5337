// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// wslay: its event API receives and echoes, its frame API encodes. Its user provides the socket,
// the upgrade and the masking keys.
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include "../sockets.hpp"
#include "../targets.hpp"

namespace linnet::bench {
namespace {

constexpr std::uint64_t message_size_max = 64 << 20;

/// A connection of the event API: `Self` has `receive`, `send` and `on_message`.
template <class Self>
class EventContext {
 public:
    explicit EventContext(bool is_server) {
        wslay_event_callbacks callbacks{};
        callbacks.recv_callback = [](wslay_event_context_ptr context, std::uint8_t* out,
                                     std::size_t size_max, int, void* self) {
            return or_would_block(context, static_cast<Self*>(self)->receive(out, size_max));
        };
        callbacks.send_callback = [](wslay_event_context_ptr context, const std::uint8_t* data,
                                     std::size_t size, int flags, void* self) {
            const bool more = (flags & WSLAY_MSG_MORE) != 0;
            return or_would_block(context, static_cast<Self*>(self)->send(data, size, more));
        };
        callbacks.genmask_callback = [](wslay_event_context_ptr, std::uint8_t* key,
                                        std::size_t size, void*) {
            fill_mask_key(key, size);
            return 0;
        };
        callbacks.on_msg_recv_callback =
            [](wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message, void* self) {
                static_cast<Self*>(self)->on_message(message->msg, message->msg_length);
            };
        const auto init = is_server ? wslay_event_context_server_init  //
                                    : wslay_event_context_client_init;
        init(&context_, &callbacks, static_cast<Self*>(this));
        wslay_event_config_set_max_recv_msg_length(context_, message_size_max);
    }
    EventContext(const EventContext&) = delete;
    EventContext& operator=(const EventContext&) = delete;
    ~EventContext() { wslay_event_context_free(context_); }

 protected:
    wslay_event_context_ptr context() { return context_; }

 private:
    static ssize_t or_would_block(wslay_event_context_ptr context, ssize_t size) {
        if (size > 0) return size;
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }

    wslay_event_context_ptr context_ = nullptr;
};

class WslayReader final : public Reader, public EventContext<WslayReader> {
 public:
    explicit WslayReader(bool is_server) : EventContext(is_server) {}
    void read(Source& source, Tally& tally) override {
        source_ = &source;
        tally_ = &tally;
        wslay_event_recv(context());
    }

    ssize_t receive(std::uint8_t* out, std::size_t size_max) {
        return static_cast<ssize_t>(source_->read(out, size_max));
    }
    ssize_t send(const std::uint8_t*, std::size_t size, bool) { return static_cast<ssize_t>(size); }
    void on_message(const std::uint8_t* message, std::size_t size) { tally_->add(message, size); }

 private:
    Source* source_ = nullptr;
    Tally* tally_ = nullptr;
};

class WslayEncoder final : public Encoder {
 public:
    WslayEncoder() {
        wslay_frame_callbacks callbacks{};
        callbacks.send_callback = [](const std::uint8_t*, std::size_t size, int, void*) {
            return static_cast<ssize_t>(size);
        };
        callbacks.genmask_callback = [](std::uint8_t* key, std::size_t size, void*) {
            fill_mask_key(key, size);
            return 0;
        };
        wslay_frame_context_init(&context_, &callbacks, nullptr);
    }
    WslayEncoder(const WslayEncoder&) = delete;
    WslayEncoder& operator=(const WslayEncoder&) = delete;
    ~WslayEncoder() override { wslay_frame_context_free(context_); }

    void encode(const std::uint8_t* payload, std::size_t size) override {
        wslay_frame_iocb frame{};
        frame.fin = 1;
        frame.opcode = WSLAY_BINARY_FRAME;
        frame.mask = 1;
        frame.payload_length = size;
        frame.data = payload;
        frame.data_length = size;
        wslay_frame_send(context_, &frame);
    }

 private:
    wslay_frame_context_ptr context_ = nullptr;
};

class WslayClient final : public EchoClient, public EventContext<WslayClient> {
 public:
    WslayClient(std::uint16_t port, std::size_t)
        : EventContext(false), fd_(connect_to(port)), open_(upgrade(fd_)) {}
    WslayClient(const WslayClient&) = delete;
    WslayClient& operator=(const WslayClient&) = delete;
    ~WslayClient() override { ::close(fd_); }

    void put(const std::string& message) override {
        const wslay_event_msg queued{WSLAY_BINARY_FRAME,
                                     reinterpret_cast<const std::uint8_t*>(message.data()),
                                     message.size()};
        wslay_event_queue_msg(context(), &queued);
    }
    void flush() override { wslay_event_send(context()); }
    std::size_t receive() override {
        arrived_ = 0;
        while (open_ && arrived_ == 0) {
            const bool unsent = wslay_event_want_write(context()) != 0;
            if (!wait_for(fd_, unsent)) return 0;
            if (unsent) flush();
            if (wslay_event_recv(context()) != 0) return 0;
        }
        return arrived_;
    }

    ssize_t receive(std::uint8_t* out, std::size_t size_max) {
        const ssize_t size = ::recv(fd_, out, size_max, MSG_DONTWAIT);
        if (size == 0) open_ = false;
        return size;
    }
    ssize_t send(const std::uint8_t* data, std::size_t size, bool more) {
        return ::send(fd_, data, size, MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    }
    void on_message(const std::uint8_t*, std::size_t) { ++arrived_; }

 private:
    int fd_;
    bool open_;
    std::size_t arrived_ = 0;
};

const Entered entered([] {
    enter_session("wslay", make<Reader, WslayReader>);
    enter_frame_encode("wslay", make<Encoder, WslayEncoder>);
    enter_echo("wslay", make<EchoClient, WslayClient>);
});

}  // namespace
}  // namespace linnet::bench
