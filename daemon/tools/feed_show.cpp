// `feed show`: the raw bytes behind a figure. Needs no daemon.
#include "daemon/store/evidence.hpp"
#include "daemon/tools/commands.hpp"
#include "daemon/tools/tools.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace sanbao::tools {

namespace json = boost::json;

namespace {

void put_info(
    const Options& options,
    const store::Evidence::Found& found,
    std::size_t bytes,
    const Look& look) {
    const bool kept_long = found.retention == store::Retention::long_term;
    if (options.json) {
        const json::object out{
            {"digest", found.digest},
            {"bytes", bytes},
            {"packed_bytes", found.packed_bytes},
            {"class", kept_long ? "long" : "short"},
            {"path", found.path.native()}};
        put(json::serialize(out) + "\n");
        return;
    }
    put(fmt::format("SHA-256 {}\n", found.digest));
    put(look.say.format(
        "{}字节（压缩后{}），{}\n{}\n",
        "{} bytes ({} compressed), {}\n{}\n",
        bytes,
        found.packed_bytes,
        kept_long ? look.say("长期保存（十年）", "kept for ten years")
                  : look.say("短期保存（183天）", "kept for 183 days"),
        found.path.native()));
}

}  // namespace

int feed_show(const Options& options, const std::string& digest, bool info) {
    const auto settings = load_settings(options);
    if (!settings) {
        return exit_found;
    }
    const store::Evidence evidence{settings->evidence};
    const auto found = evidence.find(digest);
    if (!found) {
        complain(found.error().message);
        return exit_found;
    }
    const auto bytes = evidence.get(*found);
    if (!bytes) {
        complain(bytes.error().message);
        return exit_found;
    }
    if (info) {
        put_info(options, *found, bytes->size(), make_look(options, language_of(*settings)));
    } else {
        put(*bytes);
    }
    return exit_ok;
}

}  // namespace sanbao::tools
