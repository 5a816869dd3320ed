// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"
#include "support/audit_log.hpp"
#include "support/eventually.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harness {

/// For what the namespace controller or the garbage collector does, which may be busy with the namespaces of
/// other tests.
inline constexpr std::chrono::minutes long_patience{5};

/// One test: objects with names of its own, a controller, and what must hold at the end of every test. The
/// destructor checks that with the controller that runs then: that it has nothing more to write, that no
/// credential leaked, that it read no foreign Secret, that its rights suffice and that SIGTERM ends it well;
/// and it removes what the test made.
class scenario : protected fixture {
 public:
    scenario();
    ~scenario();
    scenario(const scenario&) = delete;
    scenario& operator=(const scenario&) = delete;

 protected:
    // The controller.
    void start(const std::string& secret_names = "regcred",
               const std::string& service_accounts = "default",
               std::vector<std::string> more_flags = {});
    /// SIGTERM; it must end by itself, with exit code 0.
    void stop();
    [[nodiscard]] controller_process& controller();
    /// The records of the controllers' logs.
    [[nodiscard]] std::vector<json> log_records() const;
    /// For scenarios that take rights away.
    void expect_forbidden() { forbidden_is_expected_ = true; }
    /// For scenarios that the controller reports as an error in its log; the beginning of the message.
    void expect_error(std::string message) { expected_error_ = std::move(message); }

    /// What synced() created.
    struct synced_objects {
        std::string source;
        std::string credential;
    };
    /// A source with a login of `tag` for quay.io, and a RegistryCredential that selects these namespaces, by
    /// their names or as `include` says. Waits until each has its copy, and for Ready.
    synced_objects synced(const std::vector<std::string>& selected,
                          std::string_view tag,
                          const std::vector<std::string>& include = {});

    // What must come about.
    void await_copy(const std::string& ns, const std::string& document, const std::string& name = "regcred");
    void await_copies(const std::vector<std::string>& all, const std::string& document);
    void await_no_copy(const std::string& ns,
                       const std::string& name = "regcred",
                       std::chrono::milliseconds limit = patience);
    /// The status is about the current spec, and the condition is as said; so is the summary ("1/2"), if one
    /// is given. Returns the object.
    json await_condition(const std::string& credential,
                         const std::string& type,
                         const std::string& status,
                         const std::string& reason,
                         const std::string& summary = {});
    /// Ready is True and NAMESPACES shows `summary`.
    json await_ready(const std::string& credential, const std::string& summary);
    [[nodiscard]] json copy_in(const std::string& ns, const std::string& name = "regcred");

    // What the controller wrote.
    [[nodiscard]] std::size_t mark() { return audit_.mark(); }
    [[nodiscard]] std::vector<audit_record> requests_since(std::size_t mark) { return audit_.since(mark); }
    /// Waits until the controller has written nothing for longer than it holds anything back (a status, at
    /// most 1 s).
    void settle();
    /// "verb namespace/name" of each write to a Secret that was accepted, sorted, a line each.
    [[nodiscard]] std::string secret_writes(std::size_t mark);
    /// The same for ServiceAccounts.
    [[nodiscard]] std::string account_writes(std::size_t mark);
    [[nodiscard]] static std::string lines(std::vector<std::string> texts);

 private:
    [[nodiscard]] std::string writes_of(std::string_view resource, std::size_t mark);
    void check_the_end();
    void check_nothing_more_to_write();
    void touch_everything();
    void check_for_leaks();
    void check_requests();
    [[nodiscard]] bool may_read(const audit_record& record) const;
    void show_log();
    void end_controller(bool failed) noexcept;

    audit_log audit_;
    std::unique_ptr<controller_process> controller_;
    std::vector<std::filesystem::path> logs_;
    std::string secret_names_;  // of the last start, with a comma before and after each
    bool forbidden_is_expected_ = false;
    std::string expected_error_;  // empty: none
    int exceptions_at_start_;
};

}  // namespace harness
