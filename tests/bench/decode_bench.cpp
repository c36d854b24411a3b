// How long one nation sweep takes to decode: 2,843 counties of 124 figures each, 352,532 rows, in
// the formats that such a sweep comes in. One JSON line per format, or that of the format named;
// `scripts/bench decode` runs it.
#include "daemon/feeds/charset.hpp"
#include "daemon/feeds/decode.hpp"

#include <fmt/format.h>

#include <iconv.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>

using namespace sanbao;

namespace {

constexpr int counties = 2'843;
constexpr int items = 124;
constexpr int rounds = 7;  // odd: the median is one of them
constexpr std::string_view date = "2026-11-20";

std::string county(int number) {
    return std::to_string(110'101 + number);
}
std::string item(int number) {
    return fmt::format("indicator_{:03}", number);
}
// As a treasury's own table would name it.
std::string chinese(int number) {
    return fmt::format("财政运行指标第{:03}项", number);
}
std::string figure(int county_number, int item_number) {
    const auto mixed = (county_number * 7919 + item_number * 104'729) % 9'999'999;
    return fmt::format("{}.{:02}", mixed, (county_number + item_number) % 100);
}

std::shared_ptr<const rules::Rulebook> land() {
    Catalogue catalogue;
    for (int i = 0; i < items; ++i) {
        Item made;
        made.id = item(i);
        catalogue.items.push_back(std::move(made));
    }
    for (int i = 0; i < counties; ++i) {
        Subject made;
        made.id = county(i);
        made.aliases = {{made.id, Date::min(), Date::max()}};
        catalogue.subjects.push_back(std::move(made));
    }
    return *rules::Rulebook::build(std::move(catalogue));
}

feeds::FeedSettings settings(feeds::Format format, feeds::Shape shape) {
    feeds::FeedSettings feed;
    feed.id = "land";
    feed.format = format;
    feed.shape = shape;
    feed.body_max = limits::feed_body_bytes_max;
    const bool json = format == feeds::Format::json;
    feed.rows = json ? "/readings" : "";
    feed.county = json ? "/county" : "county";
    feed.date = json ? "$/as_of" : "date";
    feed.item_field = json ? "/indicator" : "indicator";
    feed.value_field = json ? "/value" : "value";
    for (int i = 0; i < items; ++i) {
        const auto from = shape == feeds::Shape::tall ? item(i) : fmt::format("/values/{}", i);
        feed.items.push_back({item(i), from, 100});
    }
    return feed;
}

std::string long_json() {
    auto body = fmt::format(R"({{"as_of":"{}","readings":[)", date);
    for (int i = 0; i < counties * items; ++i) {
        body += fmt::format(
            R"({}{{"county":"{}","indicator":"{}","value":{}}})",
            i == 0 ? "" : ",",
            county(i / items),
            item(i % items),
            figure(i / items, i % items));
    }
    return body + "]}";
}

std::string wide_json() {
    auto body = fmt::format(R"({{"as_of":"{}","readings":[)", date);
    for (int i = 0; i < counties; ++i) {
        body += fmt::format(R"({}{{"county":"{}","values":[)", i == 0 ? "" : ",", county(i));
        for (int k = 0; k < items; ++k) {
            body += (k == 0 ? "" : ",") + figure(i, k);
        }
        body += "]}";
    }
    return body + "]}";
}

std::string csv(std::string (*name)(int)) {
    std::string body = "county,name,indicator,date,value\n";
    for (int i = 0; i < counties * items; ++i) {
        body += fmt::format(
            "{},第{}县,{},{},{}\n",
            county(i / items),
            i / items,
            name(i % items),
            date,
            figure(i / items, i % items));
    }
    return body;
}

std::string in_gb18030(std::string text) {
    auto* const handle = iconv_open("GB18030", "UTF-8");
    std::string result(text.size() * 2, '\0');
    char* in = text.data();
    char* out = result.data();
    auto in_left = text.size();
    auto out_left = result.size();
    iconv(handle, &in, &in_left, &out, &out_left);
    iconv_close(handle);
    result.resize(result.size() - out_left);
    return result;
}

double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

bool measure(
    std::string_view name,
    const feeds::FeedSettings& feed,
    const rules::Rulebook& rules,
    std::string body) {
    const Instant now = Instant{*parse_date("2026-11-23")};
    std::vector<double> times;
    for (int round = 0; round <= rounds; ++round) {  // the first warms up
        const auto begun = cpu_ms();
        const auto outcome = feeds::decode(feed, rules, body, now);
        times.push_back(cpu_ms() - begun);
        if (!outcome || outcome->cells.size() != std::size_t{counties} * items) {
            fmt::print(
                stderr,
                "{}: {}\n",
                name,
                outcome ? "cells are missing" : outcome.error().problems.front());
            return false;
        }
    }
    times.erase(times.begin());
    std::ranges::sort(times);
    fmt::print(
        R"({{"format":"{}","bytes":{},"rows":{},"cpu_ms":{:.1f},"least":{:.1f},"most":{:.1f}}})"
        "\n",
        name,
        body.size(),
        counties * items,
        times[rounds / 2],
        times.front(),
        times.back());
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    using feeds::Format;
    using feeds::Shape;
    const auto rules = land();
    const auto table = settings(Format::csv, Shape::tall);
    auto named = table;
    for (int i = 0; i < items; ++i) {
        named.items[static_cast<std::size_t>(i)].from = chinese(i);
    }
    auto declared = named;
    declared.encoding = feeds::Encoding::gb18030;
    const std::string_view wanted = count > 1 ? arguments[1] : "";
    bool good = true;
    const auto run = [&](std::string_view name, const feeds::FeedSettings& feed, std::string body) {
        if (wanted.empty() || wanted == name) {
            good = measure(name, feed, *rules, std::move(body)) && good;
        }
    };
    run("long JSON", settings(Format::json, Shape::tall), long_json());
    run("wide JSON", settings(Format::json, Shape::wide), wide_json());
    run("CSV ASCII names", table, csv(item));
    run("CSV UTF-8", named, csv(chinese));
    run("CSV GB18030", declared, in_gb18030(csv(chinese)));
    run("CSV GB18030 detected", named, in_gb18030(csv(chinese)));
    return good ? 0 : 1;
}
