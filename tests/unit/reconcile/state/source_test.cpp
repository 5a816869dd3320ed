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
    for (const auto& entry : result->entries)
        entries.push_back(build::shown(entry));
    return entries;
}

std::vector<std::string> notes(const kube::secret& secret, const v1alpha1::credential_source& source) {
    return reconcile::select_entries(*parsed(secret), source).value().notes;
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
        entries = reconcile::select_entries(*source, of_registry("quay.io")).value().entries;
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

TEST_CASE("a useless entry is left out with a note, and is an error if nothing else is left") {
    struct example {
        std::string_view key;
        std::string_view entry;
        source_fault fault;
        std::string_view says;
    };
    const std::vector<example> table{
        {"ghcr.io",
         "{}",
         source_fault::empty_entry,
         "no credential; the password is in the credential store"},
        {"ghcr.io", "null", source_fault::empty_entry, "no credential"},
        {"acme.azurecr.io",
         R"({"auth":"MDAwMDAwMDAtMDAwMDo=","identitytoken":"CANARY"})",
         source_fault::token_only,
         "only an identity or registry token"},
        {"ghcr.io", R"({"auth":"dTo="})", source_fault::empty_entry, "the password is empty"},
        {"ghcr.io", R"({"password":"CANARY"})", source_fault::empty_entry, "the username is empty"},
        {"https://index.docker.io/v1/access-token",
         R"({"auth":"dTpw"})",
         source_fault::unmatched_key,
         "the kubelet never matches index.docker.io with a path"},
        {"https://index.docker.io/v1",
         R"({"auth":"dTpw"})",
         source_fault::unmatched_key,
         "the key ends in /v1"},
        {"ghcr.io/Team", R"({"auth":"dTpw"})", source_fault::unmatched_key, "write the path in lower case"},
    };
    for (const auto& [key, entry, fault, says] : table) {
        CAPTURE(key);
        CAPTURE(entry);
        const auto useless = "\"" + std::string(key) + "\":" + std::string(entry);
        const auto beside =
            config_json(R"({"credsStore":"desktop","auths":{)" + useless + R"(,"quay.io":{"auth":"dTpw"}}})");
        CHECK(selected(beside, all()) == std::vector<std::string>{"quay.io|u|p|"});
        const auto told = notes(beside, all());
        REQUIRE(told.size() == 1);
        CHECK_MESSAGE(told[0].find("Secret \"login\": ignored entry \"" + std::string(key) + "\": ") == 0,
                      told[0]);
        CHECK_MESSAGE(told[0].find(says) != std::string::npos, told[0]);
        CHECK(notes(beside, only({"quay.io"})).empty());

        const auto alone = config_json(R"({"credsStore":"desktop","auths":{)" + useless + "}}");
        const auto result = reconcile::select_entries(*parsed(alone), all());
        REQUIRE(result.has_error());
        check_refusal(result.error(), fault, "entry \"" + std::string(key) + "\": ");
        CHECK_MESSAGE(result.error().message.find(says) != std::string::npos, result.error().message);
        CHECK(result.error().message.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("what the common clients leave in their files is delivered without what is useless in it") {
    struct example {
        std::string_view client;
        std::string document;
        std::vector<std::string> delivered;
        std::size_t notes;
    };
    const std::string hub = R"("https://index.docker.io/v1/":{"auth":"dTpw"})";
    const std::vector<example> table{
        {"docker login in a browser",
         R"({"auths":{)" + hub +
             R"(,"https://index.docker.io/v1/access-token":{"auth":"dTpw"},"https://index.docker.io/v1/refresh-token":{"auth":"dTpw"}},"currentContext":"x"})",
         {"https://index.docker.io/v1/|u|p|"},
         1},
        {"docker with all its settings",
         R"({"auths":{)" + hub +
             R"(},"HttpHeaders":{"User-Agent":"Docker-Client/19"},"psFormat":"table {{.ID}}","detachKeys":"ctrl-e,e","plugins":{"p":{"a":"b"}},"aliases":{"builder":"buildx"},"proxies":{"default":{"httpProxy":"http://u:CANARY@p:1"}},"features":{"hooks":"true"}})",
         {"https://index.docker.io/v1/|u|p|"},
         0},
        {"gcloud auth configure-docker beside a login",
         R"({"auths":{"quay.io":{"auth":"dTpw"}},"credHelpers":{"gcr.io":"gcloud","europe-docker.pkg.dev":"gcloud"}})",
         {"quay.io|u|p|"},
         0},
        {"a credential store beside a login",
         R"({"auths":{"ghcr.io":{},"https://index.docker.io/v1/":{},"quay.io":{"auth":"dTpw"}},"credsStore":"osxkeychain"})",
         {"quay.io|u|p|"},
         1},
        {"az acr login",
         R"({"auths":{"acme.azurecr.io":{"auth":"MDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwOg==","identitytoken":"CANARY"},"quay.io":{"auth":"dTpw"}}})",
         {"quay.io|u|p|"},
         1},
        {"az acr login --expose-token",
         R"({"auths":{"acme.azurecr.io":{"username":"00000000-0000-0000-0000-000000000000","password":"t"}}})",
         {"acme.azurecr.io|00000000-0000-0000-0000-000000000000|t|"},
         0},
        {"podman login",
         R"({"auths":{"quay.io":{"auth":"dTpw"},"quay.io/team":{"auth":"YTpi"},"docker.io":{"auth":"dTpw"}}})",
         {"docker.io|u|p|", "quay.io|u|p|", "quay.io/team|a|b|"},
         0},
        {"helm registry login",
         R"({"auths":{"ghcr.io":{"auth":"dTpw"}},"credsStore":""})",
         {"ghcr.io|u|p|"},
         0},
        {"doctl registry login",
         R"({"auths":{"registry.digitalocean.com":{"auth":"dTpw"}}})",
         {"registry.digitalocean.com|u|p|"},
         0},
        {"oc registry login",
         R"({"auths":{"default-route-openshift-image-registry.apps.example.com":{"auth":"dTpw"},"image-registry.openshift-image-registry.svc:5000":{"auth":"dTpw","email":"serviceaccount@example.org"}}})",
         {"default-route-openshift-image-registry.apps.example.com|u|p|",
          "image-registry.openshift-image-registry.svc:5000|u|p|serviceaccount@example.org"},
         0},
    };
    for (const auto& [client, document, delivered, count] : table) {
        CAPTURE(client);
        CHECK(selected(config_json(document), all()) == delivered);
        CHECK(notes(config_json(document), all()).size() == count);
    }
}

TEST_CASE("notes name the odd keys and logins that are delivered all the same") {
    const auto one = [](const std::string& entries) {
        const auto told = notes(config_json(R"({"auths":{)" + entries + "}}"), all());
        return told.size() == 1 ? told[0] : std::to_string(told.size()) + " notes";
    };
    CHECK(one(R"("quay.io":{"auth":"dTpw"})") == "0 notes");
    CHECK(one(R"("quay.io":{"auth":"dTpwCg=="})")
              .find("Secret \"login\": entry \"quay.io\": its password ends in a line break") == 0);
    CHECK(one(R"("reg.example.com/v2/app":{"auth":"dTpw"})")
              .find("entry \"reg.example.com/v2/app\": the kubelet drops /v1 or /v2") != std::string::npos);
    CHECK(one(R"("Reg.example.com":{"auth":"dTpw"})").find("write the host in lower case") !=
          std::string::npos);
    CHECK(one(R"("https://u:CANARY@quay.io":{"auth":"dTpw"})")
              .find("entry 1 of the docker config: a registry key has no username") != std::string::npos);
    const auto basic = notes(basic_auth("_json_key", "CANARY\n"), of_registry("quay.io"));
    REQUIRE(basic.size() == 1);
    CHECK(basic[0].find("Secret \"login\": its password ends in a line break") == 0);
    CHECK(notes(basic_auth("_json_key", "{\n\"CANARY\":1\n}\n"), of_registry("quay.io")).empty());
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
                             unmatched_key,
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
