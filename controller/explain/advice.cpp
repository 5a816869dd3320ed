// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/advice.hpp"

#include "explain/delivery_advice.hpp"
#include "explain/near_miss.hpp"
#include "explain/shown.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace explain {

namespace {

/// Collects what to do: no sentence twice.
class adviser {
 public:
    adviser(const observation& seen, const std::vector<image_answer>& answers)
        : seen_(seen), answers_(answers) {}

    std::vector<std::string> advise() && {
        if (all_good(answers_)) return {};
        // What fails all comes first, then what is wrong with what is there, then what is not there.
        for (const auto& secret : seen_.secrets)
            about_broken(secret);
        for (const auto& answer : answers_)
            about_image(answer);
        for (const auto& secret : seen_.secrets)
            about_secret(secret);
        if (lacks_credential()) about_account();
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

    [[nodiscard]] bool any_is(verdict wanted) const {
        return std::ranges::find(answers_, wanted, &image_answer::result) != answers_.end();
    }
    [[nodiscard]] bool lacks_credential() const {
        return any_is(verdict::anonymous) || any_is(verdict::nobody);
    }

    /// The command that makes a Secret for an image that has no credential: first one that no present entry
    /// seems meant for.
    [[nodiscard]] std::string creation_of(const std::string& secret) const {
        const auto lacks = [](const image_answer& each) { return each.result == verdict::anonymous; };
        auto lacking = std::ranges::find_if(
            answers_, [&](const image_answer& each) { return lacks(each) && each.misses.empty(); });
        if (lacking == answers_.end()) lacking = std::ranges::find_if(answers_, lacks);
        const auto key = lacking == answers_.end() ? std::string("REGISTRY") : key_for(*lacking->repository);
        return fmt::format(
            "kubectl create secret docker-registry {} -n {} --docker-server={} "
            "--docker-username=USER --docker-password=PASSWORD",
            shown(secret),
            seen_.subject.namespace_name,
            key);
    }

    /// Where the content of a Secret is put right.
    static std::string place_of(const observed_secret& secret) {
        if (secret.kept_by.empty()) return "Secret " + shown(secret.name);
        return fmt::format("the source of RegistryCredential {}, which keeps Secret {}",
                           fmt::join(secret.kept_by, ", "),
                           shown(secret.name));
    }

    void about_secret(const observed_secret& secret) {
        switch (secret.access) {
            case access_result::missing:
                about_missing(secret);
                return;
            case access_result::forbidden:
                add(fmt::format(
                    "Ask for the right to get Secret {} in namespace {}, or have somebody run this "
                    "who has it: whether it exists and what is in it cannot be told.",
                    shown(secret.name),
                    seen_.subject.namespace_name));
                return;
            case access_result::unreadable:
                add(fmt::format(
                    "Secret {} could not be read: {}. Try again.", shown(secret.name), secret.fault));
                return;
            case access_result::read:
                about_content(secret);
        }
    }

    void about_missing(const observed_secret& secret) {
        auto advice = advise_on_missing_secret(seen_, secret.name);
        if (advice.empty() && lacks_credential())
            advice.push_back(
                fmt::format("Create Secret {}: {}", shown(secret.name), creation_of(secret.name)));
        add_all(std::move(advice));
    }

    void about_broken(const observed_secret& secret) {
        if (secret.content.state != kubelet::content_state::broken) return;
        add(
            fmt::format("Repair {}: {}. While it is so, no image of this Pod can be pulled, with whatever "
                        "Secret.",
                        place_of(secret),
                        secret.content.error));
    }

    void about_content(const observed_secret& secret) {
        if (secret.content.state != kubelet::content_state::wrong_type &&
            secret.content.state != kubelet::content_state::no_data)
            return;
        add(fmt::format(
            "Delete Secret {} and create it again with 'kubectl create secret docker-registry': the "
            "kubelet reads the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg "
            "alone, and a type cannot be changed.",
            shown(secret.name)));
    }

    void about_image(const image_answer& answer) {
        const auto name = shown(answer.image.get().image);
        switch (answer.result) {
            case verdict::bad_name:
                add(fmt::format("Correct the image's name: {} is none.", name));
                return;
            case verdict::not_on_node:
                add(fmt::format(
                    "Set imagePullPolicy of {} to IfNotPresent, or bring the image to the node: with "
                    "Never it is not pulled.",
                    name));
                return;
            case verdict::refused:
                about_refused(answer);
                return;
            case verdict::nobody:
                about_nobody(answer);
                return;
            case verdict::anonymous:
                about_anonymous(answer);
                return;
            default:
                return;
        }
    }

    void about_refused(const image_answer& answer) {
        for (const auto& attempt : answer.attempts) {
            add(fmt::format(
                "Give {} a user and password that the registry takes for {}: it refused '{}'. The "
                "password is wrong or has expired, or the user may not pull this repository.",
                place_of(seen_.secrets[attempt.secret]),
                *answer.repository,
                attempt.entry.get().printable_user()));
        }
    }

    void about_nobody(const image_answer& answer) {
        for (const auto& attempt : answer.attempts) {
            const auto& secret = seen_.secrets[attempt.secret];
            const auto& entry = attempt.entry.get();
            const char* reason = "it has no user, or no password";
            if (entry.has_token) {
                reason =
                    "it holds a token, which the kubelet ignores; use a robot account or an access token as "
                    "the password";
            } else if (secret.content.has_credential_store) {
                reason =
                    "the password stayed in the credential store of the machine where 'docker login' ran";
            }
            add(fmt::format("Give entry {} in {} a user and a password: {}.",
                            entry.printable_key(),
                            place_of(secret),
                            reason));
        }
    }

    void about_anonymous(const image_answer& answer) {
        for (const auto& miss : answer.misses) {
            add(fmt::format("Correct the key {} in {}: {}.",
                            miss.entry.get().printable_key(),
                            place_of(seen_.secrets[miss.secret]),
                            miss.why));
        }
        add_all(advise_on_unlisted_secrets(seen_, *answer.repository));
        const bool has_entries = std::ranges::any_of(
            seen_.secrets, [](const observed_secret& each) { return !each.content.entries.empty(); });
        if (answer.misses.empty() && has_entries) {
            add(fmt::format("If {} is private, list a Secret that has an entry for {}, or add one.",
                            shown(answer.image.get().image),
                            key_for(*answer.repository)));
        }
    }

    void about_account() {
        const auto& listed = seen_.subject.pull_secrets;
        const auto& account = seen_.subject.service_account;
        std::vector<std::string> more;
        for (const auto& name : seen_.account.pull_secrets) {
            if (std::ranges::find(listed, name) == listed.end()) more.push_back(shown(name));
        }
        const auto names = fmt::format("{}", fmt::join(more, ", "));
        if (listed.empty() && !more.empty()) {
            add(fmt::format(
                "Delete the Pod; its controller makes a new one. It lists no Secret, but its "
                "ServiceAccount {} now does ({}): that was patched after the Pod was created, and a "
                "Pod keeps the list that it was created with.",
                account,
                names));
        } else if (listed.empty()) {
            add(
                fmt::format("List a pull Secret in spec.imagePullSecrets of the Pod's template, or in "
                            "imagePullSecrets of ServiceAccount {} before the Pod is created again.",
                            account));
        } else if (!more.empty()) {
            add(fmt::format(
                "ServiceAccount {} lists {}, which this Pod does not have: a Pod that lists Secrets "
                "itself gets none of its ServiceAccount's, and later changes reach only new Pods. Add "
                "it to the Pod's template.",
                account,
                names));
        }
    }

    const observation& seen_;
    const std::vector<image_answer>& answers_;
    std::vector<std::string> advice_;
};

}  // namespace

std::vector<std::string> advise(const observation& seen, const std::vector<image_answer>& answers) {
    return adviser(seen, answers).advise();
}

}  // namespace explain
