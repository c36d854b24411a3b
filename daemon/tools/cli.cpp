// The command line: the only file that includes CLI11.
#include "daemon/settings/settings.hpp"
#include "daemon/tools/commands.hpp"
#include "daemon/tools/tools.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <functional>
#include <string>

namespace sanbao::tools {

namespace {

namespace json = boost::json;

using Run = std::function<int(const std::filesystem::path& config)>;

constexpr auto footer =
    "\nOptions of every command: --config FILE, --socket PATH, --json, --lang zh|en.\n"
    "Exit codes: 0 done, 1 a check found something or the daemon is not there, 2 wrong usage or "
    "settings\nthat run refuses, 75 another process owns the store.";

class Program {
  public:
    explicit Program(const Run& run) : run_(run) {
        app_.require_subcommand(1);
        app_.fallthrough();  // options of the program are known behind the command too
        app_.footer(footer);
        add_options();
        add_service();
        add_views();
        add_plan();
        add_filing();
        add_help();
    }

    int main(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {  // CLI11 knows no other way
            return app_.exit(error) == 0 ? exit_ok : exit_usage;
        }
        return act_();
    }

  private:
    void add_options() {
        options_.config = "/etc/sanbaod/sanbaod.toml";
        app_.add_option("--config", options_.config, "the main settings file")
            ->envname("SANBAOD_CONFIG")
            ->capture_default_str();
        app_.add_option("--socket", options_.socket, "control socket; default: of the settings")
            ->envname("SANBAOD_SOCKET");
        app_.add_option("--lang", options_.lang, "zh or en; default: of LANG, else of the settings")
            ->check(CLI::IsMember({"zh", "en"}));
        app_.add_flag("--json", options_.json, "print JSON");
    }

    // A command that does `act`.
    CLI::App* add(
        CLI::App& under,
        const std::string& name,
        const std::string& help,
        std::function<int()> act) {
        auto* command = under.add_subcommand(name, help);
        command->callback([this, act = std::move(act)] { act_ = act; });
        return command;
    }

    void add_service() {
        add(app_, "run", "the service, in the foreground", [this] {
            return run_(options_.config);
        });
        add(app_, "check", "all mistakes of the settings at once", [this] {
            return check(options_);
        });
        auto* feed = app_.add_subcommand("feed", "try out a feed, or see what it sent")
                         ->require_subcommand(1);
        auto* test =
            add(*feed,
                "test",
                "fetch it once, or read files, and show what was understood; nothing is stored",
                [this] { return feed_test(options_, feed_test_); });
        test->add_option("NAME", feed_test_.feed, "of the feed")->required();
        test->add_option(
            "--file", feed_test_.files, "read this instead; several are the pages of one answer");
        test->add_flag("--all", feed_test_.all, "show every figure");
        auto* show = add(*feed, "show", "print a raw body that was kept as evidence", [this] {
            return feed_show(options_, name_, all_);
        });
        show->add_option("DIGEST", name_, "its SHA-256, or the first 8 and more digits")
            ->required();
        show->add_flag("--info", all_, "its size, class and path instead");
        add_held(*feed);
        add(app_, "reload", "make the running daemon read its settings again", [this] {
            return reload(options_);
        });
    }

    // What is held back, and a person's decision about it.
    void add_held(CLI::App& feed) {
        add(feed, "held", "batches that are held back, and why", [this] {
            return feed_held(options_);
        });
        for (const auto& [name, help] :
             {std::pair{"release", "take a held batch after all"},
              std::pair{"discard", "throw a held batch away"}}) {
            auto* command = add(feed, name, help, [this, act = std::string{name}] {
                return feed_settle(
                    options_, act, {{"digest", name_}, {"by", by_}, {"reason", reason_}});
            });
            command->add_option("DIGEST", name_, "as feed held shows it")->required();
            command->add_option("--by", by_, "id of the person who decides")->required();
            command->add_option("--reason", reason_, "why; goes on record")->required();
        }
    }

    void add_views() {
        add(app_, "status", "what stands now", [this] { return status(options_); });
        add(app_, "alerts", "open risks, worst first", [this] {
            return alerts(options_, all_);
        })->add_flag("--all", all_, "also those that stand at normal");
        auto* alert = app_.add_subcommand("alert", "one alert")->require_subcommand(1);
        add(*alert,
            "show",
            "an alert and who was told",
            [this] { return alert_show(options_, name_); })
            ->add_option("ID", name_, "as messages name it")
            ->required();
        auto* why =
            add(app_,
                "explain",
                "why a county stands as it does, and why somebody was told or not",
                [this] { return explain(options_, county_, name_); });
        add_county(*why);
        why->add_option("INDICATOR", name_, "id or name; default: all risk indicators");
    }

    void add_county(CLI::App& command) {
        command.add_option("COUNTY", county_, "id, code or name")->required();
    }

