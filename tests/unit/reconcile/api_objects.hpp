// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Objects as the API server sends them, and a server that sends them in turn.
namespace wire {

inline kube::json metadata(const std::string& name,
                           const std::string& resource_version,
                           const std::string& namespace_name = {}) {
    kube::json meta{{"name", name}, {"uid", "uid-" + name}, {"resourceVersion", resource_version}};
    meta["creationTimestamp"] = "2026-01-01T00:00:00Z";
    meta["generation"] = 1;
    if (!namespace_name.empty()) meta["namespace"] = namespace_name;
    return meta;
}

inline kube::json credential(const std::string& name, const std::string& resource_version) {
    return {{"apiVersion", "regcred.dev/v1alpha1"},
            {"kind", "RegistryCredential"},
            {"metadata", metadata(name, resource_version)},
            {"spec",
             {{"sources", kube::json::array({{{"secretRef", {{"name", "login"}}}}})},
              {"namespaces", {{"include", kube::json::array({"*"})}}}}}};
}

inline kube::json namespace_object(const std::string& name, const std::string& resource_version) {
    return {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", metadata(name, resource_version)}};
}

inline kube::json secret(const std::string& namespace_name, const std::string& resource_version) {
    return {{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"metadata", metadata("regcred", resource_version, namespace_name)},
            {"type", "kubernetes.io/dockerconfigjson"},
            {"data", {{".dockerconfigjson", "e30="}}}};
}

/// A Status. Empty `kind`: without details, as of a path that the server does not know.
inline kube::json status(int code, const std::string& reason, const std::string& kind = {}) {
    kube::json object{{"apiVersion", "v1"},
                      {"kind", "Status"},
                      {"status", "Failure"},
                      {"message", "no"},
                      {"reason", reason},
                      {"code", code}};
    if (!kind.empty()) object["details"] = {{"kind", kind}};
    return object;
}

inline std::string ok(const kube::json& object) {
    return harness::http_answer(200, object.dump());
}
inline std::string created(const kube::json& object) {
    return harness::http_answer(201, object.dump());
}
inline std::string refusal(int code, const std::string& reason, const std::string& kind = {}) {
    return harness::http_answer(code, status(code, reason, kind).dump());
}

/// A streaming list: the objects, of one kind, and the bookmark that ends the list. The watch stays open.
inline std::string streamed_list(const std::string& api_version,
                                 const std::string& kind,
                                 const std::vector<kube::json>& objects) {
    const auto event = [](const std::string& type, const kube::json& object) {
        return harness::http_chunk(kube::json{{"type", type}, {"object", object}}.dump() + "\n");
    };
    std::string text(harness::chunked_head);
    for (const auto& object : objects)
        text += event("ADDED", object);
    const kube::json metadata{{"resourceVersion", "20"},
                              {"annotations", {{"k8s.io/initial-events-end", "true"}}}};
    return text + event("BOOKMARK", {{"apiVersion", api_version}, {"kind", kind}, {"metadata", metadata}});
}

/// Answers the first request with the first of these, and so on; a request too many with 500.
inline api_fixture::respond in_turn(std::vector<std::string> responses) {
    return [responses = std::move(responses), next = std::make_shared<std::size_t>(0)](const std::string&) {
        const auto index = (*next)++;
        return index < responses.size() ? responses[index] : refusal(500, "InternalError");
    };
}

/// "GET /path" of each request, without its query.
inline std::vector<std::string> request_lines(const api_fixture& stage) {
    std::vector<std::string> lines;
    for (const auto& request : stage.server.requests())
        lines.push_back(request.substr(0, request.find_first_of("?\r", request.find('/'))));
    for (auto& line : lines) {
        if (line.ends_with(" HTTP/1.1")) line.resize(line.size() - 9);
    }
    return lines;
}

/// The JSON body of a request.
inline kube::json json_body_of(const std::string& request) {
    return kube::json::parse(request.substr(request.find("\r\n\r\n") + 4));
}

}  // namespace wire
