// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "runtime/cache/reflector.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace reconcile {

/// The events' Events of pull_event_reason, of all namespaces. The list that begins a watch is
/// needed only for its resourceVersion, so it asks for one Event of any kind without its content: with the
/// selector the API server would go through all Events until one matches.
class pull_event_source final : public runtime::watch_source {
 public:
    /// `on_answer` is called each time it is known whether Events may be watched. Only repeated refusals
    /// count: an API server that has just started refuses requests until it has read the roles.
    pull_event_source(kube::client& client, std::function<void(bool allowed)> on_answer)
        : client_(client), on_answer_(std::move(on_answer)) {}

    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override;

 private:
    static constexpr unsigned refusals_needed = 4;  // in a row, each after a longer pause

    void note_refusal(const kube::error& error);

    kube::client& client_;
    std::function<void(bool allowed)> on_answer_;
    unsigned refusals_ = 0;
};

/// Passes on each Event that is new or repeated, and keeps none. Events of a list are old and ignored.
class pull_event_sink final : public runtime::watch_sink {
 public:
    explicit pull_event_sink(std::function<void(const kube::json&)> take) : take_(std::move(take)) {}

    void begin_replace() override {}
    [[nodiscard]] kube::result<void> item(const kube::json&) override { return {}; }
    [[nodiscard]] kube::result<void> list_event(const kube::watch_event&) override { return {}; }
    void end_replace(const std::string&) override {}
    void abandon_replace() override {}
    [[nodiscard]] kube::result<void> event(const kube::watch_event& event) override;

 private:
    std::function<void(const kube::json&)> take_;
};

}  // namespace reconcile
