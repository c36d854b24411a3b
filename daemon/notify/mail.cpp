// The words of RFC 5322, 2045 and 2047 that a notice needs.
#include "alerts/text/utf8.hpp"
#include "daemon/io/base64.hpp"
#include "daemon/notify/sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sanbao::notify {

namespace {

constexpr std::size_t header_line_max = 76;  // of lines with encoded words (RFC 2047 §2)
constexpr std::size_t encoded_word_max = 75;
constexpr std::size_t body_line_max = 76;
constexpr std::string_view word_begin = "=?UTF-8?B?";
constexpr std::string_view word_end = "?=";
// '_' is no letter of base64, so no body line can look like this.
constexpr std::string_view boundary = "=_sanbao_alternative_";

bool is_plain(std::string_view text) {
    const auto printable = [](char c) {
        return c >= ' ' && c <= '~';
    };
    return std::ranges::all_of(text, printable) && text.find("=?") == std::string_view::npos
           && !text.starts_with(' ') && !text.ends_with(' ');
}

// Bytes that one encoded word can carry on a line that already has `column` characters.
constexpr std::size_t word_bytes(std::size_t column) {
    const auto columns = std::min(header_line_max - column, encoded_word_max);
    return (columns - word_begin.size() - word_end.size()) / 4 * 3;
}

// The longest beginning of `text` of whole characters and at most `bytes_max` bytes.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const auto next = text::character_bytes(text.substr(bytes));
        if (bytes + next > bytes_max) {
            break;
        }
        bytes += next;
    }
    return text.substr(0, bytes);
}

// Encoded words for a header whose line already has `column` characters. `value` is clean UTF-8.
std::string encoded_words(std::string_view value, std::size_t column) {
    std::string result;
    while (!value.empty()) {
        const auto word = beginning(value, word_bytes(column));
        result += result.empty() ? "" : "\r\n ";
        result += fmt::format("{}{}{}", word_begin, io::to_base64(word), word_end);
        value.remove_prefix(word.size());
        column = 1;
    }
    return result;
}

std::string unstructured(std::string_view value, std::size_t column) {
    return is_plain(value) && column + value.size() <= header_line_max
               ? std::string{value}
               : encoded_words(value, column);
}

// An address or id as it may stand between < and >; settings refuse others long before.
std::string in_brackets(std::string_view text) {
    std::string result{text};
    const auto unfit = [](char c) {
        return c <= ' ' || c > '~'
               || std::string_view{"<>()[],;:\\\""}.find(c) != std::string_view::npos;
    };
    std::ranges::replace_if(result, unfit, '_');
    return result;
}

std::string address_header(
    std::string_view name, std::string_view display, std::string_view address) {
    const auto mailbox = fmt::format("<{}>", in_brackets(address));
    if (display.empty()) {
        return fmt::format("{}: {}\r\n", name, mailbox);
    }
    const auto clean = text::clean(display);
    const auto is_atom = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || c == ' ';
    };
    const auto column = name.size() + 2;
    const bool bare = std::ranges::all_of(clean, is_atom) && is_plain(clean)
                      && column + clean.size() <= header_line_max;
    // Encoding also quotes: "Wang, Li" is one name once it is an encoded word. One word and no
    // more: some readers put a blank between the words of a name.
    const auto shown = bare ? clean : encoded_words(text::cut(clean, word_bytes(column)), column);
    return fmt::format("{}: {}\r\n {}\r\n", name, shown, mailbox);
}

std::string date_text(const Zone& zone, Instant at) {
    constexpr std::array<std::string_view, 7> day_names{
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> month_names{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto date = date_in(zone, at);
    const auto parts = ymd(date);
    const std::chrono::hh_mm_ss time{
        std::chrono::floor<std::chrono::seconds>(at + zone.offset) - Instant{date}};
    const auto offset = std::chrono::abs(zone.offset).count();
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}",
        day_names[std::chrono::weekday{date}.c_encoding()],
        static_cast<unsigned>(parts.day()),
        month_names[static_cast<unsigned>(parts.month()) - 1],
        static_cast<int>(parts.year()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count(),
        zone.offset < std::chrono::minutes{0} ? '-' : '+',
        offset / 60,
        offset % 60);
}

// Line breaks of text parts are CRLF before they are encoded (RFC 2046 §4.1.1).
std::string with_crlf(std::string_view text) {
    std::string result;
    result.reserve(text.size() + text.size() / 32);
    for (const char c : text) {
        result += c == '\n' && !result.ends_with('\r') ? "\r\n" : std::string_view{&c, 1};
    }
    return result;
}

std::string part(std::string_view type, std::string_view content) {
    auto out = fmt::format(
        "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        boundary,
        type);
    const auto body = io::to_base64(with_crlf(content));
    for (std::size_t at = 0; at < body.size(); at += body_line_max) {
        out.append(body, at, body_line_max);
        out += "\r\n";
    }
    return out;
}

}  // namespace

std::string compose_mail(const Stored& message, const ChannelSettings& channel, const Zone& zone) {
    const auto at = channel.from.rfind('@');
    const auto domain = at == std::string::npos ? std::string{"localhost"}
                                                : in_brackets(channel.from.substr(at + 1));
    const auto title = text::clean(message.title);

    std::string out = fmt::format("Date: {}\r\n", date_text(zone, message.queued));
    out += address_header("From", "", channel.from);
    out += address_header("To", message.recipient_name, message.recipient);
    out +=
        fmt::format("Subject: {}\r\n", unstructured(title, std::string_view{"Subject: "}.size()));
    out += fmt::format("Message-ID: <{}@{}>\r\n", in_brackets(message.id), domain);
    if (!message.alert.empty()) {
        // No mail has this id; naming it is what puts the mails of one alert into one thread.
        const auto thread = fmt::format("<{}@{}>", in_brackets(message.alert), domain);
        out += fmt::format("In-Reply-To: {}\r\nReferences: {}\r\n", thread, thread);
    }
    out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
    out +=
        fmt::format("Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n", boundary);
    out += part("text/plain", message.text);
    out += part("text/html", message.html);
    out += fmt::format("--{}--\r\n", boundary);
    return out;
}

}  // namespace sanbao::notify
