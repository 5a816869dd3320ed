// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster.hpp"
#include "objects.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// The objects of one test: their names are ROLE-SUFFIX, with a random suffix, and each is deleted at the
/// end.
class fixture {
 public:
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

 protected:
    fixture();
    ~fixture();

    [[nodiscard]] std::string named(std::string_view role) const;
    /// Has an object deleted at the end, whoever creates it.
    void delete_at_end(std::string path);
    std::string add_namespace(std::string_view role,
                              const text_map& labels = {},
                              const text_map& annotations = {});
    /// The same for many at once: ROLE0-SUFFIX and so on.
    std::vector<std::string> add_namespaces(std::string_view role, int count);
    std::string add_source(std::string_view role, const login_map& logins);
    std::string add_source(const json& secret);
    void change_source(const std::string& name, const login_map& logins);
    std::string add_credential(std::string_view role, const json& spec);
    /// Merge patch of spec.
    void change_spec(const std::string& credential, const json& change);
    void remove_credential(const std::string& credential);

    admin& api() noexcept { return cluster_.api(); }
    [[nodiscard]] const std::string& suffix() const noexcept { return suffix_; }
    /// Paths, in the order of creation.
    [[nodiscard]] const std::vector<std::string>& objects() const noexcept { return objects_; }

    cluster& cluster_;

 private:
    std::string suffix_;
    std::vector<std::string> objects_;
};

}  // namespace harness
