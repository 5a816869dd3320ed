// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "token_fixture.hpp"

#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace harness {

namespace {

/// A dry run passes the same authorization and admission: if the request is not refused, it does no harm.
std::string dry_run(const std::string& method, const std::string& path) {
    if (method == "GET") return path;
    return path + (path.find('?') == std::string::npos ? "?" : "&") + "dryRun=All";
}

}  // namespace

token_fixture::token_fixture()
    : ns_(add_namespace("token")), token_(cluster_.controller_kubeconfig().string()) {
    if (!cluster_.serves_admission_policies()) return;
    auto immutable = creation_of(empty_copy());
    immutable["immutable"] = true;
    await_status(422, "APPLY", secret_path(ns_), immutable);
}

api_answer token_fixture::send(const std::string& method,
                               const std::string& path,
                               const json& body,
                               const header_list& headers) {
    return token_.send({.method = method, .path = path, .body = body, .as = {}}, headers);
}

void token_fixture::allow(const char* request,
                          const std::string& method,
                          const std::string& path,
                          const json& body,
                          const header_list& headers) {
    const auto answer = send(method, path, body, headers);
    const bool carried_out = answer.status == 200 || answer.status == 201;
    CHECK_MESSAGE(carried_out, request << ": " << answer.status << ' ' << answer.message());
}

void token_fixture::deny(const char* request,
                         const std::string& method,
                         const std::string& path,
                         const json& body,
                         const header_list& headers) {
    check_refusal(403,
                  fmt::format("is forbidden: User \"{}\" cannot", controller_user),
                  request,
                  send(method, dry_run(method, path), body, headers));
}

void token_fixture::refuse(const std::string& text,
                           const char* request,
                           const std::string& method,
                           const std::string& path,
                           const json& body) {
    check_refusal(422, text, request, send(method, dry_run(method, path), body));
}

void token_fixture::check_refusal(unsigned status,
                                  const std::string& text,
                                  const char* request,
                                  const api_answer& answer) const {
    const auto message = answer.message();
    CHECK_MESSAGE(answer.status == status, request << ": " << answer.status << ' ' << message);
    CHECK_MESSAGE(message.find(text) != std::string::npos, request << ": no '" << text << "' in " << message);
}

void token_fixture::await_status(unsigned status,
                                 const std::string& method,
                                 const std::string& path,
                                 const json& body) {
    eventually(
        fmt::format("{} for {} {}", status, method, path),
        [&] {
            const auto answer = send(method, dry_run(method, path), body);
            return answer.status == status ? "" : fmt::format("{} {}", answer.status, answer.message());
        },
        std::chrono::seconds(30));
}

json empty_copy(const std::string& name) {
    return secret_object(name, docker_config_type, {{docker_config_key, R"({"auths":{}})"}});
}

}  // namespace harness
