// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/pull_table.hpp"

#include "support/base64.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace harness {

namespace {

using words = std::vector<std::string>;

words split(const std::string& text) {
    std::istringstream in(text);
    words all;
    for (std::string word; in >> word;)
        all.push_back(word);
    return all;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string bytes_of(const std::string& hexadecimal) {
    std::string bytes;
    for (std::size_t i = 0; i < hexadecimal.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hexadecimal.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string unpadded(std::string base64) {
    while (base64.ends_with('='))
        base64.pop_back();
    return base64;
}

std::string written_out(std::string document) {
    replace_all(document, "RIGHT", right_password);
    replace_all(document, "WRONG", wrong_password);
    for (const std::string name : {"base64(", "raw64(", "bytes("}) {
        for (auto at = document.find(name); at != std::string::npos; at = document.find(name)) {
            const auto begin = at + name.size();
            const auto end = document.find(')', begin);
            const auto argument = document.substr(begin, end - begin);
            const auto made = name == "bytes("    ? bytes_of(argument)
                              : name == "base64(" ? to_base64(argument)
                                                  : unpadded(to_base64(argument));
            document.replace(at, end + 1 - at, made);
        }
    }
    return document;
}

table_secret secret_of(const std::string& form, std::string document) {
    table_secret secret{"kubernetes.io/dockerconfigjson", ".dockerconfigjson", std::move(document)};
    if (form == "opaque") {
        secret.type = "Opaque";
    } else if (form == "cfg") {
        secret.type = "kubernetes.io/dockercfg";
        secret.key = ".dockercfg";
    } else if (form != "json") {
        throw std::runtime_error("no form of a Secret: " + form);
    }
    return secret;
}

void read_secret(const std::string& line, pull_table& table) {
    std::istringstream in(line);
    std::string word;
    std::string name;
    std::string form;
    std::string document;
    in >> word >> name >> form >> std::ws;
    std::getline(in, document);
    if (!table.secrets.emplace(name, secret_of(form, written_out(document))).second)
        throw std::runtime_error("a second Secret " + name);
}

void read_pull(const std::string& line, int number, pull_table& table) {
    const auto first = line.find('|');
    const auto second = line.find('|', first + 1);
    if (second == std::string::npos) throw std::runtime_error("three columns are wanted");
    table_pull pull{
        number, split(line.substr(0, first)).at(1), split(line.substr(first + 1, second - first - 1)), {""}};
    for (const auto& name : pull.secrets) {
        if (!table.secrets.contains(name)) throw std::runtime_error("no Secret " + name);
    }
    for (const auto& word : split(line.substr(second + 1))) {
        if (word == "or") {
            pull.expected.emplace_back();
        } else {
            pull.expected.back() += (pull.expected.back().empty() ? "" : " ") + word;
        }
    }
    table.pulls.push_back(std::move(pull));
}

}  // namespace

pull_table read_pull_table(const std::string& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file);
    pull_table table;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        try {
            if (line.empty() || line.starts_with('#')) continue;
            if (line.starts_with("secret ")) {
                read_secret(line, table);
            } else if (line.starts_with("pull ")) {
                read_pull(line, number, table);
            } else {
                throw std::runtime_error("neither secret nor pull");
            }
        } catch (const std::exception& fault) {
            throw std::runtime_error(fmt::format("{}:{}: {}", file, number, fault.what()));
        }
    }
    return table;
}

std::string table_user(const std::string& username, const std::string& password) {
    const auto user = username.empty() ? std::string("nobody") : username;
    if (password == right_password) return user;
    if (password == wrong_password) return user + "!";
    return password.empty() ? user + "?" : user + "(another password)";
}

}  // namespace harness
