// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/watch.hpp"

#include "kube/client/response.hpp"
#include "kube/client/status.hpp"

#include <utility>

namespace kube {

namespace {

constexpr std::size_t max_kept_capacity = 256U * 1024;
constexpr const char* initial_events_end_annotation = "k8s.io/initial-events-end";

bool is_blank(std::string_view line) noexcept {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::optional<watch_event_type> type_of(std::string_view name) noexcept {
    if (name == "ADDED") return watch_event_type::added;
    if (name == "MODIFIED") return watch_event_type::modified;
    if (name == "DELETED") return watch_event_type::deleted;
    if (name == "BOOKMARK") return watch_event_type::bookmark;
    return std::nullopt;
}

result<watch_event> decode(std::string_view line, const json_bounds& bounds) {
    auto parsed = parse_bounded(line, bounds);
    if (!parsed) return malformed("watch event: " + parsed.error().message);
    if (!parsed->is_object()) return malformed("watch event: must be an object");
    auto& frame = parsed->get_ref<json::object_t&>();
    const auto object = frame.find("object");
    if (object == frame.end() || !object->second.is_object())
        return malformed("watch event: object: required");
    const auto type_name = string_at(*parsed, "type");
    if (type_name == "ERROR") return error_from_status(object->second, 0);
    const auto type = type_of(type_name);
    if (!type) return malformed("watch event: type: must be ADDED, MODIFIED, DELETED, BOOKMARK or ERROR");

    watch_event event;
    event.type = *type;
    const auto& metadata = object_at(object->second, "metadata");
    event.resource_version = string_at(metadata, "resourceVersion");
    if (event.resource_version.empty())
        return malformed("watch event: object.metadata.resourceVersion: required");
    event.initial_events_end =
        event.type == watch_event_type::bookmark &&
        string_at(object_at(metadata, "annotations"), initial_events_end_annotation) == "true";
    event.object = std::move(object->second);
    return event;
}

constexpr std::chrono::seconds bookmark_timeout{90};
constexpr std::chrono::seconds watch_end_grace{15};

}  // namespace

watch_decoder::watch_decoder(json_bounds bounds) : bounds_(bounds) {}

void watch_decoder::feed(std::string_view bytes) {
    if (failed_) return;
    compact();
    buffer_ += bytes;
}

result<std::optional<watch_event>> watch_decoder::next() {
    if (failed_) return *failed_;
    while (const auto line = next_line()) {
        if (line->size() > bounds_.bytes) return fail(too_long());
        if (is_blank(*line)) continue;
        auto event = decode(*line, bounds_);
        if (!event) return fail(event.error());
        return std::optional<watch_event>{std::move(*event)};
    }
    if (buffer_.size() - begin_ > bounds_.bytes) return fail(too_long());
    return std::optional<watch_event>{};
}

std::optional<std::string_view> watch_decoder::next_line() {
    const auto end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
        scanned_ = buffer_.size();
        return std::nullopt;
    }
    const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
    begin_ = end + 1;
    scanned_ = begin_;
    return line;
}

error watch_decoder::too_long() const {
    return malformed("watch event: longer than " + std::to_string(bounds_.bytes) + " bytes");
}

error watch_decoder::fail(error failure) {
    buffer_ = {};
    begin_ = 0;
    scanned_ = 0;
    failed_ = failure;
    return failure;
}

// Drops the lines that next() has returned. Called once per feed(), so that the partial line at the end,
// which is usually short, is moved only then.
void watch_decoder::compact() {
    if (begin_ == 0) return;
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    // The memory of one huge event is freed before the watch ends.
    if (buffer_.capacity() > max_kept_capacity && buffer_.size() < max_kept_capacity / 2)
        buffer_.shrink_to_fit();
}

std::chrono::seconds watch_idle_timeout(const resource& resource,
                                        std::chrono::seconds watch_timeout) noexcept {
    return resource.bookmarks ? bookmark_timeout : watch_timeout + watch_end_grace;
}

watch_stream::watch_stream(std::unique_ptr<net::response_stream> response,
                           std::chrono::milliseconds idle_timeout,
                           std::string kind)
    : response_(std::move(response)), idle_timeout_(idle_timeout), kind_(std::move(kind)) {}

boost::asio::awaitable<result<watch_event>> watch_stream::next() {
    for (;;) {
        auto event = decoder_.next();
        if (!event) co_return event.error();
        if (event->has_value()) {
            auto& found = **event;
            if (found.type != watch_event_type::bookmark && string_at(found.object, "kind") != kind_) {
                co_return malformed("watch event: the object is not a " + kind_);
            }
            co_return std::move(found);
        }
        const auto bytes = co_await response_->read_some(idle_timeout_);
        if (!bytes) co_return error_from_net(bytes.error());
        decoder_.feed(*bytes);
    }
}

}  // namespace kube
