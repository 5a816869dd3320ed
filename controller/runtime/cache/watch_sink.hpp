// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/watch_decoder.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"

#include <string>

namespace runtime {

/// Takes what a reflector reads. An error of item() or event() means that it is not even known which object
/// is spoken of: then the view or the stream cannot be trusted, and is begun again. An object that is known
/// and cannot be decoded is not such an error: the sink keeps what it knew of it, so that it does not look
/// deleted.
class watch_sink {
 public:
    virtual ~watch_sink() = default;
    /// A complete view begins; one that was not ended is dropped.
    virtual void begin_replace() = 0;
    [[nodiscard]] virtual kube::result<void> item(const kube::json& object) = 0;
    virtual void end_replace(const std::string& resource_version) = 0;
    /// The view begun, if any, cannot be completed.
    virtual void abandon_replace() = 0;
    /// An added, modified or deleted object; within a view (a streaming list) it counts from the view's end.
    [[nodiscard]] virtual kube::result<void> event(const kube::watch_event& event) = 0;
};

}  // namespace runtime
