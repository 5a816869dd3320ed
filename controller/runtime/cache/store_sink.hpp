// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/cache/store.hpp"
#include "runtime/cache/unreadable_objects.hpp"
#include "runtime/cache/watch_sink.hpp"

#include <functional>
#include <string>
#include <utility>

namespace runtime {

/// Decodes objects into a store. One that cannot be decoded stays as it was last known.
template <class T>
class store_sink final : public watch_sink {
 public:
    using decoder = std::function<kube::result<T>(const kube::json&)>;

    /// `to` must outlive the sink. `on_unreadable` is called once for each version of an object that cannot
    /// be decoded.
    store_sink(store<T>& to, decoder decode, unreadable_objects::listener on_unreadable = {})
        : store_(to), decode_(std::move(decode)), unreadable_(std::move(on_unreadable)) {}

    void begin_replace() override;
    [[nodiscard]] kube::result<void> item(const kube::json& object) override;
    void end_replace(const std::string& resource_version) override;
    void abandon_replace() override { store_.abandon_replace(); }
    [[nodiscard]] kube::result<void> event(const kube::watch_event& event) override;

 private:
    void take(T object);
    void keep(const object_identity& which, const kube::error& why);
    void remove(const object_identity& which);

    store<T>& store_;
    decoder decode_;
    unreadable_objects unreadable_;
};

template <class T>
void store_sink<T>::begin_replace() {
    store_.begin_replace();
    unreadable_.begin_list();
}

template <class T>
void store_sink<T>::end_replace(const std::string& resource_version) {
    unreadable_.end_list();
    store_.end_replace(resource_version);
}

template <class T>
kube::result<void> store_sink<T>::item(const kube::json& object) {
    const auto which = identify(object);
    if (!which) return which.error();
    auto decoded = decode_(object);
    if (decoded) {
        unreadable_.remove(which->key);
        take(std::move(*decoded));
    } else {
        keep(*which, decoded.error());
    }
    return {};
}

template <class T>
kube::result<void> store_sink<T>::event(const kube::watch_event& event) {
    if (event.type == kube::watch_event_type::bookmark) return {};
    if (event.type != kube::watch_event_type::deleted) return item(event.object);
    // The identity is enough: an object that cannot be decoded can be deleted all the same.
    const auto which = identify(event.object);
    if (!which) return which.error();
    remove(*which);
    return {};
}

template <class T>
void store_sink<T>::take(T object) {
    if (store_.replacing()) {
        store_.replace_item(std::move(object));
    } else {
        store_.upsert(std::move(object));
    }
}

template <class T>
void store_sink<T>::keep(const object_identity& which, const kube::error& why) {
    unreadable_.add(which, why);
    if (store_.replacing()) store_.replace_keep(view_of(which.key), which.uid);
}

template <class T>
void store_sink<T>::remove(const object_identity& which) {
    unreadable_.remove(which.key);
    if (store_.replacing()) {
        store_.replace_erase(view_of(which.key));
    } else {
        store_.erase(view_of(which.key), which.resource_version);
    }
}

}  // namespace runtime
