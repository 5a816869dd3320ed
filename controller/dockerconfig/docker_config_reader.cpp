// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/docker_config_reader.hpp"

#include "dockerconfig/go_json.hpp"
#include "dockerconfig/login.hpp"
#include "dockerconfig/registry_key.hpp"

#include <utility>

namespace dockerconfig {

namespace {

constexpr std::string_view not_an_object = "the docker config is not a JSON object";
constexpr std::size_t max_helped = 3;

/// Whether a member's name is that of a field, given in lower case, to encoding/json: its Unicode folding
/// takes two characters that are not ASCII for letters.
bool is_field(std::string_view name, std::string_view field) noexcept {
    constexpr std::string_view long_s = "\u017F";
    constexpr std::string_view kelvin = "\u212A";
    for (const char letter : field) {
        if (name.empty()) return false;
        const char first = name.front();
        if (first == letter || (first >= 'A' && first <= 'Z' && first - 'A' + 'a' == letter)) {
            name.remove_prefix(1);
        } else if (letter == 's' && name.starts_with(long_s)) {
            name.remove_prefix(long_s.size());
        } else if (letter == 'k' && name.starts_with(kelvin)) {
            name.remove_prefix(kelvin.size());
        } else {
            return false;
        }
    }
    return name.empty();
}

class reader {
 public:
    reader(std::string_view text, std::size_t max_entries) : json_(text), max_entries_(max_entries) {}

    source_result<raw_docker_config> read(docker_config_form form) && {
        if (form == docker_config_form::cfg) {
            read_entries(not_an_object);
        } else {
            read_document();
        }
        if (error_) return *std::move(error_);
        return std::move(config_);
    }

 private:
    using optional_error = std::optional<source_error>;

    /// Skips a value of another type, which is an error unless it is null. A later value does not heal it.
    bool is_next(json_kind wanted, optional_error& error, std::string_view message) {
        if (json_.kind() == wanted) return true;
        if (json_.kind() != json_kind::null && !error)
            error.emplace(source_fault::wrong_type, std::string(message));
        json_.skip();
        return false;
    }

    bool is_text_next() {
        if (json_.kind() == json_kind::string) return !json_.take_string().empty();
        json_.skip();
        return false;
    }

    void read_document() {
        if (!is_next(json_kind::object, error_, not_an_object)) return;
        json_.take_object([this](std::string_view name) {
            if (is_field(name, "auths")) {
                read_entries("`auths` is not an object");
            } else if (is_field(name, "httpheaders")) {
                read_headers();
            } else if (is_field(name, "credsstore")) {
                config_.has_credential_store |= is_text_next();
            } else if (is_field(name, "credhelpers")) {
                read_helpers();
            } else {
                json_.skip();
            }
        });
    }

    void read_headers() {
        if (!is_next(json_kind::object, error_, "`HttpHeaders` is not an object")) return;
        json_.take_object([this](std::string_view /*name*/) {
            if (is_next(json_kind::string, error_, "a value of `HttpHeaders` is not a string")) json_.skip();
        });
    }

    void read_helpers() {
        if (json_.kind() != json_kind::object) return json_.skip();
        json_.take_object([this](std::string_view registry) {
            config_.has_credential_store = true;
            if (config_.helped.size() < max_helped) config_.helped.emplace_back(registry);
            json_.skip();
        });
    }

    void read_entries(std::string_view wrong_type) {
        if (json_.kind() == json_kind::null) config_.entries.clear();
        if (!is_next(json_kind::object, error_, wrong_type)) return;
        json_.take_object([this](std::string_view key) {
            if (config_.entries.size() == max_entries_) return refuse_entry();
            config_.entries.push_back(read_entry(key));
            const auto& entry = config_.entries.back();
            if (config_.error || !entry.error) return;
            const auto label = entry_label(entry.key, config_.entries.size());
            config_.error.emplace(entry.error->fault, label + ": " + entry.error->message);
        });
    }

    void refuse_entry() {
        if (!error_) {
            error_.emplace(source_fault::too_many_entries,
                           "the docker config has more than " + std::to_string(max_entries_) + " entries");
        }
        json_.skip();
    }

    raw_entry read_entry(std::string_view key) {
        raw_entry entry;
        entry.key = key;
        if (!is_next(json_kind::object, entry.error, "not an object")) return entry;
        util::secret_bytes auth;
        json_.take_object([&](std::string_view name) { read_field(name, entry, auth); });
        if (entry.error || auth.empty()) return entry;
        auto decoded = decode_auth(auth.reveal());
        if (decoded) {
            entry.username = std::move(decoded->username);
            entry.password = std::move(decoded->password);
            entry.is_damaged = false;
        } else {
            entry.error = std::move(decoded).error();
        }
        return entry;
    }

    void read_field(std::string_view name, raw_entry& entry, util::secret_bytes& auth) {
        const std::pair<std::string_view, util::secret_bytes*> fields[] = {{"username", &entry.username},
                                                                           {"password", &entry.password},
                                                                           {"email", &entry.email},
                                                                           {"auth", &auth}};
        for (const auto& [field, value] : fields) {
            if (!is_field(name, field)) continue;
            if (!is_next(json_kind::string, entry.error, "`" + std::string(field) + "` is not a string"))
                return;
            *value = json_.take_string();
            if (value != &entry.email) entry.is_damaged |= json_.has_replaced();
            return;
        }
        if (is_field(name, "identitytoken") || is_field(name, "registrytoken")) {
            entry.has_token |= is_text_next();
        } else {
            json_.skip();
        }
    }

    json_walker json_;
    std::size_t max_entries_;
    raw_docker_config config_;
    optional_error error_;  // the first outside entries
};

std::string message_of(const json_fault& fault, std::size_t size) {
    switch (fault.kind) {
        case json_fault_kind::truncated:
            return "the docker config ends too early, after " + std::to_string(size) + " bytes";
        case json_fault_kind::trailing_text:
            return "something follows the end of the docker config, at byte " + std::to_string(fault.byte);
        case json_fault_kind::too_deep:
            return "the docker config is nested deeper than " + std::to_string(go_json_depth) + " levels";
        case json_fault_kind::syntax:
            break;
    }
    return "the docker config is not JSON at byte " + std::to_string(fault.byte);
}

}  // namespace

source_result<raw_docker_config> read_raw_docker_config(std::string_view text,
                                                        docker_config_form form,
                                                        std::size_t max_entries) {
    if (const auto fault = find_json_fault(text)) {
        const bool too_deep = fault->kind == json_fault_kind::too_deep;
        return source_error{too_deep ? source_fault::too_deep : source_fault::not_json,
                            message_of(*fault, text.size())};
    }
    return reader(text, max_entries).read(form);
}

std::string entry_label(const std::string& key, std::size_t number) {
    if (is_safe_to_show(key)) return "entry \"" + key + "\"";
    return "entry " + std::to_string(number) + " of the docker config";
}

}  // namespace dockerconfig
