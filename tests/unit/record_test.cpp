#include "alerts/record/record.hpp"

#include "alerts/base/limits.hpp"
#include "alerts/record/json.hpp"
#include "tests/unit/sample.hpp"

#include <random>

using namespace sanbao;
using namespace sanbao::test;

TEST_CASE("the leaf hash of the specification's first record") {
    const auto rec =
        std::string{R"({"actor":"system","data":{"balance_fen":1234567890,"rule":"R-01"},"prev":")"}
        + std::string(64, '0')
        + R"(","seq":0,"subj":"county:610300","ts":"2025-01-01T00:00:00.000Z","type":"feed.accepted","v":1})";
    CHECK(
        to_hex(record::leaf_hash(rec))
        == "b81b17c42d9c6533aa87cff6c09f91069b70a27e7c3acf2c7470bdb98dac90bb");
}

TEST_CASE("a record has exactly these bytes") {
    const auto body = record::encode(core::MessageAttempted{"msg_a", 2});
    CHECK(body.type == "msg.attempt");
    CHECK(
        record::to_bytes(body, "system", noon("2017-02-01"), 7, Digest{})
        == R"({"actor":"system","data":{"attempt":2,"id":"msg_a"},"prev":")" + std::string(64, '0')
               + R"(","seq":7,"subj":"message:msg_a","ts":"2017-02-01T04:00:00.000Z","type":"msg.attempt","v":1})");
}

TEST_CASE("text of the world is made safe: bad UTF-8, controls and direction marks are replaced") {
    std::string out;
    record::append_string(out, std::string_view{"a\"\\\n\xff\xE2\x80\xAE眉\x7f", 12});
    CHECK(out == "\"a\\\"\\\\\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD眉\xEF\xBF\xBD\"");
}

TEST_CASE("no text from outside makes a record too long to be written") {
    const std::string endless(100'000, '\xff');
    for (const core::Event& event :
         {core::Event{core::ConfigRejected{std::vector<std::string>(500, endless)}},
          core::Event{core::FeedFailed{"f", endless, endless, {}, 1}},
          core::Event{core::MessageDead{"msg_a", 1, 550, endless}}}) {
        const auto bytes =
            record::to_bytes(record::encode(event), "system", noon("2017-02-01"), 1, Digest{});
        CHECK(bytes.size() <= limits::record_bytes_max);
        CHECK(record::parse(bytes).has_value());
    }
}

TEST_CASE("every event that a world brings about reads back as it was written") {
    World world;
    for (const auto yuan : {25, 15, 5, 50, 90, 5}) {
        static int n = 0;
        world.balance(("2017-02-0" + std::to_string(++n)).c_str(), yuan * 1'000'000);
    }
    world.step(noon("2017-02-07"), core::Act{core::ActivatePlan{0, "zhang", "文"}});
    world.step(noon("2017-02-12"), core::Wake{});
    world.step(noon("2017-02-12"), core::Act{core::SettleStep{0, 10, "li", "", "无"}});
    world.step(noon("2017-02-12"), core::RulesRejected{{"a", "b"}});
    world.step(noon("2017-02-12"), core::Stopped{"SIGTERM"});
    for (const auto& [event, at] : world.log) {
        const auto body = record::encode(event);
        const auto bytes = record::to_bytes(body, "cli:root", at, 3, Digest{});
        const auto parsed = record::parse(bytes);
        REQUIRE(parsed.has_value());
        REQUIRE(parsed->folds);
        CHECK(parsed->at == at);
        CHECK(parsed->event.index() == event.index());
        CHECK(record::encode(parsed->event).data == body.data);
        CHECK(record::encode(parsed->event).type == body.type);
    }
}

TEST_CASE("a record of a type that only a newer version knows is kept and folds nothing") {
    const auto parsed = record::parse(
        R"({"actor":"system","data":{"x":1},"prev":"00","seq":3,"subj":"log","ts":"2017-02-01T04:00:00.000Z","type":"log.checkpoint","v":1})");
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->folds);
}

TEST_CASE("cells come back whole, by name, whatever the catalogue has become") {
    const auto full = catalogue();
    std::mt19937_64 random{1};
    std::vector<rules::Cell> cells;
    for (int d = 0; d < 40; ++d) {
        for (std::uint32_t item = 0; item < 2; ++item) {
            for (std::uint32_t subject = 0; subject < 2; ++subject) {
                if (random() % 4 != 0) {
                    cells.push_back(
                        {item,
                         subject,
                         from_day_number(17'000 + d),
                         static_cast<std::int64_t>(random())});
                }
            }
        }
    }
    const auto blob = record::encode_cells(cells, full);
    const auto key = [](const rules::Cell& c) {
        return std::tuple{c.item, c.subject, c.date};
    };
    auto back = *record::decode_cells(blob, full);
    std::ranges::sort(back, {}, key);
    std::ranges::sort(cells, {}, key);
    CHECK(back == cells);

    auto fewer = full;
    fewer.subjects.erase(fewer.subjects.begin());
    const auto rest = *record::decode_cells(blob, fewer);
    CHECK(
        rest.size()
        == static_cast<std::size_t>(std::ranges::count(cells, 1U, &rules::Cell::subject)));
}

TEST_CASE("a batch cut or changed at any byte is refused or harmless, never read past its end") {
    const auto c = catalogue();
    const std::vector<rules::Cell> cells{
        {0, 0, day("2017-02-01"), 5}, {1, 1, day("2017-02-02"), -7}};
    const auto blob = record::encode_cells(cells, c);
    for (std::size_t i = 0; i < blob.size(); ++i) {
        CHECK_FALSE(record::decode_cells(blob.substr(0, i), c).has_value());
        for (const int bit : {1, 0x80}) {
            auto bad = blob;
            bad[i] = static_cast<char>(bad[i] ^ bit);
            (void)record::decode_cells(bad, c).has_value();
        }
    }
}
