// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A `TlsContext` that wraps another and exposes the plaintext, to trace wss:// connections whose
// sockets carry only records.
#pragma once

#include "linnet/tls.hpp"

namespace linnet::cli {

/// Receives the plaintext.
class PlaintextSink {
 public:
    virtual void tls_begins() = 0;
    virtual void received(Bytes plaintext) = 0;
    virtual void sent(Bytes plaintext) = 0;

 protected:
    ~PlaintextSink() = default;
};

class TracingTls final : public TlsContext {
 public:
    /// The arguments must outlive the context.
    TracingTls(const TlsContext& context, PlaintextSink& sink) : context_(context), sink_(sink) {}
    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override;

 private:
    class Engine;

    const TlsContext& context_;
    PlaintextSink& sink_;
};

}  // namespace linnet::cli
