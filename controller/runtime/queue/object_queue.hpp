// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"
#include "runtime/queue/worker_pool.hpp"

namespace runtime {

/// Objects of one type that must be reconciled, and the workers that do it.
using object_queue = worker_pool<object_key, object_key_hash>;

extern template class work_queue<object_key, object_key_hash>;
extern template class worker_pool<object_key, object_key_hash>;

}  // namespace runtime
