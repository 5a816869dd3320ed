// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/store_sink.hpp"

#include <utility>

namespace runtime {

kube::result<object_identity> identify(const kube::json& object) {
    const kube::json& metadata = kube::object_at(object, "metadata");
    object_identity identity{.key = {.namespace_name = kube::string_at(metadata, "namespace"),
                                     .name = kube::string_at(metadata, "name")},
                             .uid = kube::string_at(metadata, "uid"),
                             .resource_version = kube::string_at(metadata, "resourceVersion")};
    if (identity.key.name.empty())
        return kube::error(kube::error_kind::malformed, "an object without metadata.name");
    return identity;
}

unreadable_objects::listener log_unreadable(const logger& log, std::string watch) {
    return [&log, watch = std::move(watch)](const object_key& key, const std::string& error) {
        log.warn("cannot decode object",
                 {{"watch", watch}, {"namespace", key.namespace_name}, {"name", key.name}, {"error", error}});
    };
}

unreadable_objects::unreadable_objects(listener on_unreadable) : listener_(std::move(on_unreadable)) {}

void unreadable_objects::add(const object_identity& object, const kube::error& error) {
    const auto [found, is_new] = entries_.try_emplace(object.key);
    entry& known = found->second;
    known.list = list_;
    if (!is_new && known.uid == object.uid && known.resource_version == object.resource_version) return;
    known.uid = object.uid;
    known.resource_version = object.resource_version;
    if (listener_) listener_(object.key, kube::public_message(error));
}

void unreadable_objects::remove(const object_key& key) {
    entries_.erase(key);
}

void unreadable_objects::end_list() {
    std::erase_if(entries_, [this](const auto& each) { return each.second.list != list_; });
}

}  // namespace runtime
