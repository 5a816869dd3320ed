// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/cache/store.hpp"
#include "runtime/log/log.hpp"
#include "runtime/object_key.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

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
    [[nodiscard]] std::size_t count() const noexcept { return entries_.size(); }

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
    [[nodiscard]] kube::result<void> list_event(const kube::watch_event& event) override;
    [[nodiscard]] kube::result<void> event(const kube::watch_event& event) override;
    [[nodiscard]] std::size_t unreadable() const override { return unreadable_.count(); }

 private:
    template <class Take, class Keep>
    [[nodiscard]] kube::result<void> take(const kube::json& object, Take&& taken, Keep&& kept);
    template <class Remove>
    [[nodiscard]] kube::result<void> remove(const kube::json& object, Remove&& removed);

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
    return take(
        object,
        [this](T item) { store_.replace_item(std::move(item)); },
        [this](const object_identity& which) { store_.replace_keep(view_of(which.key), which.uid); });
}

template <class T>
kube::result<void> store_sink<T>::list_event(const kube::watch_event& event) {
    if (event.type != kube::watch_event_type::deleted) return item(event.object);
    return remove(event.object, [this](const auto& which) { store_.replace_erase(view_of(which.key)); });
}

template <class T>
kube::result<void> store_sink<T>::event(const kube::watch_event& event) {
    if (event.type == kube::watch_event_type::bookmark) return {};
    if (event.type != kube::watch_event_type::deleted) {
        return take(
            event.object,
            [this](T changed) { store_.upsert(std::move(changed)); },
            [](const object_identity&) {});
    }
    return remove(event.object, [this](const object_identity& which) {
        store_.erase(view_of(which.key), which.resource_version);
    });
}

template <class T>
template <class Take, class Keep>
kube::result<void> store_sink<T>::take(const kube::json& object, Take&& taken, Keep&& kept) {
    const auto which = identify(object);
    if (!which) return which.error();
    auto decoded = decode_(object);
    if (!decoded) {
        unreadable_.add(*which, decoded.error());
        kept(*which);
        return {};
    }
    unreadable_.remove(which->key);
    taken(std::move(*decoded));
    return {};
}

/// The identity is enough: an object that cannot be decoded can be deleted all the same.
template <class T>
template <class Remove>
kube::result<void> store_sink<T>::remove(const kube::json& object, Remove&& removed) {
    const auto which = identify(object);
    if (!which) return which.error();
    unreadable_.remove(which->key);
    removed(*which);
    return {};
}

}  // namespace runtime
