// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_document.hpp"

#include "dockerconfig/auth_field.hpp"
#include "dockerconfig/field_name.hpp"
#include "dockerconfig/registry_key.hpp"
#include "kubelet/go_json.hpp"

#include <optional>
#include <utility>

namespace kubelet {

namespace {

using dockerconfig::is_field;
using dockerconfig::source_error;
using dockerconfig::source_fault;

class document_reader {
 public:
    explicit document_reader(std::string_view text) : at_(text) {}

    dockerconfig::source_result<pull_document> read(dockerconfig::docker_config_form form) && {
        if (form == dockerconfig::docker_config_form::cfg) {
            read_logins("the docker config");
        } else {
            read_document();
        }
        if (error_) return *std::move(error_);
        return std::move(document_);
    }

 private:
    // null changes nothing; a value of another type is a fault that later ones do not heal.
    bool is_next(json_kind wanted, std::string_view what, std::string_view type) {
        if (at_.kind() == wanted) return true;
        if (at_.kind() != json_kind::null)
            fail(source_fault::wrong_type, std::string(what) + " is not " + std::string(type));
        at_.skip();
        return false;
    }

    void read_document() {
        if (!is_next(json_kind::object, "the docker config", "an object")) return;
        at_.take_object([this](std::string_view name) {
            if (is_field(name, "auths")) {
                read_logins("`auths`");
            } else if (is_field(name, "httpheaders")) {
                read_headers();
            } else {
                const bool store = is_field(name, "credsstore") && at_.kind() == json_kind::string;
                const bool helpers = is_field(name, "credhelpers") && at_.kind() == json_kind::object;
                document_.has_credential_store |= store || helpers;
                at_.skip();
            }
        });
    }

    void read_headers() {
        if (!is_next(json_kind::object, "`HttpHeaders`", "an object")) return;
        at_.take_object([this](std::string_view /*name*/) {
            if (is_next(json_kind::string, "a value of `HttpHeaders`", "a string")) at_.skip();
        });
    }

    void read_logins(std::string_view what) {
        if (at_.kind() == json_kind::null) document_.logins.clear();
        if (!is_next(json_kind::object, what, "an object")) return;
        at_.take_object([this](std::string_view key) {
            ++number_;
            entry_ = dockerconfig::is_fit_to_name(key) ? "entry \"" + std::string(key) + "\""
                                                       : "entry " + std::to_string(number_);
            document_.logins.insert_or_assign(std::string(key), read_login());
        });
    }

    pull_login read_login() {
        pull_login login;
        if (!is_next(json_kind::object, entry_, "an object")) return login;
        util::secret_bytes auth;
        util::secret_bytes email;  // sent to nobody, but it must be a string
        at_.take_object([&](std::string_view name) {
            const std::pair<std::string_view, util::secret_bytes*> texts[] = {{"username", &login.username},
                                                                              {"password", &login.password},
                                                                              {"email", &email},
                                                                              {"auth", &auth}};
            for (const auto& [field, value] : texts) {
                if (!is_field(name, field)) continue;
                if (is_next(json_kind::string, entry_ + ": `" + std::string(field) + "`", "a string"))
                    *value = at_.take_string();
                return;
            }
            login.has_token |= is_field(name, "identitytoken") || is_field(name, "registrytoken");
            at_.skip();
        });
        if (!auth.empty()) decode(auth, login);
        return login;
    }

    void decode(const util::secret_bytes& auth, pull_login& login) {
        auto decoded = dockerconfig::decode_auth(auth.reveal());
        if (!decoded) return fail(decoded.error().fault, entry_ + ": " + decoded.error().message);
        login.username = std::move(decoded->username);
        login.password = std::move(decoded->password);
    }

    void fail(source_fault fault, std::string message) {
        if (!error_) error_.emplace(fault, std::move(message));
    }

    json_walker at_;
    pull_document document_;
    std::optional<source_error> error_;  // the first
    std::size_t number_ = 0;             // of the entry that is read
    std::string entry_;                  // its name for people
};

}  // namespace

dockerconfig::source_result<pull_document> read_pull_document(std::string_view text,
                                                              dockerconfig::docker_config_form form) {
    if (const auto fault = find_json_fault(text)) {
        const bool early = *fault > text.size();
        return source_error{
            source_fault::not_json,
            early ? "the docker config ends too early, after " + std::to_string(text.size()) + " bytes"
                  : "the docker config is not JSON at byte " + std::to_string(*fault)};
    }
    return document_reader(text).read(form);
}

}  // namespace kubelet
