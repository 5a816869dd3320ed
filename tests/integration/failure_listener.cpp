// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "failure_listener.hpp"

#include <doctest/doctest.h>

namespace harness {

namespace {

bool failed = false;

/// doctest tells listeners of failures as they happen; it has no question for it.
struct failure_listener : doctest::IReporter {
    explicit failure_listener(const doctest::ContextOptions& /*options*/) {}
    void report_query(const doctest::QueryData& /*data*/) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
    void test_case_start(const doctest::TestCaseData& /*data*/) override { failed = false; }
    void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
    void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
    void test_case_exception(const doctest::TestCaseException& /*what*/) override {}
    void subcase_start(const doctest::SubcaseSignature& /*which*/) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData& data) override { failed = failed || data.m_failed; }
    void log_message(const doctest::MessageData& data) override {
        failed = failed || (data.m_severity & doctest::assertType::is_warn) == 0;
    }
    void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};

REGISTER_LISTENER("failures", 1, failure_listener);

}  // namespace

bool current_test_failed() noexcept {
    return failed;
}

}  // namespace harness
