// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"

#include <string>

namespace harness {

// Parts of requests.
inline const std::string watched = "&watch=1&timeoutSeconds=1";
inline const std::string streamed =
    watched + "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
inline const header_list metadata_only{
    {"Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}};
inline constexpr auto protected_namespaces = {"kube-system", "kube-public", "kube-node-lease", own_namespace};

/// Requests with the controller's token, as a thief of it would send them. No controller runs.
class token_fixture : protected fixture {
 protected:
    /// Waits until the API server applies the admission policy of deploy/, if it can.
    token_fixture();

    [[nodiscard]] api_answer send(const std::string& method,
                                  const std::string& path,
                                  const json& body = nullptr,
                                  const header_list& headers = {});
    /// The API server carries the request out.
    void allow(const char* request,
               const std::string& method,
               const std::string& path,
               const json& body = nullptr,
               const header_list& headers = {});
    /// RBAC denies the request.
    void deny(const char* request,
              const std::string& method,
              const std::string& path,
              const json& body = nullptr,
              const header_list& headers = {});
    /// The admission policy refuses the request with a message that contains `text`.
    void refuse(const std::string& text,
                const char* request,
                const std::string& method,
                const std::string& path,
                const json& body);
    /// The answer to a dry run of the request has that status in the end: a change of RBAC or of a policy
    /// takes effect a moment later.
    void await_status(unsigned status, const std::string& method, const std::string& path, const json& body);

    void check_refusal(unsigned status,
                       const std::string& text,
                       const char* request,
                       const api_answer& answer) const;

    const std::string ns_;

 private:
    admin token_;
};

/// A copy without entries.
[[nodiscard]] json empty_copy(const std::string& name = "regcred");

}  // namespace harness
