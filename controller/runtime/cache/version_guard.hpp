// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace runtime {

/// Refuses lists that are older than what was read before: state never goes back in time. Every list is a
/// quorum read, so lists that are refused again and again for `proof`, and get no older meanwhile, are the
/// truth: etcd was restored from a backup. What the caches hold is of another history then, and only a new
/// process that holds nothing is sure to forget all of it.
class version_guard {
 public:
    static constexpr unsigned least_refusals = 4;

    explicit version_guard(duration proof = std::chrono::minutes{3}) : proof_(proof) {}

    /// Whether a list of this version may be used that was begun when `floor` was the newest that was seen.
    [[nodiscard]] bool accepts(const std::string& list_version, const std::string& floor, time_point now);
    /// Takes the version of a complete list.
    void set(const std::string& list_version) { version_ = list_version; }
    /// Takes the version of an event or a bookmark, unless it is older.
    void advance(const std::string& version);
    /// Accepts any next list.
    void forget() { version_.clear(); }

    /// The newest that was seen.
    [[nodiscard]] const std::string& version() const noexcept { return version_; }
    /// Why the last list was refused, fit for a log.
    [[nodiscard]] std::string_view refusal() const noexcept { return refusal_; }
    void set_refusal(std::string_view reason) noexcept { refusal_ = reason; }
    /// Whether it is proved that the API server's state went back in time.
    [[nodiscard]] bool went_back() const noexcept { return went_back_; }

 private:
    /// Lists in a row that were refused as older.
    struct refusals {
        time_point since;
        unsigned count = 0;
        std::string newest;
    };

    void count_older(const std::string& list_version, time_point now);

    duration proof_;
    std::string version_;
    std::string_view refusal_;
    std::optional<refusals> older_;
    bool went_back_ = false;
};

}  // namespace runtime
