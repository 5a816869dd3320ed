// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/observation.hpp"
#include "kubelet/pull_keyring.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace explain {

/// Whether the kubelet has the credentials to pull an image.
enum class image_result : std::uint8_t {
    usable,             // an entry with credentials matches, and the registry has not refused it
    already_pulled,     // no entry matches, but the node has it: public, or by the node's own credentials
    never_pulled,       // imagePullPolicy: Never
    anonymous,          // no entry matches: the kubelet pulls without credentials
    incomplete,         // entries match, but none has both a username and a password
    refused,            // an entry with credentials matches, and the registry refused the pull
    broken_secret,      // a Secret fails every pull of the Pod
    unreadable_secret,  // a Secret that could not be read may hold the credentials, or be broken
    not_present,        // imagePullPolicy: Never, and the node has no copy that this Pod may use
    invalid_name,       // the kubelet does not try to pull it
};

/// Whether it is one of the first three.
[[nodiscard]] bool is_good(image_result result) noexcept;

/// An entry that seems meant for an image but does not match it.
struct mismatched_entry {
    std::size_t secret = 0;  // of observation::secrets
    std::reference_wrapper<const kubelet::pull_entry> entry;
    std::string reason;  // and what to write instead
};

struct image_explanation {
    explicit image_explanation(const pod_image& explained) : image(explained) {}

    std::reference_wrapper<const pod_image> image;
    image_result result = image_result::unreadable_secret;
    std::optional<std::string> repository;        // nothing: the image's name is not valid
    std::vector<kubelet::pull_attempt> attempts;  // in the kubelet's order; none when a Secret is broken
    std::vector<mismatched_entry> mismatches;     // only if no entry matches
};

/// One explanation for each image of the Pod. Keeps references to the observation.
[[nodiscard]] std::vector<image_explanation> explain_images(const observation& seen);

[[nodiscard]] bool all_good(const std::vector<image_explanation>& explanations) noexcept;

/// Why an entry that seems meant for a repository does not match it, and what to write instead: "the image
/// uses port 5000; the entry has no port: write registry.example.com:5000". Nothing when the entry matches,
/// or is for another registry.
[[nodiscard]] std::optional<std::string> mismatch_reason(const kubelet::pull_entry& entry,
                                                         std::string_view repository);

/// The key for a login to a repository's registry, as for --docker-server.
[[nodiscard]] std::string registry_key_for(std::string_view repository);

}  // namespace explain
