// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/advice.hpp"

#include "explain/delivery_advice.hpp"
#include "explain/explanation.hpp"
#include "util/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace explain {

namespace {

/// Collects advice, each only once.
class adviser {
 public:
    adviser(const observation& seen, const std::vector<image_explanation>& explanations)
        : seen_(seen), explanations_(explanations) {}

    std::vector<std::string> advise() && {
        if (all_good(explanations_)) return {};
        // What fails every pull comes first, then mistakes in what exists, then what is missing.
        for (const auto& secret : seen_.secrets)
            about_broken(secret);
        for (const auto& explanation : explanations_)
            about_image(explanation);
        for (const auto& secret : seen_.secrets)
            about_secret(secret);
        if (lacks_credential()) about_service_account();
        return std::move(advice_);
    }

 private:
    void add(std::string text) {
        if (std::ranges::find(advice_, text) == advice_.end()) advice_.push_back(std::move(text));
    }
    void add_all(std::vector<std::string> texts) {
        for (auto& text : texts)
            add(std::move(text));
    }

    [[nodiscard]] bool any_is(image_result wanted) const {
        return std::ranges::find(explanations_, wanted, &image_explanation::result) != explanations_.end();
    }
    [[nodiscard]] bool lacks_credential() const {
        return any_is(image_result::anonymous) || any_is(image_result::incomplete);
    }

    /// The command that creates a Secret for an image without credentials, preferably for one that no entry
    /// seems meant for.
    [[nodiscard]] std::string create_command(const std::string& secret) const {
        const auto lacks = [](const image_explanation& each) {
            return each.result == image_result::anonymous;
        };
        auto lacking = std::ranges::find_if(explanations_, [&](const image_explanation& each) {
            return lacks(each) && each.mismatches.empty();
        });
        if (lacking == explanations_.end()) lacking = std::ranges::find_if(explanations_, lacks);
        const auto key =
            lacking == explanations_.end() ? std::string("REGISTRY") : registry_key_for(*lacking->repository);
        return fmt::format(
            "kubectl create secret docker-registry {} -n {} --docker-server={} "
            "--docker-username=USER --docker-password=PASSWORD",
            printable_name(secret),
            seen_.subject.namespace_name,
            key);
    }

    /// Where the user corrects the content of a Secret.
    static std::string place_of(const listed_secret& secret) {
        if (secret.managed_by.empty()) return "Secret " + printable_name(secret.name);
        return fmt::format("the source of RegistryCredential {} (Secret {})",
                           fmt::join(secret.managed_by, ", "),
                           printable_name(secret.name));
    }

    void about_secret(const listed_secret& secret) {
        switch (secret.access) {
            case access_result::missing:
                about_missing(secret);
                return;
            case access_result::forbidden:
                add(fmt::format(
                    "Secret {} in namespace {} could not be checked: either ask for permission to get it, "
                    "or let someone with that permission run this command.",
                    printable_name(secret.name),
                    seen_.subject.namespace_name));
                return;
            case access_result::unreadable:
                add(fmt::format("Secret {} could not be read: {}. Try again.",
                                printable_name(secret.name),
                                secret.error));
                return;
            case access_result::read:
                about_content(secret);
        }
    }

    void about_missing(const listed_secret& secret) {
        auto advice = advise_on_missing_secret(seen_, secret.name);
        if (advice.empty() && lacks_credential())
            advice.push_back(fmt::format(
                "Create Secret {}: {}", printable_name(secret.name), create_command(secret.name)));
        add_all(std::move(advice));
    }

    void about_broken(const listed_secret& secret) {
        if (secret.content.state != kubelet::content_state::broken) return;
        add(
            fmt::format("Repair {}: {}. Until then every pull of this Pod fails, whatever its other Secrets "
                        "hold.",
                        place_of(secret),
                        secret.content.error));
    }

    void about_content(const listed_secret& secret) {
        if (secret.content.state == kubelet::content_state::wrong_type) {
            add(fmt::format(
                "Delete Secret {} and create it again with 'kubectl create secret docker-registry': the "
                "kubelet reads only the types kubernetes.io/dockerconfigjson and "
                "kubernetes.io/dockercfg, and the type of a Secret cannot be changed.",
                printable_name(secret.name)));
        } else if (secret.content.state == kubelet::content_state::no_data) {
            add(fmt::format(
                "Delete Secret {} and create it again with 'kubectl create secret docker-registry': it "
                "has no docker config.",
                printable_name(secret.name)));
        }
    }

