// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Objects shared by the stages of one attempt.
#pragma once

#include "client/life.hpp"
#include "client/link.hpp"
#include "client/texts.hpp"
#include "linnet/failure.hpp"
#include "linnet/protocol/session.hpp"

namespace linnet::inline LINNET_INLINE_NAMESPACE {

struct Parts {
    Parts(Ports& given_ports, const Settings& given_settings, const Journal& given_journal,
          Failure& given_failure, Texts&& given_texts)
        : ports(given_ports),
          settings(given_settings),
          journal(given_journal),
          failure(given_failure),
          texts(std::move(given_texts)),
          life(given_failure.phase_ms),
          link(given_ports.network, given_settings.options.memory, given_failure.tls,
               given_journal),
          session(Role::client, given_settings.options.limits, given_ports.entropy,
                  given_settings.options.memory) {}

    Ports& ports;
    const Settings& settings;
    const Journal& journal;
    Failure& failure;  // the details of the end
    Texts texts;
    Life life;
    Link link;
    Session session;
};

}  // namespace linnet::inline LINNET_INLINE_NAMESPACE
