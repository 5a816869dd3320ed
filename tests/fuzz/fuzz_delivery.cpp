// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "support/delivery.hpp"

#include <array>
#include <string>

// Each image gets the same logins from a copy as from its source, for any docker config that the kubelet's
// own rules accept. Input: a byte that chooses the form, then a docker config, or a list of its keys, one a
// line, each behind a character that chooses its entry.

namespace {

using dockerconfig::docker_config_form;

std::string config_of(std::string_view lines) {
    constexpr std::array entries{R"({"auth":"dTpw"})",
                                 R"({"auth":"YTpi"})",
                                 R"({"username":"u","password":"p","email":"e"})",
                                 R"({"username":"a","password":"x\n\u0000"})",
                                 "{}",
                                 R"({"auth":"dTo="})",
                                 R"({"identitytoken":"t"})"};
    std::string config = R"({"auths":{)";
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        if (line.empty()) continue;
        config += config.back() == '{' ? "\"" : ",\"";
        for (const char c : line.substr(1)) {
            if (c == '"' || c == '\\') config += '\\';
            if (static_cast<unsigned char>(c) >= 0x20) config += c;
        }
        config += "\":";
        config += entries[static_cast<unsigned char>(line.front()) % entries.size()];
    }
    return config + "}}";
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto rest = text_of(data + 1, size - 1);
    const auto form = data[0] % 4 == 0 ? docker_config_form::cfg : docker_config_form::config_json;
    const auto config = data[0] % 4 < 2 ? std::string(rest) : config_of(rest);
    const auto broken = harness::broken_promise(config, form);
    require(broken.empty(), broken.c_str());
    return 0;
}
