// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kube {
struct connection_config;
}

namespace harness {

using nlohmann::json;

/// An answer of the API server, whatever it says.
struct api_answer {
    unsigned status = 0;
    json body;  // null when it is not JSON

    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
    [[nodiscard]] std::string message() const;  // of a metav1.Status
};

struct api_call {
    std::string method;  // APPLY is a PATCH: server-side apply
    std::string path;    // with the query, if any
    json body;           // null: none; of a PATCH, a JSON merge patch (RFC 7396)
    std::string as;      // the user to impersonate; empty: oneself
};

using header_list = std::vector<std::pair<std::string, std::string>>;

/// The API server for tests, with the rights of the kubeconfig's user (a client certificate or a token):
/// plain calls with raw JSON that wait for the answer. It knows nothing of the controller's own types and
/// preconditions, so that it can do what the controller must never do. What the server refuses is an
/// exception unless said otherwise.
class admin {
 public:
    explicit admin(const std::string& kubeconfig);
    ~admin();
    admin(const admin&) = delete;
    admin& operator=(const admin&) = delete;

    /// Any answer is returned; throws only when there is none.
    [[nodiscard]] api_answer send(const api_call& call, const header_list& more_headers = {});
    /// The same for many at a time, side by side; answers in the order of the calls.
    [[nodiscard]] std::vector<api_answer> send_all(const std::vector<api_call>& calls);

    /// POST to a collection; the object as it was stored.
    json create(const std::string& collection, const json& object);
    void create_all(const std::string& collection, const std::vector<json>& objects);
    [[nodiscard]] json get(const std::string& path);
    [[nodiscard]] std::optional<json> find(const std::string& path);
    /// PUT.
    json replace(const std::string& path, const json& object);
    /// PATCH.
    json patch(const std::string& path, const json& change);
    /// Nothing happens if it is not there. `propagation`: Background, Foreground or Orphan; empty: the
    /// server's choice.
    void remove(const std::string& path, const std::string& propagation = {});
    [[nodiscard]] std::vector<json> list(const std::string& collection);

    [[nodiscard]] const kube::connection_config& connection() const noexcept;

 private:
    [[nodiscard]] json must(const api_call& call);

    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace harness
