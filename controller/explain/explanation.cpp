// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.hpp"

#include "explain/mismatch.hpp"
#include "kubelet/image_reference.hpp"

#include <algorithm>
#include <utility>

namespace explain {

namespace {

/// The credentials of all Secrets of a Pod.
struct credentials_of_pod {
    kubelet::pull_keyring keyring;
    bool broken = false;
    bool all_known = true;  // each Secret was read, or is missing
};

credentials_of_pod combine(const std::vector<listed_secret>& secrets) {
    static const kubelet::pull_content nothing;
    std::vector<const kubelet::pull_content*> contents;
    bool broken = false;
    bool all_known = true;
    for (const auto& secret : secrets) {
        const bool read = secret.access == access_result::read;
        all_known &= read || secret.access == access_result::missing;
        broken |= read && secret.content.state == kubelet::content_state::broken;
        contents.push_back(read ? &secret.content : &nothing);
    }
    return {kubelet::pull_keyring(contents), broken, all_known};
}

image_result result_of(const image_explanation& explanation, const credentials_of_pod& credentials) {
    const pod_image& image = explanation.image;
    if (!explanation.repository) return image_result::invalid_name;
    if (image.last_failure == pull_failure_kind::never_pull) return image_result::not_present;
    if (!image.may_be_pulled) return image_result::never_pulled;
    if (credentials.broken) return image_result::broken_secret;
    const bool has_credentials = std::ranges::any_of(
        explanation.attempts,
        [](const kubelet::pull_attempt& each) { return each.entry.get().has_credentials(); });
    if (has_credentials && image.last_failure == pull_failure_kind::refused) return image_result::refused;
    if (!credentials.all_known) return image_result::unreadable_secret;
    if (has_credentials) return image_result::usable;
    if (!explanation.attempts.empty()) return image_result::incomplete;
    return image.has_run && image.last_failure == pull_failure_kind::none ? image_result::already_pulled
                                                                          : image_result::anonymous;
}

std::vector<mismatched_entry> mismatches_in(const std::vector<listed_secret>& secrets,
                                            const std::string& repository) {
    std::vector<mismatched_entry> mismatches;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        for (const auto& entry : secrets[i].content.entries) {
            if (auto reason = mismatch_reason(entry, repository))
                mismatches.push_back({i, entry, *std::move(reason)});
        }
    }
    return mismatches;
}

}  // namespace

bool is_good(image_result result) noexcept {
    return result == image_result::usable || result == image_result::already_pulled ||
           result == image_result::never_pulled;
}

std::vector<image_explanation> explain_images(const observation& seen) {
    const auto credentials = combine(seen.secrets);
    std::vector<image_explanation> explanations;
    for (const auto& image : seen.subject.images) {
        image_explanation explanation(image);
        explanation.repository = kubelet::repository_of(image.image);
        if (explanation.repository && !credentials.broken) {
            explanation.attempts = credentials.keyring.lookup(*explanation.repository);
            if (explanation.attempts.empty())
                explanation.mismatches = mismatches_in(seen.secrets, *explanation.repository);
        }
        explanation.result = result_of(explanation, credentials);
        explanations.push_back(std::move(explanation));
    }
    return explanations;
}

bool all_good(const std::vector<image_explanation>& explanations) noexcept {
    return std::ranges::all_of(explanations,
                               [](const image_explanation& each) { return is_good(each.result); });
}

}  // namespace explain
