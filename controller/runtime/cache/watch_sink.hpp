// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/watch_decoder.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"

#include <string>

namespace runtime {

/// Takes what a reflector reads. item() and event() fail only if the object cannot be identified: then the
/// list or the stream cannot be trusted and starts again. An object that is identified but cannot be decoded
/// is not an error: the sink keeps its last known state, so that it does not look deleted.
class watch_sink {
 public:
    virtual ~watch_sink() = default;
    /// A list begins; one that was not ended is dropped.
    virtual void begin_replace() = 0;
    [[nodiscard]] virtual kube::result<void> item(const kube::json& object) = 0;
    virtual void end_replace(const std::string& resource_version) = 0;
    /// The list that was begun, if any, will not be completed.
    virtual void abandon_replace() = 0;
    /// An object was added, modified or deleted; in a streaming list this counts from the list's end.
    [[nodiscard]] virtual kube::result<void> event(const kube::watch_event& event) = 0;
};

}  // namespace runtime
