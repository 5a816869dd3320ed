// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/log/log.hpp"
#include "runtime/object_key.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace runtime {

/// What is known even of an object that cannot be decoded.
struct object_identity {
    object_key key;
    std::string uid;               // empty if it has none
    std::string resource_version;  // empty if it has none
};

/// malformed without metadata.name.
[[nodiscard]] kube::result<object_identity> identify(const kube::json& object);

/// The objects of one type that exist and cannot be decoded. Each version of an object is reported once.
class unreadable_objects {
 public:
    /// `error` is fit for a log.
    using listener = std::function<void(const object_key& key, const std::string& error)>;

    explicit unreadable_objects(listener on_unreadable = {});

    void add(const object_identity& object, const kube::error& error);
    /// The object can be decoded again, or is gone.
    void remove(const object_key& key);
    /// At the end of a list the objects that were not added since its beginning are gone.
    void begin_list() noexcept { ++list_; }
    void end_list();

 private:
    struct entry {
        std::string uid;
        std::string resource_version;
        std::uint64_t list = 0;  // the last list that held it
    };

    listener listener_;
    std::map<object_key, entry> entries_;
    std::uint64_t list_ = 0;
};

/// Logs each as a warning. `watch` names the watch that has read it; `log` outlives the listener.
[[nodiscard]] unreadable_objects::listener log_unreadable(const logger& log, std::string watch);

}  // namespace runtime
