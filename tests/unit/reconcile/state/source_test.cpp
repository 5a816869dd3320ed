// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/source.hpp"

#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::source_fault;

namespace {

constexpr std::string_view three_registries =
    R"({"auths":{"https://quay.io/v2/":{"auth":"dTpw"},"ghcr.io":{"auth":"YTpi"},"*.example.com":{"auth":"dTpw"}}})";

kube::secret config_json(std::string_view text) {
    return build::source_secret("login", kube::docker_config_json_type, kube::docker_config_json_key, text);
}

kube::secret basic_auth(std::string_view username, std::string_view password) {
    auto secret = build::source_secret("login", kube::basic_auth_type);
    secret.data.emplace("username", build::bytes(username));
    secret.data.emplace("password", build::bytes(password));
    return secret;
}

std::shared_ptr<const reconcile::parsed_source> parsed(const kube::secret& secret) {
    return reconcile::parse_source_secret(secret).value();
}

v1alpha1::credential_source all() {
    return {.secret_name = "login", .registry = {}, .registries = {}};
}

v1alpha1::credential_source only(std::vector<std::string> globs) {
    return {.secret_name = "login", .registry = {}, .registries = std::move(globs)};
}

v1alpha1::credential_source of_registry(std::string registry) {
    return {.secret_name = "login", .registry = std::move(registry), .registries = {}};
}

std::vector<std::string> selected(const kube::secret& secret, const v1alpha1::credential_source& source) {
    std::vector<std::string> entries;
    const auto result = reconcile::select_entries(*parsed(secret), source);
    if (result.has_error()) return {"error: " + result.error().message};
    for (const auto& entry : *result)
        entries.push_back(build::shown(entry));
    return entries;
}

void check_refusal(const dockerconfig::source_error& error, source_fault fault, std::string_view says) {
    CHECK(error.fault == fault);
    CHECK_MESSAGE(error.message.find("Secret \"login\": ") == 0, error.message);
    CHECK_MESSAGE(error.message.find(says) != std::string::npos, error.message);
}

}  // namespace

TEST_CASE("a docker config gives all its entries, sorted by key") {
    CHECK(selected(config_json(three_registries), all()) ==
          std::vector<std::string>{"*.example.com|u|p|", "ghcr.io|a|b|", "https://quay.io/v2/|u|p|"});
    const auto old_form = build::source_secret(
        "login", kube::docker_cfg_type, kube::docker_cfg_key, R"({"quay.io":{"auth":"dTpw"}})");
    CHECK(selected(old_form, all()) == std::vector<std::string>{"quay.io|u|p|"});
}

TEST_CASE("registries takes the entries that a glob matches") {
    const auto secret = config_json(three_registries);
    CHECK(selected(secret, only({"quay.io"})) == std::vector<std::string>{"https://quay.io/v2/|u|p|"});
    CHECK(selected(secret, only({"ghcr.io", "quay.*"})) ==
          std::vector<std::string>{"ghcr.io|a|b|", "https://quay.io/v2/|u|p|"});
}

TEST_CASE("a basic-auth Secret gives one entry, for the registry that the source names") {
    CHECK(selected(basic_auth("u", "p:q"), of_registry("quay.io/org")) ==
          std::vector<std::string>{"quay.io/org|u|p:q|"});
    CHECK(selected(basic_auth("u", "p"), of_registry("docker.io")) ==
          std::vector<std::string>{"https://index.docker.io/v1/|u|p|"});
}

TEST_CASE("selected entries outlive the Secret and what was parsed of it") {
    std::vector<dockerconfig::registry_entry> entries;
    {
        const auto source = parsed(basic_auth("u", "p"));
        entries = reconcile::select_entries(*source, of_registry("quay.io")).value();
    }
    CHECK(build::shown(entries.at(0)) == "quay.io|u|p|");
}

