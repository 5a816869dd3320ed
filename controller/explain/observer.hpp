// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "explain/observation.hpp"
#include "kube/client/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace explain {

/// Reads a Pod and all that decides how its images are pulled; writes nothing. An error means that the Pod
/// itself could not be read; the observation says what else could not.
[[nodiscard]] boost::asio::awaitable<kube::result<observation>> observe(kube::client& client,
                                                                        std::string namespace_name,
                                                                        std::string pod_name);

}  // namespace explain
