// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/report.hpp"

#include "dockerconfig/registry_key.hpp"
#include "explain/advice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace explain {

namespace {

constexpr std::size_t columns = 100;

/// The text behind `first`, wrapped at spaces; all lines but the first are indented.
std::string wrapped(std::string_view first, std::string_view text) {
    const std::string indent(first.size(), ' ');
    std::string page(first);
    std::size_t column = first.size();
    bool line_is_empty = true;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        if (!line_is_empty && column + 1 + word.size() > columns) {
            page += '\n' + indent;
            column = indent.size();
            line_is_empty = true;
        }
        page += (line_is_empty ? "" : " ");
        page += word;
        column += word.size() + (line_is_empty ? 0 : 1);
        line_is_empty = false;
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return page + '\n';
}

/// Why no image can match the key of an entry, in the words in which the controller reports one that it
/// leaves out of its Secrets. Nothing: some image can.
std::optional<std::string> useless_key(const kubelet::pull_entry& entry) {
    const auto key = dockerconfig::registry_key::parse(entry.written_key);
    if (key || key.error().fault != dockerconfig::key_fault::never_matches) return std::nullopt;
    return key.error().message;
}

std::string about_content(const listed_secret& secret) {
    switch (secret.content.state) {
        case kubelet::content_state::wrong_type:
            return fmt::format("ignored: type {} is not a pull Secret", printable_name(secret.type));
        case kubelet::content_state::no_data:
            return "ignored: it has no docker config";
        case kubelet::content_state::broken:
            return "BROKEN, so every pull of the Pod fails: " + secret.content.error;
        case kubelet::content_state::used:
            break;
    }
    if (secret.content.entries.empty()) return "has no entries";
    std::vector<std::string> keys;
    std::vector<std::string> parts;
    for (const auto& entry : secret.content.entries) {
        if (const auto reason = useless_key(entry)) {
            parts.push_back(fmt::format("{} matches no image: {}", entry.printable_key(), *reason));
        } else {
            keys.push_back(entry.printable_key());
        }
    }
    if (!keys.empty()) parts.insert(parts.begin(), fmt::format("for {}", fmt::join(keys, ", ")));
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string about_secret(const listed_secret& secret) {
    switch (secret.access) {
        case access_result::missing:
            return "does not exist";
        case access_result::forbidden:
            return "you have no permission to read it (403)";
        case access_result::unreadable:
            return "could not be read: " + secret.error;
        case access_result::read:
            break;
    }
    auto text = about_content(secret);
    if (!secret.managed_by.empty())
        text += fmt::format("; managed by RegistryCredential {}", fmt::join(secret.managed_by, ", "));
    return text;
}

std::string secrets_part(const observation& seen) {
    if (seen.secrets.empty()) return "Pull Secrets: the Pod lists none\n";
    std::string part = "Pull Secrets, in the Pod's order:\n";
    std::size_t width = 0;
    for (const auto& secret : seen.secrets)
        width = std::max(width, printable_name(secret.name).size());
    for (const auto& secret : seen.secrets)
        part += wrapped(fmt::format("  {:{}}  ", printable_name(secret.name), width), about_secret(secret));
    return part;
}

std::string_view about_failure(pull_failure_kind failure) {
    switch (failure) {
        case pull_failure_kind::rate_limited:
            return "the registry refused the pull: too many requests";
        case pull_failure_kind::not_found:
            return "the registry has no such image, or hides it from this user";
        case pull_failure_kind::unreachable:
            return "the node cannot reach the registry; this does not depend on the credentials";
        case pull_failure_kind::refused:
            return "the registry refused the pull";
        case pull_failure_kind::other:
            return "the last pull failed; 'kubectl describe pod' shows the message";
        case pull_failure_kind::none:
        case pull_failure_kind::never_pull:
            break;
    }
    return {};
}

std::string_view about_result(image_result result) {
    switch (result) {
        case image_result::usable:
            return "OK";
        case image_result::already_pulled:
            return "OK: no entry matches, but the node pulled it without credentials";
        case image_result::never_pulled:
            return "OK: never pulled (imagePullPolicy: Never)";
        case image_result::anonymous:
            return "NO CREDENTIAL: no entry matches; the node pulls it anonymously or with its own "
                   "credentials";
        case image_result::incomplete:
            return "NO CREDENTIAL: no matching entry has both a username and a password";
        case image_result::refused:
            return "REFUSED by the registry";
        case image_result::broken_secret:
            return "FAILS: a Secret is broken";
        case image_result::unreadable_secret:
            return "UNKNOWN: a Secret could not be read";
        case image_result::not_present:
            return "FAILS: never pulled (imagePullPolicy: Never), and the node has no copy for this Pod";
        case image_result::invalid_name:
            return "FAILS: not a valid image name";
    }
    return {};
}

std::string about_attempt(const kubelet::pull_attempt& attempt, const observation& seen) {
    const auto& entry = attempt.entry.get();
    const auto user = entry.username.empty() ? "no username (credential not sent)"
                                             : fmt::format("user '{}'", entry.printable_user());
    return fmt::format(
        "{}{}, entry {} of Secret {}{}",
        user,
        entry.password.empty() ? ", no password" : "",
        entry.printable_key(),
        printable_name(seen.secrets[attempt.secret].name),
        attempt.in_random_order ? " (in random order: several entries are for this registry)" : "");
}

std::string about_image(const image_explanation& explanation, const observation& seen) {
    const auto& image = explanation.image.get();
    auto part =
        wrapped("  ", fmt::format("{} ({})", printable_name(image.image), fmt::join(image.used_by, ", ")));
    const auto failure = about_failure(image.last_failure);
    const bool failed_otherwise = explanation.result == image_result::usable && !failure.empty();
    part += wrapped("    ",
                    failed_otherwise ? "OK: an entry matches; the pull failed for another reason"
                                     : about_result(explanation.result));
    for (std::size_t i = 0; i < explanation.attempts.size(); ++i)
        part += wrapped(fmt::format("    {}. ", i + 1), about_attempt(explanation.attempts[i], seen));
    for (const auto& mismatch : explanation.mismatches) {
        part += wrapped("    - ",
                        fmt::format("entry {} of Secret {} does not match: {}",
                                    mismatch.entry.get().printable_key(),
                                    printable_name(seen.secrets[mismatch.secret].name),
                                    mismatch.reason));
    }
    if (!failure.empty() && explanation.result != image_result::refused) part += wrapped("    - ", failure);
    return part;
}

std::string advice_part(const observation& seen, const std::vector<image_explanation>& explanations) {
    const auto advice = advise(seen, explanations);
    if (advice.empty()) return {};
    std::string part = "\nWhat to do:\n";
    for (const auto& each : advice)
        part += wrapped("  - ", each);
    part += wrapped(
        "  ",
        "The kubelet tries again within 5 minutes of a change. If a controller owns the Pod, deleting "
        "the Pod is faster.");
    return part;
}

}  // namespace

std::string report_of(const observation& seen, const std::vector<image_explanation>& explanations) {
    const auto& subject = seen.subject;
    auto page = fmt::format("Pod {}/{}, ServiceAccount {}\n\n{}",
                            subject.namespace_name,
                            subject.name,
                            subject.service_account,
                            secrets_part(seen));
    page += "\nImages, with the credentials that the kubelet tries, in its order:\n";
    for (const auto& explanation : explanations)
        page += about_image(explanation, seen);
    return page + advice_part(seen, explanations);
}

}  // namespace explain
