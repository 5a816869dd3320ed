// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/report.hpp"

#include "explain/advice.hpp"
#include "explain/shown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace explain {

namespace {

constexpr std::size_t columns = 100;

/// The text in lines of at most so many columns where it has spaces; all but the first are indented.
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

std::string about_content(const observed_secret& secret) {
    switch (secret.content.state) {
        case kubelet::content_state::wrong_type:
            return fmt::format("passed over: its type is {}", shown(secret.type));
        case kubelet::content_state::no_data:
            return "passed over: it has no docker config";
        case kubelet::content_state::broken:
            return "BROKEN, which fails every pull of the Pod: " + secret.content.error;
        case kubelet::content_state::used:
            break;
    }
    std::vector<std::string> keys;
    keys.reserve(secret.content.entries.size());
    for (const auto& entry : secret.content.entries)
        keys.push_back(entry.printable_key() + (entry.stored_key ? "" : " (not understood, skipped)"));
    return keys.empty() ? "has no entries" : fmt::format("for {}", fmt::join(keys, ", "));
}

std::string about_secret(const observed_secret& secret) {
    switch (secret.access) {
        case access_result::missing:
            return "does not exist";
        case access_result::forbidden:
            return "you may not read it (403)";
        case access_result::unreadable:
            return "could not be read: " + secret.fault;
        case access_result::read:
            break;
    }
    auto text = about_content(secret);
    if (!secret.kept_by.empty())
        text += fmt::format("; kept by RegistryCredential {}", fmt::join(secret.kept_by, ", "));
    return text;
}

std::string secrets_part(const observation& seen) {
    if (seen.secrets.empty()) return "Pull Secrets: the Pod lists none\n";
    std::string part = "Pull Secrets, in the Pod's order:\n";
    std::size_t width = 0;
    for (const auto& secret : seen.secrets)
        width = std::max(width, shown(secret.name).size());
    for (const auto& secret : seen.secrets)
        part += wrapped(fmt::format("  {:{}}  ", shown(secret.name), width), about_secret(secret));
    return part;
}

std::string_view about_trouble(pull_trouble trouble) {
    switch (trouble) {
        case pull_trouble::limited:
            return "the registry answers that there were too many pulls";
        case pull_trouble::not_found:
            return "the registry says that there is no such image, or hides it from this user";
        case pull_trouble::unreachable:
            return "the registry cannot be reached from the node, whatever the credential";
        case pull_trouble::refused:
            return "the registry refused the pull";
        case pull_trouble::other:
            return "the last pull failed; 'kubectl describe pod' has the message";
        case pull_trouble::none:
        case pull_trouble::never_pulled:
            break;
    }
    return {};
}

std::string_view about_verdict(verdict result) {
    switch (result) {
        case verdict::usable:
            return "OK";
        case verdict::runs:
            return "OK: no entry matches, but the node has pulled it without";
        case verdict::never_pulled:
            return "OK: never pulled (imagePullPolicy: Never)";
        case verdict::anonymous:
            return "NO CREDENTIAL: no entry matches, so it is pulled without one (or with the node's own)";
        case verdict::nobody:
            return "NO CREDENTIAL: what matches has no user or no password";
        case verdict::refused:
            return "REFUSED by the registry";
        case verdict::broken:
            return "FAILS: a Secret is broken";
        case verdict::unknown:
            return "UNKNOWN: a Secret could not be read";
        case verdict::not_on_node:
            return "FAILS: never pulled (imagePullPolicy: Never), and not on the node for this Pod";
        case verdict::bad_name:
            return "FAILS: not the name of an image";
    }
    return {};
}

std::string about_attempt(const kubelet::pull_attempt& attempt, const observation& seen) {
    const auto& entry = attempt.entry.get();
    const auto user = entry.username.empty() ? "no user (sent without a credential)"
                                             : fmt::format("user '{}'", entry.printable_user());
    return fmt::format("{}{}, entry {} of Secret {}{}",
                       user,
                       entry.password.empty() ? ", no password" : "",
                       entry.printable_key(),
                       shown(seen.secrets[attempt.secret].name),
                       attempt.in_random_order ? " (two entries are this registry: in random order)" : "");
}

std::string about_image(const image_answer& answer, const observation& seen) {
    const auto& image = answer.image.get();
    auto part = wrapped("  ", fmt::format("{} ({})", shown(image.image), fmt::join(image.used_by, ", ")));
    const auto trouble = about_trouble(image.trouble);
    const bool not_the_credential = answer.result == verdict::usable && !trouble.empty();
    part += wrapped("    ",
                    not_the_credential ? "OK as far as the credential goes; the pull failed"
                                       : about_verdict(answer.result));
    for (std::size_t i = 0; i < answer.attempts.size(); ++i)
        part += wrapped(fmt::format("    {}. ", i + 1), about_attempt(answer.attempts[i], seen));
    for (const auto& miss : answer.misses) {
        part += wrapped("    - ",
                        fmt::format("entry {} of Secret {} does not match: {}",
                                    miss.entry.get().printable_key(),
                                    shown(seen.secrets[miss.secret].name),
                                    miss.why));
    }
    if (!trouble.empty() && answer.result != verdict::refused) part += wrapped("    - ", trouble);
    return part;
}

std::string advice_part(const observation& seen, const std::vector<image_answer>& answers) {
    const auto advice = advise(seen, answers);
    if (advice.empty()) return {};
    std::string part = "\nWhat to do:\n";
    for (const auto& each : advice)
        part += wrapped("  - ", each);
    part += wrapped(
        "  ",
        "The kubelet tries again within 5 minutes of a change; deleting the Pod, if a controller makes "
        "a new one, is quicker.");
    return part;
}

}  // namespace

std::string report_of(const observation& seen, const std::vector<image_answer>& answers) {
    const auto& subject = seen.subject;
    auto page = fmt::format("Pod {}/{}, ServiceAccount {}\n\n{}",
                            subject.namespace_name,
                            subject.name,
                            subject.service_account,
                            secrets_part(seen));
    page += "\nImages, and whose credentials are tried in which order:\n";
    for (const auto& answer : answers)
        page += about_image(answer, seen);
    return page + advice_part(seen, answers);
}

}  // namespace explain
