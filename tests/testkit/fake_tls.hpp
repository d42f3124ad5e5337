// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A TLS engine whose records are the plain bytes: everything except the cryptography, with windows
// so small that its user must call it repeatedly. Misuse fails the test. It has no close_notify.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <string>

#include "linnet/tls.hpp"

namespace linnet::test {

class FakeTls final : public TlsContext {
 public:
    static constexpr std::size_t window_size = 13;

    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override {
        Block own(request.memory);
        if (own.allocate(sizeof(Engine))) return new (own.data()) Engine(own);
        why.cause = Cause::out_of_memory;
        return nullptr;
    }

 private:
    class Engine final : public TlsEngine {
     public:
        explicit Engine(Block& own) : own_(own.memory()) { own_.swap(own); }

        TlsState state() const override { return state_; }
        const TlsFailure& failure() const override { return failure_; }

        std::size_t feed(Bytes ciphertext) override {
            EXPECT_FALSE(ciphertext.empty());
            if (plaintext_size_ > 0 || state_ == TlsState::closed) return 0;
            const std::size_t size = std::min(ciphertext.size(), window_size);
            // Input received after we closed is dropped.
            if (state_ == TlsState::closing) return size;
            std::copy_n(ciphertext.begin(), size, plaintext_.begin());
            plaintext_begin_ = 0;
            plaintext_size_ = size;
            return size;
        }
        Bytes outgoing() override { return Bytes(outgoing_).subspan(sent_, composed_ - sent_); }
        void outgoing_sent(std::size_t size) override {
            EXPECT_GT(size, 0u);
            EXPECT_LE(size, composed_ - sent_);
            sent_ += size;
            if (sent_ == composed_) sent_ = composed_ = 0;
        }
        MutableBytes plaintext() override {
            return MutableBytes(plaintext_).subspan(plaintext_begin_, plaintext_size_);
        }
        void plaintext_taken(std::size_t size) override {
            EXPECT_GT(size, 0u);
            EXPECT_LE(size, plaintext_size_);
            plaintext_begin_ += size;
            plaintext_size_ -= size;
        }
        MutableBytes send_buffer() override {
            const bool is_free = state_ == TlsState::open && composed_ == 0;
            return is_free ? MutableBytes(outgoing_) : MutableBytes{};
        }
        void encrypt(std::size_t size) override {
            EXPECT_GT(size, 0u);
            EXPECT_LE(size, send_buffer().size()) << "more is encrypted than fits the window";
            composed_ = size;
        }
        void close() override {
            EXPECT_EQ(state_, TlsState::open) << "closed twice";
            plaintext_size_ = 0;
            state_ = TlsState::closing;
        }
        void end_of_stream() override {
            EXPECT_EQ(plaintext_size_, 0u)
                << "the end is reported before the data before it was read";
            state_ = TlsState::closed;
        }
        void destroy() override {
            Block own(own_.memory());
            own.swap(own_);
            this->~Engine();
        }

     private:
        ~Engine() = default;

        Block own_;
        TlsState state_ = TlsState::open;
        TlsFailure failure_;
        std::array<std::uint8_t, window_size> plaintext_{};
        std::array<std::uint8_t, window_size> outgoing_{};
        std::size_t plaintext_begin_ = 0;
        std::size_t plaintext_size_ = 0;
        std::size_t composed_ = 0;
        std::size_t sent_ = 0;
    };
};

}  // namespace linnet::test
