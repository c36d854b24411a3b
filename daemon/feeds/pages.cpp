#include "daemon/feeds/pages.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace sanbao::feeds {

namespace urls = boost::urls;

namespace {

// The text or number that `pointer` names; nullopt for null and for nothing.
Result<std::optional<std::string>> told(const std::string& page, const std::string& pointer) {
    using simdjson::error_code;
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::value value;
    const auto broken = [&pointer](error_code code) {
        return invalid(fmt::format(
            "{} cannot be looked up in the page: {}", pointer, simdjson::error_message(code)));
    };
    auto bytes = std::string_view{page};
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        bytes.remove_prefix(3);
    }
    const auto capacity = page.capacity() - (page.size() - bytes.size());
    if (const auto code = parser.iterate(bytes, capacity).get(document)) {
        return broken(code);
    }
    if (const auto code = document.at_pointer(pointer).get(value)) {
        const auto absent = code == simdjson::NO_SUCH_FIELD || code == simdjson::INDEX_OUT_OF_BOUNDS
                            || code == simdjson::INCORRECT_TYPE
                            || code == simdjson::INVALID_JSON_POINTER;
        return absent ? Result<std::optional<std::string>>{std::nullopt} : broken(code);
    }
    simdjson::ondemand::json_type type{};
    if (const auto code = value.type().get(type)) {
        return broken(code);
    }
    std::string_view text;
    switch (type) {
        case simdjson::ondemand::json_type::null:
            return std::optional<std::string>{};
        case simdjson::ondemand::json_type::string:
            if (const auto code = value.get_string().get(text)) {
                return broken(code);
            }
            return std::optional{std::string{text}};
        case simdjson::ondemand::json_type::number:
            text = value.raw_json_token();
            return std::optional{std::string{text.substr(0, text.find_last_not_of(" \t\r\n") + 1)}};
        case simdjson::ondemand::json_type::boolean:
        case simdjson::ondemand::json_type::array:
        case simdjson::ondemand::json_type::object:
            break;
    }
    return invalid(fmt::format("{} of the page is neither a text nor a number", pointer));
}

bool same_host(const urls::url_view& one, const urls::url_view& other) {
    return one.scheme() == other.scheme() && one.encoded_host() == other.encoded_host()
           && one.port() == other.port() && !other.has_userinfo();
}

// Everything but letters, digits and -._~ as %XX.
std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                           || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
                           || c == '~';
        out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

// The name of "name=value" with its %XX read, so that "page[n]" and "page%5Bn%5D" are one.
std::string name_of(std::string_view parameter) {
    const auto name = parameter.substr(0, parameter.find('='));
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        unsigned byte = 0;
        const auto digits = name.substr(i + 1, 2);
        if (name[i] == '%' && digits.size() == 2
            && std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr
                   == digits.data() + 2) {
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += name[i];
        }
    }
    return out;
}

std::vector<std::string> split_query(std::string_view query) {
    std::vector<std::string> parameters;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        if (end > 0) {
            parameters.emplace_back(query.substr(0, end));
        }
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return parameters;
}

// The address with these parameters ("name=value", encoded) instead of its own of the same names.
std::string with_parameters(std::string_view url, const std::vector<std::string>& wanted) {
    const auto mark = std::min(url.find('?'), url.size());
    auto parameters = split_query(url.substr(std::min(mark + 1, url.size())));
    std::erase_if(parameters, [&wanted](const std::string& one) {
        return std::ranges::any_of(
            wanted, [&one](const auto& other) { return name_of(one) == name_of(other); });
    });
    parameters.insert(parameters.end(), wanted.begin(), wanted.end());
    return fmt::format("{}?{}", url.substr(0, mark), fmt::join(parameters, "&"));
}

}  // namespace

PageWalk::PageWalk(const FeedSettings& feed) : feed_(feed), address_(feed.url) {
    seen_.insert(address_);
}

Result<bool> PageWalk::turn(const std::string& page) {
    const auto& paging = feed_.paging;
    if (!paging.pages.empty()) {
        return count_on(page);
    }
    const auto& pointer = paging.next.empty() ? paging.cursor : paging.next;
    if (pointer.empty()) {
        return false;
    }
    const auto said = told(page, pointer);
    if (!said) {
        return said.error();
    }
    if (!*said || (*said)->empty()) {
        return false;
    }
    return paging.next.empty() ? set_parameter(paging.cursor_parameter, **said) : follow(**said);
}

Result<bool> PageWalk::count_on(const std::string& page) {
    const auto said = told(page, feed_.paging.pages);
    if (!said) {
        return said.error();
    }
    const auto text = said->value_or("");
    std::int64_t count = 0;
    const auto* const end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, count);
        read.ec != std::errc{} || read.ptr != end || count < 0) {
        return invalid(
            fmt::format("{} says \"{}\", which is no number of pages", feed_.paging.pages, text));
    }
    if (count_ && *count_ != count) {
        return invalid(fmt::format(
            "there were {} pages and are {} now: the answer changed while it was read; it is "
            "fetched again",
            *count_,
            count));
    }
    count_ = count;
    return number_ >= count
               ? Result<bool>{false}
               : set_parameter(feed_.paging.page_parameter, std::to_string(number_ + 1));
}

// An address, whole or relative to this page's, or parameters that replace those of the feed's:
// "&page%5Bnumber%5D=2&page%5Bsize%5D=100".
Result<bool> PageWalk::follow(std::string_view said) {
    const auto wrong = [said] {
        return invalid(fmt::format("\"{}\" is no address of a next page", said));
    };
    if (said.starts_with('&')) {
        return go_to(with_parameters(feed_.url, split_query(said)));
    }
    const auto reference = urls::parse_uri_reference({said.data(), said.size()});
    if (!reference) {
        return wrong();
    }
    const auto here = urls::parse_uri(address_);
    urls::url address;
    if (!here || !urls::resolve(*here, *reference, address)) {
        return wrong();
    }
    return go_to(std::string{address.buffer()});
}

Result<bool> PageWalk::set_parameter(const std::string& name, const std::string& value) {
    return go_to(with_parameters(feed_.url, {fmt::format("{}={}", encoded(name), encoded(value))}));
}

Result<bool> PageWalk::go_to(std::string address) {
    const auto first = urls::parse_uri(feed_.url);
    const auto next = urls::parse_uri(address);
    if (!first || !next) {
        return invalid(fmt::format("\"{}\" is no address of a next page", address));
    }
    if (!same_host(*first, *next)) {
        return invalid(fmt::format(
            "the next page is at {}, which is another host than the feed's: pages are fetched "
            "from there only",
            address));
    }
    if (!seen_.insert(address).second) {
        return invalid(fmt::format(
            "the next page is {}, which was there before: the source sends us round in circles",
            address));
    }
    if (++number_ > limits::feed_pages_max) {
        return invalid(fmt::format(
            "the answer has more than {} pages: ask the source for longer ones",
            limits::feed_pages_max));
    }
    address_ = std::move(address);
    return true;
}

}  // namespace sanbao::feeds
