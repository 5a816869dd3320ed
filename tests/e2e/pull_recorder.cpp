// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "pull_recorder.hpp"

#include "support/base64.hpp"
#include "support/pull_table.hpp"

#include <regex>

namespace e2e {

namespace {

/// "Authorization: Basic YWxpY2U6c2VjcmV0"; the user as the table writes it, or nothing.
std::string user_of(const std::string& request) {
    static const std::regex field("\r\nauthorization: basic ([A-Za-z0-9+/=]*)\r\n", std::regex::icase);
    std::smatch match;
    if (!std::regex_search(request, match, field)) return {};
    const auto login = harness::from_base64(match[1].str());
    const auto colon = login.find(':');
    return harness::table_user(login.substr(0, colon), login.substr(colon + 1));
}

/// "HEAD /v2/team/app/manifests/v1?ns=registry.example.com HTTP/1.1": v1.
std::string reference_of(const std::string& request) {
    static const std::regex line("^[A-Z]+ /v2/[^ ?]+/manifests/([^ ?]+)");
    std::smatch match;
    return std::regex_search(request, match, line) ? match[1].str() : std::string();
}

}  // namespace

pull_recorder::pull_recorder()
    : server_({},
              [this](harness::scripted_session& session, int) { serve(session); },
              {.tls = false, .cipher_list = {}}) {}

pull_record pull_recorder::asked_for(const std::string& reference) const {
    const std::lock_guard hold(mutex_);
    const auto found = records_.find(reference);
    return found == records_.end() ? pull_record{} : found->second;
}

void pull_recorder::serve(harness::scripted_session& session) {
    for (auto request = session.read_request(); !request.empty(); request = session.read_request()) {
        session.write(note(request)
                          ? harness::http_answer(404, "")
                          : harness::http_answer(
                                401, "", "WWW-Authenticate: Basic realm=\"registry.example.com\"\r\n"));
    }
}

bool pull_recorder::note(const std::string& request) {
    const auto user = user_of(request);
    const auto reference = reference_of(request);
    const std::lock_guard hold(mutex_);
    if (!reference.empty()) {
        auto& record = records_[reference];
        if (user.empty()) {
            ++record.without_login;
        } else {
            record.users.push_back(user);
        }
    }
    return !user.empty();
}

}  // namespace e2e
