// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/cache/store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace test {

/// The least that a store can hold.
struct thing {
    kube::object_meta meta;
    std::string payload;
};

inline thing make_thing(std::string name,
                        std::string uid,
                        std::string resource_version,
                        std::string payload = {}) {
    thing made;
    made.meta.namespace_name = "ns";
    made.meta.name = std::move(name);
    made.meta.uid = std::move(uid);
    made.meta.resource_version = std::move(resource_version);
    made.payload = std::move(payload);
    return made;
}

/// As the API server would send it.
inline kube::json document(const std::string& name,
                           const std::string& uid,
                           const std::string& resource_version,
                           const std::string& payload = "fine") {
    return {{"metadata",
             {{"namespace", "ns"}, {"name", name}, {"uid", uid}, {"resourceVersion", resource_version}}},
            {"payload", payload}};
}

/// Refuses what its payload calls broken.
inline kube::result<thing> decode(const kube::json& object) {
    const kube::json& meta = kube::object_at(object, "metadata");
    if (kube::string_at(object, "payload") == "broken") {
        return kube::error(kube::error_kind::malformed, "payload: is broken");
    }
    return make_thing(kube::string_at(meta, "name"),
                      kube::string_at(meta, "uid"),
                      kube::string_at(meta, "resourceVersion"),
                      kube::string_at(object, "payload"));
}

/// Changes as texts: "+name@rv", "~name@old>new", "-name@rv".
class change_log final : public runtime::event_handler<thing> {
 public:
    void handle(const runtime::change<thing>& each) override {
        const auto at = [](const std::shared_ptr<const thing>& object) {
            return object->meta.resource_version;
        };
        std::string line;
        switch (each.kind) {
            case runtime::change_kind::added:
                line = "+" + each.after->meta.name + "@" + at(each.after);
                break;
            case runtime::change_kind::modified:
                line = "~" + each.after->meta.name + "@" + at(each.before) + ">" + at(each.after);
                break;
            case runtime::change_kind::deleted:
                line = "-" + each.before->meta.name + "@" + at(each.before);
                break;
        }
        lines_.push_back(std::move(line));
    }
    /// What came since the last call.
    std::vector<std::string> take() { return std::exchange(lines_, {}); }

 private:
    std::vector<std::string> lines_;
};

}  // namespace test