    // An act on a plan; `number` is the name of the whole number that it takes, or null.
    CLI::App* add_act(CLI::App& plan, const char* name, const char* help, const char* number) {
        auto* command = add(plan, name, help, [this, act = std::string{name}, number] {
            json::object form{{"county", county_}, {"by", by_}};
            if (number != nullptr) {
                form[number] = number_;
            }
            for (const auto& [key, value] :
                 {std::pair{"doc_no", &doc_no_}, {"evidence", &evidence_}, {"waive", &waive_}}) {
                if (!value->empty()) {
                    form[key] = *value;
                }
            }
            return plan_act(options_, act, form);
        });
        add_county(*command);
        if (number != nullptr) {
            command->add_option(number, number_, "as plan show counts them")->required();
        }
        command->add_option("--by", by_, "id of the person who does it")->required();
        return command;
    }

    void add_plan() {
        auto* plan = app_.add_subcommand("plan", "a county's contingency plan");
        plan->require_subcommand(1);
        add_county(*add(*plan, "show", "its state, steps and due times", [this] {
            return plan_show(options_, county_);
        }));
        add_act(*plan, "activate", "activate a proposed plan", nullptr)
            ->add_option("--doc-no", doc_no_, "number of the document that says so");
        auto* step = add_act(*plan, "step", "a step is done, or waived", "seq");
        auto* evidence = step->add_option("--evidence", evidence_, "document that proves it");
        step->add_option("--waive", waive_, "why it is not done")->excludes(evidence);
        add_act(*plan, "report", "a report has been sent", "index");
        add_act(*plan, "end", "end an active plan", nullptr);
    }

    void add_filing() {
        auto* file =
            add(app_, "file", "file a county's figures by hand", [this] { return this->file(); });
        file->add_option("FEED", name_, "name of the feed")->required();
        file->add_option("--county", county_, "id, code or name")->required();
        file->add_option("--date", date_, "of the figures: 2026-03-31")->required();
        file->add_option("--by", by_, "id of the person who files")->required();
        file->add_option("FIGURES", words_, "item=value, in the units of the feed's settings")
            ->required();
        add(app_, "filings", "filings that wait for their second person", [this] {
            return filings(options_);
        });
        auto* filing = app_.add_subcommand("filing", "decide about a filing that waits");
        filing->require_subcommand(1);
        add_decision(*filing, "confirm", "its figures are right: take them; never by who filed it");
        add_decision(*filing, "return", "send it back to who filed it")
            ->add_option("--reason", reason_, "what is wrong with it")
            ->required();
        add(app_, "duties", "what each county owes by when (定期报告)", [this] {
            return duties(options_, county_);
        })->add_option("--county", county_, "id, code or name; default: all");
    }

    CLI::App* add_decision(CLI::App& filing, const char* name, const char* help) {
        auto* command = add(filing, name, help, [this, act = std::string{name}] {
            json::object form{{"id", name_}, {"by", by_}};
            if (!reason_.empty()) {
                form["reason"] = reason_;
            }
            return filing_act(options_, act, form);
        });
        command->add_option("ID", name_, "as filings lists it")->required();
        command->add_option("--by", by_, "id of the person who decides")->required();
        return command;
    }

    int file() {
        json::object values;
        for (const auto& word : words_) {
            const auto split = word.find('=');
            if (split == std::string::npos || split == 0) {
                complain(fmt::format("'{}' is no item=value", word));
                return exit_usage;
            }
            if (!values.emplace(word.substr(0, split), word.substr(split + 1)).second) {
                complain(fmt::format("'{}' stands twice", word.substr(0, split)));
                return exit_usage;
            }
        }
        return tools::file(
            options_,
            {{"feed", name_},
             {"county", county_},
             {"date", date_},
             {"by", by_},
             {"values", std::move(values)}});
    }

    void add_help() {
        add(app_,
            "help",
            "of the program, of a command, or of all settings (help settings)",
            [this] { return help(); })
            ->add_option("COMMAND", words_, "such as: plan step");
        add(app_, "version", "of this program", [this] {
            put(options_.json ? fmt::format("{{\"version\":\"{}\"}}\n", SANBAO_VERSION)
                              : fmt::format("sanbaod {}\n", SANBAO_VERSION));
            return exit_ok;
        });
    }

    int help() {
        if (words_ == std::vector<std::string>{"settings"}) {
            put(settings::describe_keys());
            return exit_ok;
        }
        CLI::App* command = &app_;
        std::string above;  // "sanbaod plan" of "sanbaod plan step"
        for (const auto& word : words_) {
            above += (above.empty() ? "" : " ") + command->get_name();
            const auto named = command->get_subcommands(
                [&word](const CLI::App* one) { return one->get_name() == word; });
            if (named.empty()) {
                complain(fmt::format("no command '{} {}'; see sanbaod help", above, word));
                return exit_usage;
            }
            command = named.front();
        }
        put(command->help(above));
        return exit_ok;
    }

    const Run& run_;
    CLI::App app_{
        "sanbaod watches the finances of counties and tells people when one drifts into danger.",
        "sanbaod"};
    Options options_;
    std::function<int()> act_;
    std::string name_, county_, by_, doc_no_, evidence_, waive_, date_, reason_;
    std::vector<std::string> words_;
    FeedTest feed_test_;
    int number_ = 0;
    bool all_ = false;
};

}  // namespace

int main(int argc, char** argv, const Run& run) {
    return Program{run}.main(argc, argv);
}

}  // namespace sanbao::tools
