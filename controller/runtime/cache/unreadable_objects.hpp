// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/cache/object_identity.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace runtime {

/// The objects of one type that exist and cannot be decoded. Each is reported once for each of its versions.
class unreadable_objects {
 public:
    struct entry {
        std::string uid;
        std::string resource_version;
        std::string why;         // fit for people
        std::uint64_t seen = 0;  // the number of the last view that held it
    };
    using listener = std::function<void(const object_key& which, const std::string& why)>;

    explicit unreadable_objects(listener on_new = {});

    void add(const object_identity& which, const kube::error& why);
    /// The object can be decoded again, or is gone.
    void remove(const object_key& which);
    /// At the end of a complete view the objects that were not added since its beginning are gone.
    void begin_view() noexcept { ++view_; }
    void end_view();

    [[nodiscard]] const std::map<object_key, entry>& all() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t reported() const noexcept { return reported_; }  // ever

 private:
    listener listener_;
    std::map<object_key, entry> entries_;
    std::uint64_t view_ = 0;
    std::uint64_t reported_ = 0;
};

}  // namespace runtime
