// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include <fmt/format.h>

#include <iostream>
#include <random>

namespace harness {

namespace {

std::string random_suffix() {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::random_device device;
    std::string text;
    for (int i = 0; i < 5; ++i)
        text += alphabet.at(device() % alphabet.size());
    return text;
}

}  // namespace

fixture::fixture() : cluster_(cluster::instance()), suffix_(random_suffix()) {}

fixture::~fixture() {
    std::vector<api_call> calls;
    calls.reserve(objects_.size());
    for (const auto& path : objects_)
        calls.push_back({.method = "DELETE", .path = path, .body = nullptr, .as = {}});
    try {
        static_cast<void>(api().send_all(calls));
    } catch (const std::exception& e) {
        std::cout << "clean-up: " << e.what() << '\n';
    }
}

std::string fixture::named(std::string_view role) const {
    return fmt::format("{}-{}", role, suffix_);
}

void fixture::delete_at_end(std::string path) {
    objects_.push_back(std::move(path));
}

std::string fixture::add_namespace(std::string_view role,
                                   const text_map& labels,
                                   const text_map& annotations) {
    auto name = named(role);
    api().create(namespaces, namespace_object(name, labels, annotations));
    delete_at_end(namespace_path(name));
    return name;
}

std::vector<std::string> fixture::add_namespaces(std::string_view role, int count) {
    std::vector<std::string> names;
    std::vector<json> objects;
    for (int i = 0; i < count; ++i) {
        names.push_back(named(fmt::format("{}{}", role, i)));
        objects.push_back(namespace_object(names.back()));
        delete_at_end(namespace_path(names.back()));
    }
    api().create_all(namespaces, objects);
    return names;
}

std::string fixture::add_source(std::string_view role, const login_map& logins) {
    return add_source(docker_config_secret(named(role), logins));
}

std::string fixture::add_source(const json& secret) {
    auto name = secret.at("metadata").at("name").get<std::string>();
    api().create(secrets_in(own_namespace), secret);
    delete_at_end(secret_path(own_namespace, name));
    return name;
}

void fixture::change_source(const std::string& name, const login_map& logins) {
    api().patch(secret_path(own_namespace, name), {{"data", docker_config_secret(name, logins).at("data")}});
}

std::string fixture::add_credential(std::string_view role, const json& spec) {
    auto name = named(role);
    api().create(credentials, credential_object(name, spec));
    delete_at_end(credential_path(name));
    return name;
}

void fixture::change_spec(const std::string& credential, const json& change) {
    api().patch(credential_path(credential), {{"spec", change}});
}

void fixture::remove_credential(const std::string& credential) {
    api().remove(credential_path(credential));
}

}  // namespace harness
