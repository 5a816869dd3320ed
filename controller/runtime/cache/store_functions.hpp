// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions of store, which store.hpp includes.
#include "runtime/cache/store.hpp"

#include <cassert>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runtime {

template <class T>
auto store<T>::find(object_key_view key) const -> pointer {
    const auto found = objects_.find(key);
    return found == objects_.end() ? nullptr : found->object;
}

template <class T>
template <class Visitor>
void store<T>::for_each(Visitor&& visit) const {
    for (const slot& each : objects_)
        visit(each.object);
}

template <class T>
void store<T>::upsert(T object) {
    const auto known = objects_.find(key_of(object));
    if (known != objects_.end() && !is_news(object, *known->object)) return;
    take(std::make_shared<const T>(std::move(object)));
}

template <class T>
void store<T>::erase(object_key_view key, const std::string& resource_version) {
    if (replacing_) erased_.insert_or_assign(owned_key(key), resource_version);
    const auto found = objects_.find(key);
    if (found == objects_.end() || kube::is_older(resource_version, found->object->meta.resource_version))
        return;
    const pointer gone = found->object;
    objects_.erase(found);
    tell(change_kind::deleted, gone, nullptr);
}

template <class T>
void store<T>::begin_replace() {
    abandon_replace();
    replacing_ = true;
    ++view_;
}

template <class T>
void store<T>::abandon_replace() {
    replacing_ = false;
    staged_ = slots{};  // and its buckets
    erased_ = {};
    older_ = {};
}

template <class T>
void store<T>::replace_item(T object) {
    assert(replacing_);
    const object_key_view key = key_of(object);
    const auto staged = staged_.find(key);
    if (staged != staged_.end()) {
        if (!is_news(object, *staged->object)) return;
        staged_.erase(staged);
    }
    const auto known = objects_.find(key);
    if (known != objects_.end()) {
        known->seen = view_;
        older_.erase(owned_key(key));
        if (!is_news(object, *known->object)) {
            if (kube::is_older(object.meta.resource_version, known->object->meta.resource_version)) {
                auto item = std::make_shared<const T>(std::move(object));
                older_.insert_or_assign(owned_key(key_of(*item)), older_item{known->object, item});
            }
            return;
        }
    }
    staged_.insert(slot{std::make_shared<const T>(std::move(object))});
}

template <class T>
void store<T>::replace_keep(object_key_view key, const std::string& uid) {
    assert(replacing_);
    const auto known = objects_.find(key);
    if (known == objects_.end()) return;
    if (uid.empty() || known->object->meta.uid == uid) known->seen = view_;
}

template <class T>
void store<T>::replace_erase(object_key_view key) {
    assert(replacing_);
    if (const auto staged = staged_.find(key); staged != staged_.end()) staged_.erase(staged);
    if (const auto known = objects_.find(key); known != objects_.end()) known->seen = 0;
    older_.erase(owned_key(key));
}

template <class T>
void store<T>::end_replace(std::string_view resource_version) {
    assert(replacing_);
    std::vector<pointer> gone;
    for (auto each = objects_.begin(); each != objects_.end();) {
        const bool in_view = each->seen == view_ || staged_.contains(key_of(*each->object));
        if (in_view || kube::is_older(resource_version, each->object->meta.resource_version)) {
            ++each;
            continue;
        }
        gone.push_back(each->object);
        each = objects_.erase(each);
    }
    const slots staged = std::exchange(staged_, slots{});
    const auto erased = std::exchange(erased_, {});
    take_older(resource_version);
    replacing_ = false;
    for (const pointer& object : gone)
        tell(change_kind::deleted, object, nullptr);
    for (const slot& each : staged) {
        const auto& meta = each.object->meta;
        const auto gone_since = erased.find({.namespace_name = meta.namespace_name, .name = meta.name});
        // The view is older than the deletion, or the object was created again since.
        if (gone_since != erased.end() && (meta.resource_version == gone_since->second ||
                                           kube::is_older(meta.resource_version, gone_since->second)))
            continue;
        take(each.object);
    }
    synced_ = true;
}

/// Only of objects that have not changed since the view showed them: what came meanwhile is newer.
template <class T>
void store<T>::take_older(std::string_view view_version) {
    for (const auto& [key, older] : std::exchange(older_, {})) {
        const auto found = objects_.find(view_of(key));
        if (found == objects_.end() || found->object != older.known) continue;
        if (kube::is_older(view_version, older.known->meta.resource_version)) continue;
        found->object = older.item;
        if (older.known->meta.uid == older.item->meta.uid) {
            tell(change_kind::modified, older.known, older.item);
        } else {
            tell(change_kind::deleted, older.known, nullptr);
            tell(change_kind::added, nullptr, older.item);
        }
    }
}

template <class T>
bool store<T>::is_news(const T& object, const T& known) noexcept {
    if (object.meta.uid == known.meta.uid && object.meta.resource_version == known.meta.resource_version)
        return false;
    return !kube::is_older(object.meta.resource_version, known.meta.resource_version);
}

template <class T>
void store<T>::take(pointer object) {
    const auto found = objects_.find(key_of(*object));
    if (found != objects_.end() && !is_news(*object, *found->object)) return;
    if (found == objects_.end()) {
        objects_.insert(slot{object});
        return tell(change_kind::added, nullptr, std::move(object));
    }
    pointer before = std::exchange(found->object, object);
    if (before->meta.uid == object->meta.uid) {
        return tell(change_kind::modified, std::move(before), std::move(object));
    }
    tell(change_kind::deleted, std::move(before), nullptr);
    tell(change_kind::added, nullptr, std::move(object));
}

template <class T>
void store<T>::tell(change_kind kind, pointer before, pointer after) const {
    const change<T> told{kind, std::move(before), std::move(after)};
    for (auto* handler : handlers_)
        handler->handle(told);
}

}  // namespace runtime
