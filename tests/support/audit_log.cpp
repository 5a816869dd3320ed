// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/audit_log.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>

namespace harness {

namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* member) {
    const auto found = object.find(member);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

audit_log::audit_log(std::filesystem::path file, std::string user)
    : file_(file, std::ios::binary | std::ios::ate), user_(std::move(user)) {
    if (!file_) throw std::runtime_error("cannot read the audit log " + file.string());
}

const std::vector<audit_record>& audit_log::records() {
    std::array<char, 65536> block{};
    file_.clear();  // the end of the file was met before
    while (file_.read(block.data(), block.size()), file_.gcount() > 0)
        partial_.append(block.data(), static_cast<std::size_t>(file_.gcount()));
    std::string_view rest = partial_;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        take(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    partial_.erase(0, partial_.size() - rest.size());
    return records_;
}

std::vector<audit_record> audit_log::since(std::size_t mark) {
    const auto& all = records();
    return {all.begin() + static_cast<std::ptrdiff_t>(mark), all.end()};
}

void audit_log::take(std::string_view line) {
    const auto event = json::parse(line);
    if (text_of(event.at("user"), "username") != user_) return;
    const auto verb = text_of(event, "verb");
    const bool at_start = text_of(event, "stage") == "ResponseStarted";
    if (at_start != (verb == "watch")) return;
    static const json none = json::object();
    const auto& object = event.contains("objectRef") ? event["objectRef"] : none;
    const auto& status = event.contains("responseStatus") ? event["responseStatus"] : none;
    // With server-side apply; the controller patches Secrets for nothing else.
    const bool creates = verb == "patch" && text_of(object, "resource") == "secrets";
    records_.push_back({.verb = creates ? "create" : verb,
                        .resource = text_of(object, "resource"),
                        .subresource = text_of(object, "subresource"),
                        .namespace_name = text_of(object, "namespace"),
                        .name = text_of(object, "name"),
                        .uri = text_of(event, "requestURI"),
                        .received = text_of(event, "requestReceivedTimestamp"),
                        .answered = text_of(event, "stageTimestamp"),
                        .code = status.contains("code") ? status["code"].get<int>() : 0});
}

}  // namespace harness
