// What the tests of every format share: decoding, and cells and refusals as a test sees them.
#pragma once

#include "daemon/feeds/decode.hpp"
#include "tests/unit/feed_samples.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace sanbao::test {

using core::PollProblem;
using feeds::Decoded;
using feeds::FeedSettings;
using feeds::Refusal;
using rules::Cell;
using Outcome = boost::system::result<Decoded, Refusal>;

inline Outcome read(const FeedSettings& feed, std::string body) {
    static const auto rules = rulebook();
    return feeds::decode(feed, *rules, body, morning());
}

// The cells of a body that must be good, by item, subject and date.
inline std::vector<Cell> cells(const FeedSettings& feed, std::string body) {
    auto outcome = read(feed, std::move(body));
    if (outcome.has_error()) {
        FAIL(outcome.error().problems.front());
    }
    std::ranges::sort(outcome->cells, {}, [](const Cell& cell) {
        return std::tuple{cell.item, cell.subject, cell.date};
    });
    return outcome->cells;
}

inline Refusal refusal(const FeedSettings& feed, std::string body) {
    auto outcome = read(feed, std::move(body));
    REQUIRE(outcome.has_error());
    REQUIRE_FALSE(outcome.error().problems.empty());
    return outcome.error();
}
inline std::string first_problem(const FeedSettings& feed, std::string body) {
    return refusal(feed, std::move(body)).problems.front();
}

// Compares all but the rounding.
inline Cell plain(Cell cell) {
    cell.rounding = 0;
    return cell;
}

constexpr std::uint32_t balance = 0;
constexpr std::uint32_t outflow = 1;
constexpr std::uint32_t yield = 2;
constexpr std::uint32_t fengxiang = 0;
constexpr std::uint32_t meixian = 1;

}  // namespace sanbao::test

namespace Catch {
template <>
struct StringMaker<sanbao::rules::Cell> {
    static std::string convert(const sanbao::rules::Cell& cell) {
        return fmt::format(
            "{}/{}/{}={}~{}",
            cell.item,
            cell.subject,
            sanbao::to_text(cell.date),
            cell.value,
            cell.rounding);
    }
};
template <>
struct StringMaker<sanbao::core::PollProblem> {
    static std::string convert(sanbao::core::PollProblem problem) {
        return "problem " + std::to_string(static_cast<int>(problem));
    }
};
}  // namespace Catch
