// One fixture for each way to be wrong: a small set of good files with one thing changed.
#include "daemon/settings/settings.hpp"

#include "alerts/base/digest.hpp"
#include "alerts/base/limits.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

using namespace sanbao;
using settings::load;
namespace fs = std::filesystem;

namespace {

const char* const main_toml = R"(include = ["rules.toml", "people.toml", "counties/*.toml"]
operators = ["li"]
[web]
listen = "127.0.0.1:8390"
[store]
url = "sqlite:sanbao.db"
[[feed]]
name = "treasury"
url = "https://treasury.example/daily.json"
every = "60s"
county = "/code"
date = "/date"
[feed.items]
balance = { from = "/balance", unit = "万元" }
outflow = { from = "/outflow", unit = "万元" }
[[route]]
to = ["lead", "channel:hook"]
)";

const char* const rules_toml = R"([item.balance]
name = "库款余额"
kind = "stock"
[item.outflow]
name = "库款流出"
kind = "cumulative"
[indicator.level]
name = { zh = "库款保障水平", en = "Cash level" }
inputs = { balance = "balance", outflow = { item = "outflow", take = "monthly mean", over = "year to date" } }
formula = "balance / outflow"
blue = "> 0.80"
yellow = "< 0.30"
orange = "< 0.20"
red = "< 0.10"
leave = 0.02
hold = "2 readings"
)";

const char* const people_toml = R"([person.li]
name = "李四"
email = "li@bureau.example"
channels = ["mail"]
[person.zhang]
name = "张三"
email = "zhang@bureau.example"
channels = ["mail"]
deputy = "li"
[channel.mail]
kind = "email"
smtp = "smtps://mail.example:465"
from = "sanbao@bureau.example"
user = "sanbao"
password = { credential = "smtp-password" }
[channel.hook]
kind = "webhook"
url = "https://hook.example/in"
)";

const char* const county_toml = R"(code = "610326"
name = "眉县"
leader = "zhang"
[[payday]]
kind = "wages"
day = 15
[[override]]
indicator = "level"
red = "< 0.15"
from = 2026-07-01
to = 2026-12-31
basis = "宝财库〔2026〕12号"
approved = "li"
[plan]
name = "眉县预案"
valid = { from = 2026-01-15, to = 2026-12-31 }
[[plan.role]]
key = "lead"
title = "组长"
person = "zhang"
deputy = "li"
[[plan.level]]
level = "I"
colour = "red"
any = ["level < 0.05 and days_to(wages) <= 5"]
[[plan.level]]
level = "II"
colour = "orange"
any = ["level"]
[[plan.measure]]
seq = 10
level = "II"
name = "暂停拨付"
owner = "国库股"
due = "4h"
[[plan.measure]]
seq = 20
name = "清收借垫款"
owner = "lead"
due = "3wd"
[[plan.report]]
levels = ["I", "II"]
to = "city"
within = "2h"
[plan.end]
when = ["level >= 0.4"]
hold = "10wd"
)";

// A folder of good files, and what a test changes in them.
class Folder {
  public:
    Folder() {
        static std::atomic<int> count{0};
        path_ = fs::temp_directory_path()
                / fmt::format("sanbao-settings-{}-{}", ::getpid(), count.fetch_add(1));
        fs::create_directories(path_ / "counties");
        write("sanbaod.toml", main_toml);
        write("rules.toml", rules_toml);
        write("people.toml", people_toml);
        write("counties/610326-meixian.toml", county_toml);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path_); }

    void write(const std::string& file, const std::string& text) {
        std::ofstream{path_ / file, std::ios::binary} << text;
    }
    [[nodiscard]] std::string read(const std::string& file) const {
        std::ifstream stream{path_ / file, std::ios::binary};
        return {std::istreambuf_iterator<char>{stream}, {}};
    }
    // The text to replace must be there: a fixture that changes nothing proves nothing.
    Folder& change(const std::string& file, const std::string& from, const std::string& to) {
        auto text = read(file);
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        write(file, text.replace(at, from.size(), to));
        return *this;
    }
    Folder& append(const std::string& file, const std::string& text) {
        write(file, read(file) + text);
        return *this;
    }
    [[nodiscard]] fs::path main() const { return path_ / "sanbaod.toml"; }

    // Problems as text, with files below the folder.
    [[nodiscard]] std::vector<std::string> problems() const {
        std::vector<std::string> found;
        if (const auto settings = load(main()); !settings) {
            for (const auto& each : settings.error()) {
                found.push_back(each.to_text().substr(path_.string().size() + 1));
            }
        }
        return found;
    }

  private:
    fs::path path_;
};

std::string joined(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, "\n"));
}

// Exactly one problem, at this place, that says this.
void check_only(const Folder& folder, const std::string& place, const std::string& part) {
    const auto problems = folder.problems();
    INFO("problems: " << joined(problems));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].starts_with(place + ": "));
    CHECK(problems[0].find(part) != std::string::npos);
}

void check_one_of(const Folder& folder, const std::string& place, const std::string& part) {
    const auto problems = folder.problems();
    INFO("problems: " << joined(problems));
    CHECK(std::ranges::any_of(problems, [&](const std::string& problem) {
        return problem.starts_with(place + ": ") && problem.find(part) != std::string::npos;
    }));
}

const std::string county = "counties/610326-meixian.toml";

struct Slip {
    std::string file, from, to, place, part;
};

void check_slips(const std::vector<Slip>& slips) {
    for (const auto& slip : slips) {
        DYNAMIC_SECTION(slip.file << ": " << slip.from << " -> " << slip.to) {
            Folder folder;
            folder.change(slip.file, slip.from, slip.to);
            check_only(folder, slip.file + ":" + slip.place, slip.part);
        }
    }
}

}  // namespace

TEST_CASE("good files load, and the catalogue says what they say") {
    const Folder folder;
    const auto loaded = load(folder.main());
    INFO(joined(folder.problems()));
    REQUIRE(loaded.has_value());
    const auto& catalogue = loaded->rules->catalogue();
    CHECK(loaded->files.size() == 4);
    CHECK(loaded->web_port == 8390);
    CHECK(loaded->store == folder.main().parent_path() / "sanbao.db");
    CHECK(loaded->socket == folder.main().parent_path() / "sanbao.sock");
    CHECK(loaded->notes.empty());

    REQUIRE(loaded->feeds.size() == 1);
    CHECK(loaded->feeds[0].every == std::chrono::seconds{60});
    CHECK(loaded->feeds[0].items[0].multiplier == 1'000'000);
    REQUIRE(loaded->channels.size() == 2);
    CHECK(loaded->channels[0].concurrency == 8);
    CHECK(loaded->channels[1].tls == io::MailTls::implicit);
    CHECK(loaded->channels[1].password.credential == "smtp-password");

    const auto& indicator = catalogue.indicators.at(0);
    CHECK(indicator.name.en == "Cash level");
    CHECK(
        indicator.leave == Rational::make(2, 100));  // the text 0.02, not the double nearest to it
    CHECK(indicator.hold.readings == 2);
    CHECK(indicator.lines.yellow->bound == Rational::make(3, 10));
    CHECK(indicator.inputs.at(1).window.take == Take::monthly_mean);
    CHECK_FALSE(indicator.confirmed);
    CHECK(loaded->places.at("level") == "rules.toml:7");
    CHECK(loaded->places.at("level/red") == "rules.toml:14");

    const auto& subject = catalogue.subjects.at(0);
    CHECK(subject.overrides.at(0).where == county + ":7");
    REQUIRE(subject.plan.has_value());
    CHECK(subject.plan->id == "610326-2026");
    CHECK(subject.plan->levels.at(1).colour == Level::orange);
    CHECK(subject.plan->measures.at(1).due.workdays == 3);
    CHECK(subject.plan->end.by == "lead");
    CHECK(subject.plan->digest == to_hex(sha256(std::string_view{county_toml})));
}

TEST_CASE("the digest is that of the names and bytes of all files, in order") {
    Folder folder;
    std::string lines;
    for (const std::string file : {"sanbaod.toml", "rules.toml", "people.toml", county.c_str()}) {
        lines += fmt::format("{}  {}\n", to_hex(sha256(folder.read(file))), file);
    }
    CHECK(load(folder.main())->rules->catalogue().digest == to_hex(sha256(lines)));
    folder.append("people.toml", "# a comment counts too\n");
    CHECK(load(folder.main())->rules->catalogue().digest != to_hex(sha256(lines)));
}

TEST_CASE("names that are none are found with the one that was meant") {
    check_slips({
        {"rules.toml", "yellow =", "yelow =", "12:1", "did you mean \"yellow\"?"},
        {"sanbaod.toml", "listen =", "listne =", "4:1", "unknown key \"listne\" in [web]"},
        {"sanbaod.toml", "[web]", "[wbe]", "3:2", "did you mean \"web\"?"},
        {"rules.toml",
         "balance = \"balance\"",
         "balance = \"balanse\"",
         "9:22",
         "unknown item \"balanse\"; did you mean \"balance\"?"},
        {"rules.toml",
         "{ item = \"outflow\"",
         "{ item = \"outlow\"",
         "9:52",
         "unknown item \"outlow\""},
        {"sanbaod.toml", "outflow = {", "outflo = {", "15:1", "unknown item \"outflo\""},
        {"sanbaod.toml",
         "operators = [\"li\"]",
         "operators = [\"lee\"]",
         "2:14",
         "unknown person \"lee\""},
        {"sanbaod.toml",
         "\"channel:hook\"",
         "\"channel:hoook\"",
         "17:15",
         "unknown channel \"hoook\"; did you mean \"hook\"?"},
        {"sanbaod.toml", "[\"lead\"", "[\"leed\"", "17:7", "did you mean \"lead\"?"},
        {"people.toml",
         "channels = [\"mail\"]",
         "channels = [\"male\"]",
         "4:13",
         "unknown channel \"male\""},
        {county,
         "leader = \"zhang\"",
         "leader = \"zang\"",
         "3:10",
         "unknown person \"zang\"; did you mean \"zhang\"?"},
        {county,
         "indicator = \"level\"",
         "indicator = \"levle\"",
         "8:13",
         "unknown indicator \"levle\""},
        {county, "approved = \"li\"", "approved = \"lo\"", "13:12", "unknown person \"lo\""},
        {county, "person = \"zhang\"", "person = \"wang\"", "20:10", "unknown person \"wang\""},
        {county,
         "owner = \"lead\"",
         "owner = \"led\"",
         "39:9",
         "\"led\" is not a role of this plan; did you mean \"lead\"?"},
        {county,
         "hold = \"10wd\"",
         "hold = \"10wd\"\nby = \"leda\"",
         "48:6",
         "not a role of this plan"},
        {county, "level = \"II\"\nname", "level = \"III\"\nname", "32:9", "no level III"},
    });
}

TEST_CASE("values of the wrong type or out of range are refused where they stand") {
    check_slips({
        {"rules.toml",
         "yellow = \"< 0.30\"",
         "yellow = 0.30",
         "12:10",
         "write a comparison in quotes: yellow = \"< 0.30\""},
        {"rules.toml", "\"< 0.20\"", "\"0.20\"", "13:11", "is no line"},
        {"rules.toml", "leave = 0.02", "leave = -0.02", "15:9", "does not fit \"leave\""},
        {"rules.toml", "leave = 0.02", "leave = nan", "15:9", "does not fit \"leave\""},
        {"rules.toml",
         "\"2 readings\"",
         "\"40 readings\"",
         "16:8",
         "write \"2 readings\" or \"30m\""},
        {"rules.toml", "kind = \"stock\"", "kind = \"stok\"", "3:8", "did you mean \"stock\"?"},
        {"rules.toml", "\"year to date\"", "\"year until date\"", "9:93", "is not a span"},
        {"rules.toml", "name = \"库款余额\"", "name = { en = \"x\" }", "2:8", "zh"},
        {"sanbaod.toml",
         "every = \"60s\"",
         "every = 60",
         "10:9",
         "is a bare number, not a duration such as \"90s\""},
        {"sanbaod.toml", "every = \"60s\"", "every = \"9ms\"", "10:9", "10ms..24h"},
        {"sanbaod.toml", "every = \"60s\"", "body_max = \"65MiB\"", "10:12", "1KiB..64MiB"},
        {"sanbaod.toml", "every = \"60s\"", "tell_after = 0", "10:14", "1..100"},
        {"sanbaod.toml", "[[route]]", "[route]", "16:1", "[[route]] with two brackets"},
        {"sanbaod.toml", "127.0.0.1:8390", "127.0.0.1", "4:10", "is not an address and a port"},
        {"sanbaod.toml",
         "127.0.0.1:8390",
         "127.0.0.1:99999",
         "4:10",
         "is not an address and a port"},
        {"sanbaod.toml", "sqlite:", "mysql:", "6:7", "write \"sqlite:sanbao.db\""},
        {"sanbaod.toml",
         "operators",
         "timezone = \"Europe/Paris\"\noperators",
         "2:12",
         "without summer time"},
        {"sanbaod.toml", "/code", "code", "11:10", "write \"/code\""},
        {"sanbaod.toml", "https://", "gopher://", "9:7", "cannot be used here"},
        {"sanbaod.toml",
         "https://",
         "https://me:secret@",
         "9:7",
         "a login does not belong into a URL"},
        {"sanbaod.toml", "county = \"/code\"", "", "8:8", "exactly one of county and county_is"},
        {"sanbaod.toml", "every", "item = \"/x\"\nevery", "10:8", "of long feeds"},
        {"sanbaod.toml",
         "\"万元\" }\nout",
         "\"percent\" }\nout",
         "14:39",
         "does not fit item \"balance\""},
        {"sanbaod.toml",
         "\"万元\" }\nout",
         "\"USD million\" }\nout",
         "14:39",
         "is USD, but item \"balance\" is in CNY"},
        {"sanbaod.toml",
         "\"/outflow\"",
         "\"/balance\"",
         "15:20",
         "is read from \"/balance\" already"},
        {"people.toml", "li@bureau.example", "li", "3:9", "write an address"},
        {county, "from = 2026-07-01", "from = \"2026-07-01\"", "10:8", "a date without quotes"},
        {county,
         "to = 2026-12-31\nbasis",
         "to = 2026-06-30\nbasis",
         "11:6",
         "ends before it begins"},
        {county, "day = 15", "day = 32", "6:7", "1..31"},
        {county, "due = \"4h\"", "due = \"4 hours\"", "35:7", "\"4h\" or \"3wd\""},
        {county, "[plan.end]", "[[plan.end]]", "45:1", "is a list, not a table"},
    });
}

TEST_CASE("keys that mean nothing for the way a feed arrives are refused, not passed over") {
    const std::string secret = "{ credential = \"x\" }";
    const auto check = [](const std::string& way, const std::string& key, const std::string& part) {
        DYNAMIC_SECTION(way << " " << key) {
            Folder folder;
            // The key stands in the line behind those that say the way.
            folder.change(
                "sanbaod.toml", "url = \"https://treasury.example/daily.json\"", way + "\n" + key);
            const auto line = 10 + std::ranges::count(way, '\n');
            check_only(folder, fmt::format("sanbaod.toml:{}:{}", line, key.find('=') + 3), part);
        }
    };
    const std::string dropped = "arrives = \"folder\"\nfolder = \"/srv/in\"";
    const std::string pushed = "arrives = \"push\"\npush_secret = " + secret;
    for (const auto& way : {dropped, pushed}) {
        for (const std::string_view name :
             {"url",
              "ca_file",
              "proxy",
              "user",
              "key_header",
              "certificate",
              "known_host",
              "next_page",
              "pages",
              "page_parameter",
              "cursor",
              "cursor_parameter",
              "total"}) {
            check(way, fmt::format("{} = \"/x\"", name), "is of arrives = \"poll\" only");
        }
        for (const std::string_view name : {"password", "token", "key", "certificate_key"}) {
            check(way, fmt::format("{} = {}", name, secret), "is of arrives = \"poll\" only");
        }
        for (const std::string_view name : {"timeout", "connect_timeout"}) {
            check(way, fmt::format("{} = \"5s\"", name), "is of arrives = \"poll\" only");
        }
    }
    const std::string polled = "url = \"https://treasury.example/daily.json\"";
    for (const auto& way : {polled, pushed}) {
        for (const auto* key : {"pattern = \"*\"", "settle = \"5s\"", "marker = \".ok\""}) {
            check(way, key, "is of arrives = \"folder\" only");
        }
    }
    check(dropped, "push_secret = " + secret, "is of arrives = \"push\" only");
    check(polled, "known_host = \"x\"", "is of sftp only");
    check(polled, "page_parameter = \"p\"", "is of feeds with \"pages\" only");
    check(polled + "\nnext_page = \"/n\"", "cursor_parameter = \"p\"", "with \"cursor\" only");
}

TEST_CASE("what is missing is named") {
    check_slips({
        {"sanbaod.toml", "url = \"sqlite:sanbao.db\"\n", "", "5:1", "[store] has no \"url\""},
        {"rules.toml",
         "formula = \"balance / outflow\"\n",
         "",
         "7:1",
         "[indicator.level] has no \"formula\""},
        {"people.toml", "from = \"sanbao@bureau.example\"\n", "", "10:10", "has no \"from\""},
        {"people.toml", "user = \"sanbao\"\n", "", "14:12", "user and password go together"},
        {"people.toml", "email = \"li@bureau.example\"\n", "", "1:9", "has no address"},
        {county, "deputy = \"li\"\n", "", "17:1", "[[plan.role]] has no \"deputy\""},
        {county,
         "person = \"zhang\"\n",
         "",
         "17:1",
         "[[plan.role]] has no \"person\"; write a text in quotes: id of the person who fills it"},
        {county, "basis = \"宝财库〔2026〕12号\"\n", "", "7:1", "[[override]] has no \"basis\""},
        {county, "approved = \"li\"\n", "", "7:1", "[[override]] has no \"approved\""},
        {county, "red = \"< 0.15\"\n", "", "7:1", "changes no line"},
        {county, "code = \"610326\"\n", "", "1:1", "neither code nor id"},
    });
}

TEST_CASE("a county without a plan is a mistake, a department without one is not") {
    Folder folder;
    folder.write("counties/610327.toml", "code = \"610327\"\nname = \"陇县\"\n");
    check_only(folder, "counties/610327.toml:2:8", "county 610327 has no plan");
    folder.write(
        "counties/610327.toml", "id = \"edu\"\nkind = \"department\"\nname = \"教育局\"\n");
    CHECK(folder.problems().empty());
    folder.write("counties/610327.toml", "id = \"park\"\nkind = \"zone\"\nname = \"高新区\"\n");
    check_only(folder, "counties/610327.toml:3:8", "zone park has no plan");
}

TEST_CASE("thirty for thirty percent is noticed") {
    check_slips({
        {"rules.toml", "\"< 0.30\"", "\"< 30\"", "12:11", "did you mean 30% or 0.30?"},
        {county, "\"< 0.15\"", "\"< -15\"", "9:8", "times the whole"},
        {"rules.toml", "\"< 0.30\"", "\"< 5000万元\"", "12:11", "an amount of money"},
    });
    Folder folder;
    folder.append("rules.toml", "display = \"percent\"\n")
        .change("rules.toml", "\"> 0.80\"", "\"> 80\"");
    check_only(folder, "rules.toml:11:9", "did you mean 80% or 0.80?");
}

TEST_CASE("money lines carry their unit, and money formulas say that they are money") {
    Folder folder;
    folder.append(
        "rules.toml",
        "[indicator.cash]\nname = \"库款\"\ninputs = { balance = \"balance\" }\nformula = "
        "\"balance\"\n");
    SECTION("display is missing") {
        check_only(folder, "rules.toml:20:11", "display = \"money\"");
    }
    SECTION("unit is missing") {
        folder.append("rules.toml", "display = \"money\"\nred = \"< 5000\"\n");
        check_only(folder, "rules.toml:22:8", "write \"< 5000万元\"");
    }
    SECTION("both are there") {
        folder.append("rules.toml", "display = \"money\"\nred = \"< 5000万元\"\n");
        CHECK(folder.problems().empty());
    }
}

TEST_CASE("lines in the wrong order are refused, also when an override makes them so") {
    check_slips({
        {"rules.toml", "red = \"< 0.10\"", "red = \"< 0.25\"", "14:7", "red \"< 0.25\""},
        {"rules.toml", "red = \"< 0.10\"", "red = \"> 0.10\"", "14:7", "opposite directions"},
        {county,
         "red = \"< 0.15\"",
         "red = \"< 0.22\"",
         "9:7",
         "together with the indicator's own lines"},
    });
}

TEST_CASE("errors in formulas point into the text") {
    check_slips({
        {"rules.toml", "\"balance / outflow\"", "\"balance / outflw\"", "10:22", "outflw"},
        {"rules.toml", "\"balance / outflow\"", "\"balance + 1\"", "10:20", ""},
        {"rules.toml", "blue = ", "judge = \"valu - 1\"\nblue = ", "11:10", "value"},
        {county, "\"level < 0.05 and days_to(wages) <= 5\"", "\"levl < 0.05\"", "25:9", "levl"},
        {county, "days_to(wages)", "days_to(wagse)", "25:34", "wages"},
        {county, "[\"level >= 0.4\"]", "[\"level\"]", "46:10", "compare it"},
        {"rules.toml", "take = \"monthly mean\"", "take = \"mean\"", "9:52", "counter"},
    });
}

TEST_CASE("a standing indicator opens no plan") {
    Folder folder;
    folder.append("rules.toml", "kind = \"standing\"\n");
    check_one_of(folder, county + ":29:9", "standing");
}

TEST_CASE("plan levels stand worst first, measures in order") {
    check_slips({
        {county, "colour = \"red\"", "colour = \"yellow\"", "28:10", "worse than yellow above it"},
        {county, "seq = 20", "seq = 10", "37:7", "measure 10 stands after 10"},
        {county,
         "deputy = \"li\"",
         "deputy = \"zhang\"",
         "21:10",
         "cannot stand in for themselves"},
    });
}

TEST_CASE("a level that stands twice, and what names the one that is missing then") {
    Folder folder;
    folder.change(county, "level = \"II\"\ncolour", "level = \"I\"\ncolour");
    check_one_of(folder, county + ":27:9", "level I stands after I");
    check_one_of(folder, county + ":32:9", "no level II");
}

TEST_CASE("a plan without a lead") {
    Folder folder;
    folder.change(county, "key = \"lead\"", "key = \"head\"");
    check_one_of(folder, county + ":14:1", "no role \"lead\"");
}

TEST_CASE("two subjects cannot have one code at one time") {
    Folder folder;
    const auto other = [](const std::string& alias) {
        return "id = \"edu\"\nkind = \"department\"\nname = \"教育局\"\n" + alias;
    };
    folder.write(
        "counties/edu.toml", other("aliases = [{ code = \"610326\", from = 2026-01-01 }]\n"));
    check_only(folder, "counties/edu.toml:4:21", "belongs to 610326 already, at " + county + ":1");
    folder.write(
        "counties/edu.toml", "code = \"610326\"\nkind = \"department\"\nname = \"教育局\"\n");
    check_only(
        folder, "counties/edu.toml:1:8", "subject \"610326\" stands already at " + county + ":1");
    folder.write(
        "counties/edu.toml",
        other("aliases = [{ code = \"7\", to = 2020-12-31 }, { code = \"7\", from = 2021-01-01 "
              "}]\n"));
    CHECK(folder.problems().empty());
    folder.write(
        "counties/edu.toml",
        other("aliases = [{ code = \"7\", to = 2021-01-01 }, { code = \"7\", from = 2021-01-01 "
              "}]\n"));
    check_only(folder, "counties/edu.toml:4:54", "belongs to edu already");
}

TEST_CASE("an id stands once over all files") {
    Folder folder;
    folder.append("people.toml", "[item.balance]\nname = \"库款\"\nkind = \"stock\"\n");
    check_only(folder, "people.toml:19:7", "item \"balance\" stands already at rules.toml:1");
}

TEST_CASE("overrides of one line must not overlap in time") {
    Folder folder;
    const std::string again =
        "[[override]]\nindicator = \"level\"\nred = \"< 0.12\"\nfrom = 2026-12-31\nto = "
        "2027-03-31\n"
        "basis = \"x\"\napproved = \"li\"\n[plan]";
    folder.change(county, "[plan]", again);
    check_only(folder, county + ":16:7", "overlaps the one at " + county + ":7");
    folder.change(county, "from = 2026-12-31", "from = 2027-01-01");
    CHECK(folder.problems().empty());
}

TEST_CASE("secrets never stand in the text") {
    check_slips({
        {"people.toml",
         "{ credential = \"smtp-password\" }",
         "\"hunter2\"",
         "15:12",
         "never the secret itself"},
        {"people.toml",
         "{ credential = \"smtp-password\" }",
         "{ credential = \"a\", file = \"/b\" }",
         "15:12",
         "exactly one"},
        {"people.toml",
         "{ credential = \"smtp-password\" }",
         "{ file = \"b\" }",
         "15:21",
         "must be absolute"},
        {"people.toml", "{ credential = \"smtp-password\" }", "{}", "15:12", "exactly one"},
    });
    Folder folder;
    folder.change("people.toml", "{ credential = \"smtp-password\" }", "\"hunter2\"");
    CHECK(joined(folder.problems()).find("hunter2") == std::string::npos);
}

TEST_CASE("a secret's file is not opened") {
    Folder folder;
    folder.change(
        "people.toml", "{ credential = \"smtp-password\" }", "{ file = \"/nowhere/at/all\" }");
    CHECK(folder.problems().empty());
}

TEST_CASE("channels without TLS say why, and are noted") {
    Folder folder;
    folder.change("people.toml", "https://hook", "http://hook");
    check_only(folder, "people.toml:18:7", "whole messages go out without TLS; secure it");
    SECTION("with a reason") {
        folder.append("people.toml", "plain_because = \"内网专线\"\n");
        const auto loaded = load(folder.main());
        REQUIRE(loaded.has_value());
        REQUIRE(loaded->notes.size() == 1);
        CHECK(loaded->notes[0].find("内网专线") != std::string::npos);
    }
    SECTION("or saying less") {
        folder.append("people.toml", "detail = \"pointer\"\n");
        CHECK(folder.problems().empty());
    }
    SECTION("or staying on this machine") {
        folder.change("people.toml", "http://hook.example", "http://127.0.0.1:80");
        CHECK(folder.problems().empty());
    }
}

TEST_CASE("mail security and address must agree") {
    check_slips({
        {"people.toml", "user =", "tls = \"starttls\"\nuser =", "14:7", "does not fit smtps://"},
        {"people.toml",
         "smtps://mail.example:465\"",
         "smtp://mail.example\"\ntls = \"none\"",
         "13:7",
         "mail goes out without TLS"},
        {"people.toml",
         "kind = \"webhook\"",
         "kind = \"webhook\"\nsmtp = \"smtp://x\"",
         "18:8",
         "\"smtp\" does not belong"},
    });
}

TEST_CASE("a person who is to be told has a channel") {
    Folder folder;
    folder.change("people.toml", "channels = [\"mail\"]", "");
    check_one_of(folder, "sanbaod.toml:2:14", "person \"li\" is to be told, but has no channel");
    check_one_of(folder, county + ":21:10", "write channels");
}

TEST_CASE("several mistakes in several files are reported in one run, in order") {
    Folder folder;
    folder.change("sanbaod.toml", "every = \"60s\"", "evry = \"60s\"")
        .change("rules.toml", "yellow = \"< 0.30\"", "yellow = \"< 30\"")
        .change("people.toml", "[person.li]", "[person.li")
        .change(county, "due = \"3wd\"", "due = \"3 days\"")
        .change(county, "day = 15", "day = 0");
    const auto problems = folder.problems();
    INFO(joined(problems));
    REQUIRE(problems.size() == 5);
    CHECK(problems[0].starts_with("sanbaod.toml:10:1: "));
    CHECK(problems[1].starts_with("rules.toml:12:11: "));
    CHECK(problems[2].starts_with("people.toml:1:"));
    CHECK(problems[3].starts_with(county + ":6:7: "));
    CHECK(problems[4].starts_with(county + ":40:7: "));
}

TEST_CASE("a mistake in one indicator does not hide that in the formula of another") {
    Folder folder;
    folder
        .append(
            "rules.toml",
            "[indicator.two]\nname = \"二\"\ninputs = { a = \"balance\" }\nformula = \"b / a\"\n")
        .change("rules.toml", "hold = \"2 readings\"", "hold = 2");
    const auto problems = folder.problems();
    INFO(joined(problems));
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].starts_with("rules.toml:16:8: "));
    CHECK(problems[1].starts_with("rules.toml:20:12: "));
}

TEST_CASE("files that cannot be read say why") {
    Folder folder;
    SECTION("empty") {
        folder.write("people.toml", "");
        check_only(folder, "people.toml:1:1", "nothing in this file");
    }
    SECTION("only comments") {
        folder.write("people.toml", "# gone\n");
        check_only(folder, "people.toml:1:1", "nothing in this file");
    }
    SECTION("GBK") {
        folder.change("people.toml", "李四", "\xC0\xEE\xCB\xC4");
        check_only(folder, "people.toml:2:9", "save the file as UTF-8");
    }
    SECTION("half-written") {
        folder.write("people.toml", "[person.li]\nname = \"李四\"\nchannels = [\"mail\",");
        check_only(folder, "people.toml:3:20", "cut short");
    }
    SECTION("too large") {
        folder.append("people.toml", "#" + std::string(limits::settings_file_bytes_max, 'x'));
        check_only(folder, "people.toml:1:1", "more than 4194304 bytes");
    }
    SECTION("a directory") {
        fs::create_directory(folder.main().parent_path() / "counties/x.toml");
        check_only(folder, "counties/x.toml:1:1", "not a regular file");
    }
    SECTION("main file missing") {
        fs::remove(folder.main());
        check_only(folder, "sanbaod.toml:1:1", "does not exist");
    }
    SECTION("a byte order mark does no harm") {
        folder.write("people.toml", "\xEF\xBB\xBF" + folder.read("people.toml"));
        CHECK(folder.problems().empty());
    }
    SECTION("nor do line ends of another system") {
        auto text = folder.read("people.toml");
        for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
            text.replace(at, 1, "\r\n");
        }
        folder.write("people.toml", text);
        CHECK(folder.problems().empty());
    }
}

TEST_CASE("a county's file cut short at any byte is refused, or still holds its whole plan") {
    Folder folder;
    const std::string whole = county_toml;
    std::size_t loaded_short = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        folder.write(county, whole.substr(0, size));
        const auto loaded = load(folder.main());
        if (!loaded) {
            REQUIRE_FALSE(loaded.error().empty());
            continue;
        }
        CAPTURE(size);
        ++loaded_short;
        const auto& plan = loaded->rules->catalogue().subjects.at(0).plan;
        REQUIRE(plan.has_value());
        REQUIRE(plan->measures.size() == 2);
        REQUIRE(plan->reports.size() == 1);
        REQUIRE(plan->end.hold.workdays == 10);
    }
    CHECK(loaded_short > 0);
}

TEST_CASE("bare Chinese names are told to be quoted") {
    check_slips({
        {"people.toml",
         "[person.li]",
         "[县.太白]",
         "1:2",
         "put names that are not plain ASCII in quotes"},
        {"people.toml", "name = \"李四\"", "姓名 = \"李四\"", "2:1", "in quotes"},
    });
}

TEST_CASE("includes match something, below the folder") {
    check_slips({
        {"sanbaod.toml",
         "\"people.toml\"",
         "\"people.toml\", \"folk/*.toml\"",
         "1:41",
         "no file matches \"folk/*.toml\""},
        {"sanbaod.toml",
         "\"people.toml\"",
         "\"people.toml\", \"../*.toml\"",
         "1:41",
         "leaves the folder"},
        {"sanbaod.toml",
         "\"people.toml\"",
         "\"people.toml\", \"/etc/*.toml\"",
         "1:41",
         "leaves the folder"},
    });
    Folder folder;
    folder.change("sanbaod.toml", "\"people.toml\"", "\"people.toml\", \"*.toml\"");
    CHECK(folder.problems().empty());  // each file once, the main file not again
}

TEST_CASE("keys of the main file are refused in others") {
    Folder folder;
    folder.write("rules.toml", "language = \"en\"\n" + folder.read("rules.toml"));
    check_only(folder, "rules.toml:1:1", "it belongs in the main file");
}

TEST_CASE("a configuration that could never do anything is refused") {
    check_slips({
        {"sanbaod.toml",
         "[[route]]\nto = [\"lead\", \"channel:hook\"]\n",
         "",
         "1:1",
         "nobody would ever be told"},
    });
}

TEST_CASE("an item that no feed delivers is noted") {
    Folder folder;
    folder.change("sanbaod.toml", "outflow = { from = \"/outflow\", unit = \"万元\" }\n", "");
    const auto loaded = load(folder.main());
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->notes.size() == 1);
    CHECK(loaded->notes[0].find("no feed delivers \"outflow\"") != std::string::npos);
}

TEST_CASE("an expired plan is noted when the day is known") {
    Folder folder;
    folder.append(
        "rules.toml", "[calendar.2026]\noff = [2026-01-01]\n[calendar.2027]\noff = [2027-01-01]\n");
    const auto late = load(folder.main(), parse_date("2027-01-01"));
    REQUIRE(late.has_value());
    REQUIRE(late->notes.size() == 1);
    CHECK(late->notes[0].starts_with(
        county + ":16: the plan of 610326 is not in force on 2027-01-01"));
    CHECK(load(folder.main(), parse_date("2026-12-31"))->notes.empty());
}

TEST_CASE("the calendar's days are taken over") {
    Folder folder;
    folder.append("rules.toml", "[calendar.2026]\noff = [2026-01-02]\nwork = [2026-01-04]\n");
    const auto loaded = load(folder.main());
    REQUIRE(loaded.has_value());
    const auto& calendar = loaded->rules->catalogue().calendar;
    CHECK(calendar.covers(2026));
    CHECK_FALSE(calendar.is_workday(*parse_date("2026-01-02")));
    CHECK(calendar.is_workday(*parse_date("2026-01-04")));
    folder.change("rules.toml", "work = [2026-01-04]", "work = [2026-01-02]");
    check_only(folder, "rules.toml:19:9", "2026-01-02 stands twice");
    folder.change("rules.toml", "work = [2026-01-02]", "work = [2036-01-02]");
    check_only(folder, "rules.toml:19:9", "not near 2026");
}

TEST_CASE("a replayed feed drives the clock") {
    Folder folder;
    folder.append("sanbaod.toml", "[clock]\ndriven_by = \"treasury\"\nat = \"09:30\"\n");
    const auto loaded = load(folder.main());
    REQUIRE(loaded.has_value());
    CHECK(loaded->feeds[0].drives_clock);
    CHECK(loaded->replay_time == std::chrono::minutes{570});
    folder.change("sanbaod.toml", "driven_by = \"treasury\"", "driven_by = \"treasure\"");
    check_only(
        folder, "sanbaod.toml:19:13", "unknown feed \"treasure\"; did you mean \"treasury\"?");
}

TEST_CASE("the help text shows every section with type, default and range") {
    const auto text = settings::describe_keys();
    CHECK(text.find("[feed]") != std::string::npos);
    CHECK(text.find("a duration such as \"90s\", 10ms..24h, default 60s") != std::string::npos);
}
