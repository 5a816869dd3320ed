// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/docker_config.hpp"
#include "kube/json.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dockerconfig {

/// An entry as the document has it, not judged.
struct raw_entry {
    std::string key;
    util::secret_bytes username;
    util::secret_bytes password;
    util::secret_bytes email;
    util::secret_bytes auth;
    bool has_token = false;       // identitytoken or registrytoken
    std::string_view wrong_type;  // what is not of the type it must be, for people; empty: nothing
};

struct raw_docker_config {
    std::vector<raw_entry> entries;
    bool has_credential_store = false;  // credsStore or credHelpers
};

/// Receives the JSON parser's calls and keeps the fields that the kubelet reads. No document is built: the
/// order of members counts (the last of `auth` and `Auth` wins), and what is not kept is wiped at once.
class docker_config_reader {
 public:
    explicit docker_config_reader(docker_config_form form);

    /// The text is not longer than max_docker_config_bytes, UTF-8, without NUL and byte order mark.
    [[nodiscard]] source_result<raw_docker_config> read(std::string_view text) &&;

    // The interface that json::sax_parse calls: false stops it.
    bool null();
    bool boolean(bool value);
    bool number_integer(kube::json::number_integer_t value);
    bool number_unsigned(kube::json::number_unsigned_t value);
    bool number_float(kube::json::number_float_t value, const std::string& text);
    bool string(std::string& value);
    bool binary(kube::json::binary_t& value);
    bool start_object(std::size_t count);
    bool key(std::string& name);
    bool end_object();
    bool start_array(std::size_t count);
    bool end_array();
    bool parse_error(std::size_t position, const std::string& last_token, const kube::json::exception& why);

 private:
    /// What a value is, from where it stands.
    enum class role : std::uint8_t {
        document,
        entries,
        entry,
        headers,
        header,
        helpers,
        store,
        token,
        username,
        password,
        email,
        auth,
        ignored,
    };

    [[nodiscard]] role role_of_member(std::string_view name) const;
    void begin_entry(std::string&& name);
    bool open(role container);
    bool close();
    bool misplaced();
    bool fail(source_fault fault, std::string message);

    docker_config_form form_;
    role next_ = role::document;  // of the value that comes next
    std::vector<role> open_;      // the containers round it, outermost first
    std::size_t size_ = 0;        // of the text
    bool finished_ = false;       // the document has ended
    raw_docker_config config_;
    std::optional<source_error> error_;
};

}  // namespace dockerconfig
