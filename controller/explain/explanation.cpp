// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.hpp"

#include "explain/near_miss.hpp"
#include "kubelet/image_reference.hpp"

#include <algorithm>
#include <utility>

namespace explain {

namespace {

/// What the Secrets of a Pod come to, all of them together.
struct credentials_of_pod {
    kubelet::pull_keyring keyring;
    bool broken = false;
    bool all_read = true;  // or known to be missing
};

credentials_of_pod unite(const std::vector<observed_secret>& secrets) {
    static const kubelet::pull_content nothing;
    std::vector<const kubelet::pull_content*> contents;
    bool broken = false;
    bool all_read = true;
    for (const auto& secret : secrets) {
        const bool read = secret.access == access_result::read;
        all_read &= read || secret.access == access_result::missing;
        broken |= read && secret.content.state == kubelet::content_state::broken;
        contents.push_back(read ? &secret.content : &nothing);
    }
    return {kubelet::pull_keyring(contents), broken, all_read};
}

verdict judge(const image_answer& answer, const credentials_of_pod& credentials) {
    const pod_image& image = answer.image;
    if (!answer.repository) return verdict::bad_name;
    if (image.trouble == pull_trouble::never_pulled) return verdict::not_on_node;
    if (!image.may_be_pulled) return verdict::never_pulled;
    if (credentials.broken) return verdict::broken;
    const bool has_credentials = std::ranges::any_of(answer.attempts, [](const kubelet::pull_attempt& each) {
        return each.entry.get().has_credentials();
    });
    if (has_credentials && image.trouble == pull_trouble::refused) return verdict::refused;
    if (!credentials.all_read) return verdict::unknown;
    if (has_credentials) return verdict::usable;
    if (!answer.attempts.empty()) return verdict::nobody;
    return image.has_run && image.trouble == pull_trouble::none ? verdict::runs : verdict::anonymous;
}

std::vector<missed_entry> misses_of(const std::vector<observed_secret>& secrets,
                                    const std::string& repository) {
    std::vector<missed_entry> misses;
    for (std::size_t i = 0; i < secrets.size(); ++i) {
        for (const auto& entry : secrets[i].content.entries) {
            if (auto why = near_miss(entry, repository)) misses.push_back({i, entry, *std::move(why)});
        }
    }
    return misses;
}

}  // namespace

bool is_good(verdict result) noexcept {
    return result == verdict::usable || result == verdict::runs || result == verdict::never_pulled;
}

std::vector<image_answer> explain_images(const observation& seen) {
    const auto credentials = unite(seen.secrets);
    std::vector<image_answer> answers;
    for (const auto& image : seen.subject.images) {
        image_answer answer(image);
        answer.repository = kubelet::repository_of(image.image);
        if (answer.repository && !credentials.broken) {
            answer.attempts = credentials.keyring.lookup(*answer.repository);
            if (answer.attempts.empty()) answer.misses = misses_of(seen.secrets, *answer.repository);
        }
        answer.result = judge(answer, credentials);
        answers.push_back(std::move(answer));
    }
    return answers;
}

bool all_good(const std::vector<image_answer>& answers) noexcept {
    return std::ranges::all_of(answers, [](const image_answer& each) { return is_good(each.result); });
}

}  // namespace explain