    void about_image(const image_explanation& explanation) {
        const auto name = printable_name(explanation.image.get().image);
        switch (explanation.result) {
            case image_result::invalid_name:
                add(fmt::format("Correct the image: {} is not a valid image name.", name));
                return;
            case image_result::not_present:
                add(fmt::format(
                    "Either set imagePullPolicy of {} to IfNotPresent, or load the image onto the node: "
                    "with Never the kubelet does not pull it.",
                    name));
                return;
            case image_result::refused:
                about_refused(explanation);
                return;
            case image_result::incomplete:
                about_incomplete(explanation);
                return;
            case image_result::anonymous:
                about_anonymous(explanation);
                return;
            default:
                return;
        }
    }

    void about_refused(const image_explanation& explanation) {
        for (const auto& attempt : explanation.attempts) {
            add(fmt::format(
                "Correct the login of user '{}' in {}: the registry refused it for {}. Either the password "
                "is wrong or has expired, or the user may not pull this repository.",
                attempt.entry.get().printable_user(),
                place_of(seen_.secrets[attempt.secret]),
                *explanation.repository));
        }
    }

    void about_incomplete(const image_explanation& explanation) {
        for (const auto& attempt : explanation.attempts) {
            const auto& secret = seen_.secrets[attempt.secret];
            const auto& entry = attempt.entry.get();
            const char* reason = "it lacks a username or a password";
            if (entry.has_token) {
                reason =
                    "it holds a token, which the kubelet ignores; use a robot account, or an access token as "
                    "the password";
            } else if (secret.content.has_credential_store) {
                reason =
                    "the password stayed in the credential store of the machine where 'docker login' ran";
            }
            add(fmt::format("Add a username and a password to entry {} in {}: {}.",
                            entry.printable_key(),
                            place_of(secret),
                            reason));
        }
    }

    void about_anonymous(const image_explanation& explanation) {
        for (const auto& mismatch : explanation.mismatches) {
            add(fmt::format("Correct the key {} in {}: {}.",
                            mismatch.entry.get().printable_key(),
                            place_of(seen_.secrets[mismatch.secret]),
                            mismatch.reason));
        }
        add_all(advise_on_unlisted_secrets(seen_, *explanation.repository));
        const bool has_entries = std::ranges::any_of(
            seen_.secrets, [](const listed_secret& each) { return !each.content.entries.empty(); });
        if (explanation.mismatches.empty() && has_entries) {
            add(fmt::format(
                "If {} is private, either list a Secret that has an entry for {}, or add such an entry.",
                printable_name(explanation.image.get().image),
                registry_key_for(*explanation.repository)));
        }
    }

    void about_service_account() {
        const auto& listed = seen_.subject.pull_secrets;
        const auto& account = seen_.subject.service_account;
        std::vector<std::string> more;
        for (const auto& name : seen_.service_account.pull_secrets) {
            if (std::ranges::find(listed, name) == listed.end()) more.push_back(printable_name(name));
        }
        const auto names = fmt::format("{}", fmt::join(more, ", "));
        if (listed.empty() && !more.empty()) {
            add(fmt::format(
                "Delete the Pod, so that its controller creates a new one. ServiceAccount {} now lists {}, "
                "but this Pod was created before that, and a Pod keeps its list.",
                account,
                names));
        } else if (listed.empty()) {
            add(fmt::format(
                "Either list a pull Secret in spec.imagePullSecrets of the Pod template, or list it "
                "in imagePullSecrets of ServiceAccount {} and create the Pod again.",
                account));
        } else if (!more.empty()) {
            add(fmt::format(
                "Add {1} to the Pod template: ServiceAccount {0} lists it and this Pod does not. A Pod that "
                "lists Secrets itself gets none from its ServiceAccount, and later changes reach only new "
                "Pods.",
                account,
                names));
        }
    }

    const observation& seen_;
    const std::vector<image_explanation>& explanations_;
    std::vector<std::string> advice_;
};

}  // namespace

std::string printable_name(std::string_view name) {
    constexpr std::size_t max_name_bytes = 253;
    return util::one_line(name, max_name_bytes);
}

std::vector<std::string> advise(const observation& seen, const std::vector<image_explanation>& explanations) {
    return adviser(seen, explanations).advise();
}

}  // namespace explain
