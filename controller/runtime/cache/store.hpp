// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "runtime/object_key.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace runtime {

enum class change_kind { added, modified, deleted };

/// What a store learned about one object.
template <class T>
struct change {
    change_kind kind;
    std::shared_ptr<const T> before;  // the state known until now; null if added
    std::shared_ptr<const T> after;   // null if deleted
    bool missed = false;              // found by a relist: no watch event told of it, though one should have
};

/// Learns of the changes of a store, after the store has changed; client-go's ResourceEventHandler. It must
/// not call the store's changing functions.
template <class T>
class event_handler {
 public:
    virtual void handle(const change<T>& change) = 0;

 protected:
    ~event_handler() = default;
};

/// The last known state of every object of one type; T has a member `kube::object_meta meta`. Fed by events,
/// and by complete views (a list) between begin_replace() and end_replace(), while events may go on. Whatever
/// is learned is told to the handlers, in the order in which they were added:
///  - an object that is known and not in a complete view is reported deleted (it went while no watch ran);
///  - the same name with another UID is another object: deleted, then added;
///  - the same UID and resourceVersion, or an older one, changes nothing;
///  - a view that is not ended changes nothing and reports nothing.
/// A view holds no second copy of what has not changed: an unchanged item is dropped at once and the object
/// known is only marked.
template <class T>
class store {
 public:
    using pointer = std::shared_ptr<const T>;
    store() = default;
    store(const store&) = delete;
    store& operator=(const store&) = delete;

    /// `handler` outlives the store's last change.
    void add_handler(event_handler<T>& handler) { handlers_.push_back(&handler); }

    /// Null when there is none.
    [[nodiscard]] pointer find(object_key_view key) const;
    /// Calls `visit` with each object (const pointer&), in no order.
    template <class Visitor>
    void for_each(Visitor&& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return objects_.size(); }
    /// Whether a complete view has ever been taken: before that, an object that is not here may exist all the
    /// same.
    [[nodiscard]] bool synced() const noexcept { return synced_; }

    /// An ADDED or MODIFIED event.
    void upsert(T object);
    /// A DELETED event: only the identity is read, so it works for an object that cannot be decoded. With a
    /// selector it says only that the object no longer matches.
    void erase(object_key_view key, const std::string& resource_version);

    /// Opens a view; one that was open is abandoned.
    void begin_replace();
    void abandon_replace();
    [[nodiscard]] bool replacing() const noexcept { return replacing_; }
    void replace_item(T object);
    /// The view holds this object, but it cannot be decoded: what is known of it stays, if it is the same
    /// object (an empty `uid` is taken to be that).
    void replace_keep(object_key_view key, const std::string& uid);
    /// The object went while the view was read (a DELETED event within a streaming list).
    void replace_erase(object_key_view key);
    /// `resource_version` is the view's. What is known and not in the view is gone, unless it is newer than
    /// the view (an event, or the answer to a write, that came while the view was read).
    void end_replace(std::string_view resource_version);

 private:
    /// Its place in the set depends on the object's name alone, so both members may change where they stand.
    struct slot {
        mutable pointer object;
        mutable std::uint64_t seen = 0;  // the number of the last view that held it
    };
    struct slot_hash {
        using is_transparent = void;
        std::size_t operator()(const slot& value) const noexcept { return (*this)(key_of(*value.object)); }
        std::size_t operator()(const object_key_view& key) const noexcept { return object_key_hash{}(key); }
    };
    struct slot_equal {
        using is_transparent = void;
        bool operator()(const slot& a, const slot& b) const noexcept {
            return key_of(*a.object) == key_of(*b.object);
        }
        bool operator()(const slot& a, const object_key_view& b) const noexcept {
            return key_of(*a.object) == b;
        }
        bool operator()(const object_key_view& a, const slot& b) const noexcept {
            return a == key_of(*b.object);
        }
    };
    using slots = std::unordered_set<slot, slot_hash, slot_equal>;

    static object_key_view key_of(const T& object) noexcept {
        return {object.meta.namespace_name, object.meta.name};
    }
    static bool is_news(const T& object, const T& known) noexcept;
    void take(pointer object, bool missed);
    void tell(change_kind kind, pointer before, pointer after, bool missed) const;

    std::vector<event_handler<T>*> handlers_;
    slots objects_;
    slots staged_;  // of the open view: what is new or differs
    std::unordered_map<object_key, std::string, object_key_hash> erased_;  // since it was opened: versions
    std::uint64_t view_ = 0;
    bool replacing_ = false;
    bool synced_ = false;
};

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
    take(std::make_shared<const T>(std::move(object)), false);
}

template <class T>
void store<T>::erase(object_key_view key, const std::string& resource_version) {
    if (replacing_)
        erased_.insert_or_assign(
            {.namespace_name = std::string(key.namespace_name), .name = std::string(key.name)},
            resource_version);
    const auto found = objects_.find(key);
    if (found == objects_.end() || kube::is_older(resource_version, found->object->meta.resource_version))
        return;
    const pointer gone = found->object;
    objects_.erase(found);
    tell(change_kind::deleted, gone, nullptr, false);
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
        if (!is_news(object, *known->object)) return;
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
}

template <class T>
void store<T>::end_replace(std::string_view resource_version) {
    assert(replacing_);
    const bool missed = synced_;
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
    replacing_ = false;
    synced_ = true;
    for (const pointer& object : gone)
        tell(change_kind::deleted, object, nullptr, missed);
    for (const slot& each : staged) {
        const auto& meta = each.object->meta;
        const auto gone_since = erased.find({.namespace_name = meta.namespace_name, .name = meta.name});
        // The view is older than the deletion, or the object was created again since.
        if (gone_since != erased.end() && (meta.resource_version == gone_since->second ||
                                           kube::is_older(meta.resource_version, gone_since->second)))
            continue;
        take(each.object, missed);
    }
}

template <class T>
bool store<T>::is_news(const T& object, const T& known) noexcept {
    if (object.meta.uid == known.meta.uid && object.meta.resource_version == known.meta.resource_version)
        return false;
    return !kube::is_older(object.meta.resource_version, known.meta.resource_version);
}

template <class T>
void store<T>::take(pointer object, bool missed) {
    const auto found = objects_.find(key_of(*object));
    if (found != objects_.end() && !is_news(*object, *found->object)) return;
    if (found == objects_.end()) {
        objects_.insert(slot{object});
        return tell(change_kind::added, nullptr, std::move(object), missed);
    }
    pointer before = std::exchange(found->object, object);
    if (before->meta.uid == object->meta.uid) {
        return tell(change_kind::modified, std::move(before), std::move(object), missed);
    }
    tell(change_kind::deleted, std::move(before), nullptr, missed);
    tell(change_kind::added, nullptr, std::move(object), missed);
}

template <class T>
void store<T>::tell(change_kind kind, pointer before, pointer after, bool missed) const {
    const change<T> told{kind, std::move(before), std::move(after), missed};
    for (auto* handler : handlers_)
        handler->handle(told);
}

}  // namespace runtime
