// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/observation.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace explain {

/// Whether the kubelet has what it takes to pull an image.
enum class verdict : std::uint8_t {
    usable,  // at least one entry matches and names a user with a password, and nothing speaks against it
    runs,    // no entry matches, and the node has got it all the same: public, or by the node's own login
    never_pulled,  // imagePullPolicy: Never
    anonymous,     // no entry matches: the kubelet pulls without a credential
    nobody,        // entries match, and none has both a user and a password
    refused,       // an entry matches, and the registry refused the pull
    broken,        // one of the Secrets fails every pull of the Pod
    unknown,       // a Secret could not be read, and may hold what is missing or what breaks all
    not_on_node,   // imagePullPolicy: Never, and the node does not have it for this Pod
    bad_name,      // no pull is tried
};

/// The first three.
[[nodiscard]] bool is_good(verdict result) noexcept;

/// An entry that seems meant for an image and does not match it.
struct missed_entry {
    std::size_t secret = 0;  // of observation::secrets
    std::reference_wrapper<const kubelet::pull_entry> entry;
    std::string why;  // and what to write instead
};

struct image_answer {
    explicit image_answer(const pod_image& of) : image(of) {}

    std::reference_wrapper<const pod_image> image;
    verdict result = verdict::unknown;
    std::optional<std::string> repository;        // nothing: the image's name is none
    std::vector<kubelet::pull_attempt> attempts;  // in the kubelet's order; none when a Secret is broken
    std::vector<missed_entry> misses;             // only where no entry matches
};

/// One for each image of the Pod. Keeps references to the observation.
[[nodiscard]] std::vector<image_answer> explain_images(const observation& seen);

[[nodiscard]] bool all_good(const std::vector<image_answer>& answers) noexcept;

}  // namespace explain
