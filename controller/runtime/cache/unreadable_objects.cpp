// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/unreadable_objects.hpp"

#include <utility>

namespace runtime {

unreadable_objects::unreadable_objects(listener on_new) : listener_(std::move(on_new)) {}

void unreadable_objects::add(const object_identity& which, const kube::error& why) {
    const auto [found, is_new] = entries_.try_emplace(which.key);
    entry& known = found->second;
    known.seen = view_;
    if (!is_new && known.uid == which.uid && known.resource_version == which.resource_version) return;
    known.uid = which.uid;
    known.resource_version = which.resource_version;
    known.why = kube::public_message(why);
    ++reported_;
    if (listener_) listener_(which.key, known.why);
}

void unreadable_objects::remove(const object_key& which) {
    entries_.erase(which);
}

void unreadable_objects::end_view() {
    std::erase_if(entries_, [this](const auto& each) { return each.second.seen != view_; });
}

}  // namespace runtime
