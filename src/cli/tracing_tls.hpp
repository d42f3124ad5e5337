// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// A `TlsContext` around another that shows what passes in plain: for a trace of wss://, whose
// sockets carry only records.
#pragma once

#include "linnet/tls.hpp"

namespace linnet::cli {

/// Where the plaintext goes.
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
    /// What is given must outlive the context.
    TracingTls(const TlsContext& context, PlaintextSink& sink) : context_(context), sink_(sink) {}
    TlsEngine* engine(const TlsRequest& request, TlsFailure& why) const override;

 private:
    class Engine;

    const TlsContext& context_;
    PlaintextSink& sink_;
};

}  // namespace linnet::cli
