// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "runtime/object_key.hpp"

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
///  - the same UID and resourceVersion, or an older one, changes nothing, unless a view that is not older
///    than what is known shows an older object: then etcd was restored from a backup, and what the view shows
///    is true;
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
    /// same. Handlers that learn of the objects of the first view still see false: these are not new.
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

    static object_key owned_key(const object_key_view& key) {
        return {.namespace_name = std::string(key.namespace_name), .name = std::string(key.name)};
    }
    static object_key_view key_of(const T& object) noexcept {
        return {object.meta.namespace_name, object.meta.name};
    }
    /// What a view shows of an object whose known state is newer.
    struct older_item {
        pointer known;
        pointer item;
    };

    static bool is_news(const T& object, const T& known) noexcept;
    void take_older(std::string_view view_version);
    void take(pointer object);
    void tell(change_kind kind, pointer before, pointer after) const;

    std::vector<event_handler<T>*> handlers_;
    slots objects_;
    slots staged_;  // of the open view: what is new or differs
    std::unordered_map<object_key, std::string, object_key_hash> erased_;  // since it was opened: versions
    std::unordered_map<object_key, older_item, object_key_hash> older_;    // of the open view
    std::uint64_t view_ = 0;
    bool replacing_ = false;
    bool synced_ = false;
};

}  // namespace runtime

#include "runtime/cache/store_functions.hpp"
