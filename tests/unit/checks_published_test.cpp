// Published figures with known answers: the wrong ones are flagged, each by the rule that should,
// and no right one is.
#include "alerts/base/decimal.hpp"
#include "alerts/rules/rulebook.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

using namespace sanbao;
using namespace sanbao::rules;

namespace {

constexpr const char* table = SANBAO_SHARED_DATA "/domain/published_cn_fiscal.csv";
constexpr const char* panel = SANBAO_SHARED_DATA "/cn_county_panel_nmg/economic_indicators.csv";

// Comma-separated, with quoted cells.
std::vector<std::vector<std::string>> rows_of(const char* path) {
    std::ifstream file{path};
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) {
        auto& row = rows.emplace_back(1);
        bool quoted = false;
        for (const char c : line) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                row.emplace_back();
            } else if (c != '\r') {
                row.back() += c;
            }
        }
    }
    return rows;
}

// A figure as printed: its last digit says how far it is rounded.
Cell printed(std::uint32_t item, std::string_view text, std::int64_t times, Date date = {}) {
    const auto point = text.find('.');
    auto places = point == std::string_view::npos ? 0U : text.size() - point - 1;
    Cell cell{item, 0, date, parse_scaled(text, times).value(), 0};
    auto digit = times;
    for (; places > 0; --places) {
        digit /= 10;
    }
    for (; digit >= 10; digit /= 10) {
        ++cell.rounding;
    }
    return cell;
}

// One published claim: its parts in 万元 by letter, and what the printed share or sum must satisfy.
struct Claim {
    const char* place;
    const char* field;
    bool consistent;
    const char* rule;
    std::vector<std::pair<char, const char*>> parts;  // letter, 万元 as printed
    const char* share = nullptr;                      // per cent as printed: item `s`
};

const std::vector<Claim>& claims() {
    static const std::vector<Claim> all{
        {"岐山县(inferred)",
         "tax_share",
         true,
         "s = a / b",
         {{'a', "22800"}, {'b', "34400"}},
         "66.4"},
        {"岐山县(inferred)",
         "livelihood_share",
         true,
         "s = a / b",
         {{'a', "241500"}, {'b', "299200"}},
         "80.7"},
        {"宁强县", "gpb_rev", true, "a = b + c", {{'a', "8552"}, {'b', "5537"}, {'c', "3015"}}},
        {"宁强县", "nontax_share", true, "s = a / b", {{'a', "3015"}, {'b', "8552"}}, "35.3"},
        {"宁强县",
         "same_basis_rev",
         true,
         "a = b + c",
         {{'a', "10066"}, {'b', "8552"}, {'c', "1514"}}},
        {"宁强县",
         "receipts_total",
         true,
         "a = b + c + d + e + f",
         {{'a', "339894"},
          {'b', "8552"},
          {'c', "300259"},
          {'d', "27018"},
          {'e', "2889"},
          {'f', "1176"}}},
        {"宁强县",
         "payments_total",
         true,
         "a = b + c + d + e",
         {{'a', "328658"}, {'b', "302509"}, {'c', "4345"}, {'d', "19995"}, {'e', "1809"}}},
        {"黄平县", "tax_share", true, "s = a / b", {{'a', "11136"}, {'b', "28583"}}, "38.96"},
        {"黄平县", "gpb_rev_growth", true, "s = a / b", {{'a', "2798"}, {'b', "25785"}}, "10.85"},
        {"黄平县",
         "same_basis_growth",
         false,
         "s = a / (b - a)",
         {{'a', "4376"}, {'b', "30161"}},
         "14.6"},
        {"重庆江北区",
         "direct_alloc_progress",
         true,
         "s = a / b",
         {{'a', "76222.70"}, {'b', "76222.70"}},
         "100"},
        {"重庆江北区",
         "direct_exp_progress",
         true,
         "s = a / b",
         {{'a', "57421.01"}, {'b', "76222.70"}},
         "75.3"},
        {"北京密云区",
         "direct_alloc_progress",
         true,
         "s = a / b",
         {{'a', "23540.43"}, {'b', "23558.43"}},
         "99.92"},
        {"北京密云区",
         "direct_exp_progress",
         true,
         "s = a / b",
         {{'a', "18068.38"}, {'b', "23558.43"}},
         "76.7"},
        {"四川船山区",
         "direct_alloc_progress",
         false,
         "s = a / b",
         {{'a', "34568.64"}, {'b', "34509"}},
         "100.7"},
        {"四川船山区",
         "direct_exp_progress",
         false,
         "s = a / b",
         {{'a', "21966.95"}, {'b', "34509"}},
         "68.7"},
        {"四川某县",
         "sanbao_need_total",
         false,
         "a = b + c + d",
         {{'a', "59650"}, {'b', "37013"}, {'c', "2498"}, {'d', "21314"}}},
        {"四川某县",
         "sanbao_budget_total",
         false,
         "a = b + c + d",
         {{'a', "60825"}, {'b', "37013"}, {'c', "2498"}, {'d', "20140"}}},
        {"重庆巫溪县", "gpb_rev", false, "s = a / b", {{'a', "8.8435"}, {'b', "89138"}}, "99.2"},
        {"甘肃甘谷县",
         "gpb_rev_progress",
         true,
         "s = a / b",
         {{'a', "46900"}, {'b', "46508"}},
         "100.8"}};
    return all;
}