TEST_CASE("a Secret that cannot be a source is refused, and the message says what to create") {
    struct example {
        std::string_view what;
        kube::secret secret;
        source_fault fault;
        std::string_view says;
    };
    const auto of = [](std::string_view type, std::string_view key, std::string_view value) {
        return build::source_secret("login", type, key, value);
    };
    auto opaque_login = basic_auth("u", "p");
    opaque_login.type = "Opaque";
    auto no_password = build::source_secret("login", kube::basic_auth_type, "username", "u");
    std::vector<example> table;
    const auto add =
        [&table](std::string_view what, kube::secret secret, source_fault fault, std::string_view says) {
            table.push_back({what, std::move(secret), fault, says});
        };
    add("Opaque with a docker config",
        of("Opaque", ".dockerconfigjson", "{}"),
        source_fault::unsupported_type,
        "its type is Opaque, which cannot be changed; recreate the Secret with "
        "--type=kubernetes.io/dockerconfigjson");
    add("Opaque with an old docker config",
        of("Opaque", ".dockercfg", "{}"),
        source_fault::unsupported_type,
        "--type=kubernetes.io/dockercfg");
    add("Opaque with a login",
        std::move(opaque_login),
        source_fault::unsupported_type,
        "--type=kubernetes.io/basic-auth");
    add("TLS",
        of("kubernetes.io/tls", "tls.key", "CANARY"),
        source_fault::unsupported_type,
        "its type is kubernetes.io/tls; a source must be of type kubernetes.io/dockerconfigjson");
    add("a type that is not fit for a terminal",
        of("x\x1b[31m\ny", "a", "b"),
        source_fault::unsupported_type,
        "x [31m y");
    add("no .dockerconfigjson",
        build::source_secret("login", kube::docker_config_json_type),
        source_fault::missing_data,
        "key .dockerconfigjson of its data is missing or empty");
    add("an empty .dockercfg",
        of(kube::docker_cfg_type, kube::docker_cfg_key, ""),
        source_fault::missing_data,
        "key .dockercfg of its data is missing or empty");
    add("the data of the other form",
        of(kube::docker_cfg_type, kube::docker_config_json_key, "{}"),
        source_fault::missing_data,
        "key .dockercfg of its data is missing or empty");
    add("no password",
        std::move(no_password),
        source_fault::missing_data,
        "key password of its data is missing or empty");
    add("an empty username",
        basic_auth("", "p"),
        source_fault::missing_data,
        "key username of its data is missing or empty");
    add("an empty password",
        basic_auth("u", ""),
        source_fault::missing_data,
        "key password of its data is missing or empty");
    add("a line break at the end of the password",
        basic_auth("u", "p\n"),
        source_fault::bad_password,
        "--from-literal");
    add("a colon in the username", basic_auth("u:v", "p"), source_fault::bad_username, "colon");
    add("a docker config that is not JSON", config_json("{"), source_fault::not_json, "ends too early");
    for (const auto& [what, secret, fault, says] : table) {
        CAPTURE(what);
        const auto result = reconcile::parse_source_secret(secret);
        REQUIRE(result.has_error());
        check_refusal(result.error(), fault, says);
        CHECK(result.error().message.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("a source that does not fit its Secret is refused, and the message says what to change") {
    const auto refusal = [](const kube::secret& secret, const v1alpha1::credential_source& source) {
        return reconcile::select_entries(*parsed(secret), source).error();
    };
    const auto config = config_json(three_registries);
    const auto login = basic_auth("u", "p");
    check_refusal(
        refusal(config, of_registry("quay.io")), source_fault::registry_not_allowed, "remove `registry`");
    check_refusal(refusal(login, all()), source_fault::registry_missing, "add `registry`");
    auto both = of_registry("quay.io");
    both.registries = {"*"};
    check_refusal(refusal(login, both), source_fault::registries_not_allowed, "`registries`");
    check_refusal(refusal(login, of_registry("https://index.docker.io/v1")),
                  source_fault::bad_key,
                  "`registry` of the source: the key ends in /v1");
    CHECK(refusal(login, of_registry("https://u:CANARY@quay.io")).message.find("CANARY") ==
          std::string::npos);
    check_refusal(
        refusal(config, only({"docker.io", "gcr.io"})),
        source_fault::nothing_selected,
        "no entry matches `registries` (docker.io, gcr.io); the Secret has https://quay.io/v2/, ghcr.io, "
        "*.example.com");
    check_refusal(refusal(config, only({"a", "b", "c", "d", "e"})),
                  source_fault::nothing_selected,
                  "(a, b, c and 2 more)");
}

TEST_CASE("a bad entry is an error only for a source that takes it") {
    const auto secret =
        config_json(R"({"credsStore":"desktop","auths":{"quay.io":{"auth":"dTpw"},"ghcr.io":{}}})");
    CHECK(selected(secret, only({"quay.io"})) == std::vector<std::string>{"quay.io|u|p|"});
    for (const auto& source : {all(), only({"*.io"}), only({"ghcr.io"})}) {
        const auto result = reconcile::select_entries(*parsed(secret), source);
        REQUIRE(result.has_error());
        check_refusal(result.error(), source_fault::empty_entry, "entry \"ghcr.io\": no credential");
    }
    const auto bad_key =
        config_json(R"({"auths":{"https://index.docker.io/v1":{"auth":"dTpw"},"quay.io":{"auth":"dTpw"}}})");
    CHECK(selected(bad_key, only({"quay.io"})) == std::vector<std::string>{"quay.io|u|p|"});
    CHECK(reconcile::select_entries(*parsed(bad_key), all()).error().fault == source_fault::bad_key);
}

TEST_CASE("two entries of one document for one registry are an error for a source that takes both") {
    const auto secret = config_json(
        R"({"auths":{"quay.io":{"auth":"dTpw"},"https://quay.io":{"auth":"YTpi"},"ghcr.io":{"auth":"dTpw"}}})");
    const auto result = reconcile::select_entries(*parsed(secret), all());
    REQUIRE(result.has_error());
    check_refusal(result.error(),
                  source_fault::key_collision,
                  "\"quay.io\" and \"https://quay.io\" are the same registry");
    CHECK(reconcile::reason_of(result.error().fault) == "SourceInvalid");
    CHECK(selected(secret, only({"https://*"})) == std::vector<std::string>{"https://quay.io|a|b|"});

    const auto twice = config_json(R"({"auths":{"quay.io":{"auth":"dTpw"},"quay.io":{"auth":"YTpi"}}})");
    CHECK(reconcile::select_entries(*parsed(twice), all()).error().fault == source_fault::key_collision);
    const auto hub = config_json(
        R"({"auths":{"docker.io":{"auth":"dTpw"},"https://index.docker.io/v1/":{"auth":"YTpi"}}})");
    CHECK(reconcile::select_entries(*parsed(hub), all()).error().fault == source_fault::key_collision);
}

TEST_CASE("reason_of returns the reason of SourcesValid for each fault") {
    using enum source_fault;
    CHECK(reconcile::reason_of(duplicate_registry) == "DuplicateRegistry");
    CHECK(reconcile::reason_of(source_fault::too_large) == "SourceTooLarge");
    for (const auto fault : {unsupported_type,
                             missing_data,
                             not_json,
                             too_deep,
                             wrong_type,
                             too_many_entries,
                             no_entries,
                             bad_key,
                             key_collision,
                             bad_base64,
                             no_colon,
                             bad_username,
                             bad_password,
                             bad_email,
                             token_only,
                             empty_entry,
                             registry_missing,
                             registry_not_allowed,
                             registries_not_allowed,
                             nothing_selected}) {
        CHECK(reconcile::reason_of(fault) == "SourceInvalid");
    }
}
