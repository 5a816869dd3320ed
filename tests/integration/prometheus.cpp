// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "prometheus.hpp"

#include "support/eventually.hpp"
#include "support/http_get.hpp"

#include <fmt/format.h>

#include <regex>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace harness {

namespace {

std::string configuration(std::uint16_t port) {
    return fmt::format(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n"
        "rule_files: [rules.yaml]\n"
        "scrape_configs:\n"
        "- job_name: regcred\n"
        "  static_configs:\n"
        "  - targets: ['127.0.0.1:{}']\n"
        "    labels: {{namespace: regcred-system, pod: a}}\n",
        port);
}

subprocess::options command_for(const temporary_folder& folder,
                                const std::filesystem::path& log,
                                std::uint16_t port) {
    folder.write("prometheus.yaml", configuration(port));
    folder.write("rules.yaml", run_or_throw({REGCRED_REPOSITORY "/tests/monitoring/rules.sh", "rules"}));
    return {.arguments = {"prometheus",
                          "--config.file=" + folder.path("prometheus.yaml"),
                          "--storage.tsdb.path=" + folder.path("data"),
                          "--web.listen-address=127.0.0.1:0",
                          "--query.lookback-delta=10s"},
            .environment = {"PATH=/usr/bin:/bin"},
            .output = log,
            .input = {}};
}

void replace_all(std::string& in, std::string_view what, std::string_view by) {
    for (auto at = in.find(what); at != std::string::npos; at = in.find(what, at + by.size()))
        in.replace(at, what.size(), by);
}

}  // namespace

prometheus::prometheus(std::uint16_t port)
    : log_(folder_.path("prometheus.log")), program_(command_for(folder_, log_, port)) {
    wait_until("Prometheus is ready", [this]() -> std::string {
        if (program_.poll()) throw std::runtime_error("Prometheus ended at its start:\n" + read_text(log_));
        if (port_ == 0) port_ = bound_port();
        if (port_ == 0) return "no \"Listening on\" in its log yet";
        const auto answer = http_get(port_, "/-/ready");
        if (!answer) return "no answer from /-/ready";
        return answer->status == 200 ? "" : "/-/ready: " + answer->body + read_text(log_);
    });
}

/// It takes a free port, and its log says which.
std::uint16_t prometheus::bound_port() const {
    const auto text = read_text(log_);
    const std::regex listening(R"(msg="Listening on" address=[^ \n]*:(\d+))");
    std::smatch found;
    if (!std::regex_search(text, found, listening)) return 0;
    return static_cast<std::uint16_t>(std::stoul(found[1]));
}

json prometheus::get(const std::string& path, const text_map& parameters) const {
    std::vector<std::string> command{"curl",
                                     "--silent",
                                     "--show-error",
                                     "--get",
                                     fmt::format("http://127.0.0.1:{}/api/v1/{}", port_, path)};
    for (const auto& [name, value] : parameters) {
        command.emplace_back("--data-urlencode");
        command.push_back(name + "=" + value);
    }
    auto body = json::parse(run_or_throw(std::move(command)));
    if (body.at("status") != "success")
        throw std::runtime_error(path + ": " + body.value("error", std::string("no reason")));
    return body.at("data");
}

json prometheus::query(const std::string& expression) const {
    return get("query", {{"query", expression}}).at("result");
}

json prometheus::query_range(const std::string& expression, std::chrono::seconds range) const {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    return get("query_range",
               {{"query", expression},
                {"start", std::to_string((now - range).count())},
                {"end", std::to_string(now.count())},
                {"step", "1"}})
        .at("result");
}

std::map<std::string, json> prometheus::rules() const {
    std::map<std::string, json> all;
    const auto data = get("rules");
    for (const auto& group : data.at("groups")) {
        for (const auto& rule : group.at("rules"))
            all.insert_or_assign(rule.at("name").get<std::string>(), rule);
    }
    return all;
}

std::string prometheus::scrape_error() const {
    const auto targets = get("targets").at("activeTargets");
    if (targets.empty() || targets[0].value("health", "") == "unknown") return "not scraped yet";
    return targets[0].value("lastError", "");
}

std::vector<named_query> dashboard_queries() {
    const auto board = json::parse(read_text(REGCRED_REPOSITORY "/deploy/monitoring/dashboard.json"));
    std::vector<named_query> queries;
    for (const auto& panel : board.at("panels")) {
        for (const auto& target : panel.value("targets", json::array())) {
            auto expression = target.at("expr").get<std::string>();
            replace_all(expression, "$namespace", "regcred-system");
            replace_all(expression, "$__rate_interval", "10s");
            replace_all(expression, "$__range", "5m");
            queries.push_back({.title = panel.at("title").get<std::string>(),
                               .legend = target.at("legendFormat").get<std::string>(),
                               .unit = panel.at("fieldConfig").at("defaults").at("unit").get<std::string>(),
                               .expression = std::move(expression)});
        }
    }
    return queries;
}

std::vector<named_query> rule_queries(const prometheus& of) {
    std::vector<named_query> queries;
    for (const auto& [name, rule] : of.rules())
        queries.push_back(
            {.title = name, .legend = {}, .unit = {}, .expression = rule.at("query").get<std::string>()});
    return queries;
}

std::vector<std::string> metrics_in(const std::string& expression) {
    const std::regex name(R"((^|[^\w:])((regcred|process)_\w+))");
    std::vector<std::string> found;
    for (std::sregex_iterator each(expression.begin(), expression.end(), name), end; each != end; ++each) {
        auto metric = (*each)[2].str();
        for (const std::string_view suffix : {"_bucket", "_count", "_sum"}) {
            if (metric.ends_with(suffix)) metric.resize(metric.size() - suffix.size());
        }
        found.push_back(std::move(metric));
    }
    return found;
}

}  // namespace harness