constexpr std::int64_t wan = 1'000'000;       // fen
constexpr std::int64_t per_cent = 1'000'000;  // of a ratio, eight decimals

// Items a to f in money, s a share.
Catalogue letters() {
    Catalogue all;
    for (const char letter : std::string_view{"abcdefs"}) {
        Item item;
        item.id = letter;
        item.unit = letter == 's' ? Unit::ratio : Unit::money;
        all.items.push_back(item);
    }
    Subject subject;
    subject.id = subject.name.zh = subject.name.en = "place";
    all.subjects = {subject};
    return all;
}

// 岐山 prints 亿元 with two decimals: rounded to 100万.
Cell part_of(const Claim& claim, char letter, const char* text) {
    const auto item = static_cast<std::uint32_t>(letter - 'a');
    if (std::string_view{claim.place}.starts_with("岐山")) {
        return {item, 0, {}, parse_scaled(text, wan).value(), 8};
    }
    return printed(item, text, wan);
}

std::size_t findings(const Claim& claim, const char* rule) {
    const auto all = letters();
    std::vector<Cell> cells;
    for (const auto& [letter, text] : claim.parts) {
        cells.push_back(part_of(claim, letter, text));
    }
    if (claim.share != nullptr) {
        cells.push_back(printed(6, claim.share, per_cent));
    }
    const Readings known{all.items.size(), 1, std::vector<bool>(all.items.size())};
    const auto check = Check::compile({"as published", rule, CheckAction::quarantine}, all);
    REQUIRE(check.has_value());
    return run_checks({&*check, 1}, Batch{known, cells}, all).size();
}

bool no_data(const char* path) {
    if (std::ifstream{path}) {
        return false;
    }
    std::cout << "skipped: no shared data (" << path << ")\n";
    return true;
}

}  // namespace

TEST_CASE("published figures: each wrong one is flagged, each right one passes") {
    int wrong = 0;
    for (const auto& claim : claims()) {
        CAPTURE(claim.place, claim.field);
        const bool flagged = findings(claim, claim.rule) > 0;
        CHECK(flagged == !claim.consistent);
        wrong += flagged ? 1 : 0;
    }
    std::cout << "published figures: " << wrong << " of " << claims().size() << " flagged\n";
}

TEST_CASE("published figures: what is allocated is not more than what was received") {
    const Claim chuanshan{"船山区", "", false, "", {{'a', "34568.64"}, {'b', "34509"}}};
    CHECK(findings(chuanshan, "a <= b") == 1);
    const Claim miyun{"密云区", "", true, "", {{'a', "23540.43"}, {'b', "23558.43"}}};
    CHECK(findings(miyun, "a <= b") == 0);
    // A total that looks covered hides a part that is not.
    const Claim livelihood{"四川某县", "", false, "", {{'a', "20140"}, {'b', "21314"}}};
    CHECK(findings(livelihood, "a >= b") == 1);
}

TEST_CASE("the claims are those of the published table, all that it judges") {
    if (no_data(table)) {
        return;
    }
    std::map<std::string, std::string> verdicts;
    for (const auto& row : rows_of(table)) {
        if (row.size() > 7 && row[0] != "case" && row[0] != "seed" && !row[7].empty()) {
            verdicts[row[1] + "/" + row[3]] = row[7];
        }
    }
    for (const auto& claim : claims()) {
        const auto found = verdicts.find(std::string{claim.place} + "/" + claim.field);
        CAPTURE(claim.place, claim.field);
        REQUIRE(found != verdicts.end());
        CHECK((found->second == "NO") == !claim.consistent);
        verdicts.erase(found);
    }
    for (const auto& [name, verdict] : verdicts) {
        INFO(name);
        CHECK(verdict.empty());
    }
}

TEST_CASE("the county panel: spending grows as printed, and the wrong revenue rates are found") {
    if (no_data(panel)) {
        return;
    }
    Catalogue all;
    for (const auto* id : {"rev", "rev_growth", "spent", "spent_growth"}) {
        Item item;
        item.id = id;
        item.unit = std::string_view{id}.ends_with("growth") ? Unit::ratio : Unit::money;
        all.items.push_back(item);
    }
    const auto rows = rows_of(panel);
    std::vector<Cell> cells;
    std::map<std::pair<std::string, int>, std::array<double, 4>> plain;  // for the other way
    for (const auto& row : rows) {
        if (row.size() < 11 || row[1] == "year") {
            continue;
        }
        if (all.subjects.empty() || all.subjects.back().id != row[0]) {
            Subject subject;
            subject.id = subject.name.zh = subject.name.en = row[0];
            all.subjects.push_back(subject);
        }
        const auto date = parse_date(row[1] + "-12-31").value();
        for (std::uint32_t item = 0; item < 4; ++item) {
            const auto& text = row[7 + item];
            auto cell = printed(item, text, item % 2 == 0 ? wan : per_cent, date);
            cell.subject = static_cast<std::uint32_t>(all.subjects.size() - 1);
            if (item % 2 == 0) {
                cell.rounding = 6;  // "16001.0": whole 万元
            }
            cells.push_back(cell);
            plain[{row[0], std::stoi(row[1])}].at(item) = std::stod(text);
        }
    }
    const Readings known{4, all.subjects.size(), std::vector<bool>(4)};
    const Batch batch{known, cells};
    const auto check = [&](const char* rule) {
        return *Check::compile({"rate", rule, CheckAction::quarantine}, all);
    };
    const auto spent = check("spent_growth = spent / previous(spent) - 1");
    const auto rev = check("rev_growth = rev / previous(rev) - 1");
    int pairs = 0;
    std::vector<std::string> found;
    std::vector<std::string> expected;
    for (const auto& [key, now] : plain) {
        const auto before = plain.find({key.first, key.second - 1});
        if (before == plain.end()) {
            continue;
        }
        ++pairs;
        const auto subject = static_cast<std::uint32_t>(
            std::ranges::find(all.subjects, key.first, &Subject::id) - all.subjects.begin());
        const auto date = parse_date(fmt::format("{}-12-31", key.second)).value();
        CHECK(holds(spent, batch, all, subject, date) == Truth::yes);
        const auto name = fmt::format("{} {}", key.first, key.second);
        if (holds(rev, batch, all, subject, date) == Truth::no) {
            found.push_back(name);
        }
        const double rate = (now[0] / before->second[0] - 1) * 100;
        const double slack =
            0.05
            + 100.0 * (now[0] + before->second[0]) * 0.5 / (before->second[0] * before->second[0]);
        if (std::abs(rate - now[1]) > slack) {
            expected.push_back(name);
            std::cout << fmt::format(
                "county panel: {}: printed {:.1f} %, works out at {:.2f} %\n", name, now[1], rate);
        }
    }
    CHECK(pairs == 155);
    CHECK_FALSE(found.empty());
    CHECK(found == expected);
    std::cout << "county panel: " << pairs << " pairs, " << found.size()
              << " wrong revenue rates\n";
}
