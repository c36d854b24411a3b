#include "alerts/base/assert.hpp"
#include "alerts/text/utf8.hpp"
#include "daemon/notify/sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace sanbao::notify {

namespace {

using core::Outcome;

constexpr std::size_t answer_bytes_max = 500;
constexpr Millis retry_after_min{1'000};
constexpr Millis retry_after_max{3'600'000};

Outcome outcome_of_http(int status) {
    if (status >= 200 && status < 300) {
        return Outcome::delivered;
    }
    if (status == 410) {
        return Outcome::gone;
    }
    const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
    return later ? Outcome::later : Outcome::refused;
}

Outcome outcome_of_smtp(int status) {
    if (status == 250) {
        return Outcome::delivered;
    }
    // 2xx other than 250 is not an answer to DATA: the dialogue went astray, so ask again.
    return status >= 500 && status < 600 ? Outcome::refused : Outcome::later;
}

Outcome outcome_of(io::TransferProblem problem) {
    using io::TransferProblem;
    switch (problem) {
        case TransferProblem::bad_request:
        case TransferProblem::redirect:
        case TransferProblem::denied:
            return Outcome::refused;
        case TransferProblem::unreachable:
        case TransferProblem::timed_out:
        case TransferProblem::tls:
        case TransferProblem::too_large:
        case TransferProblem::bad_encoding:
        case TransferProblem::truncated:
        case TransferProblem::later:
            return Outcome::later;
    }
    SANBAO_ASSERT(false);
}

// The status is an answer to us only where the answer is the problem; elsewhere it is the reply to
// an earlier command (220 at a failed handshake).
bool status_counts(io::TransferProblem problem) {
    using io::TransferProblem;
    return problem == TransferProblem::denied || problem == TransferProblem::later
           || problem == TransferProblem::redirect;
}

std::optional<int> number(std::string_view digits) {
    int value = 0;
    const auto* end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value);
    const bool whole = problem == std::errc{} && stop == end && !digits.starts_with('-');
    return whole ? std::optional{value} : std::nullopt;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that RFC 9110 lets servers write.
std::optional<Instant> http_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> month_names{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::size_t length = 29;
    const bool shaped = text.size() == length && text.substr(3, 2) == ", " && text[7] == ' '
                        && text[11] == ' ' && text[16] == ' ' && text[19] == ':' && text[22] == ':'
                        && text.substr(25) == " GMT";
    if (!shaped) {
        return std::nullopt;
    }
    const auto day = number(text.substr(5, 2));
    const auto year = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2));
    const auto minute = number(text.substr(20, 2));
    const auto second = number(text.substr(23, 2));
    const auto month = std::ranges::find(month_names, text.substr(8, 3));
    if (!day || !year || !hour || !minute || !second || month == month_names.end()) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year{*year},
        std::chrono::month{static_cast<unsigned>(month - month_names.begin()) + 1},
        std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) {
        return std::nullopt;
    }
    return Instant{Date{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute}
           + std::chrono::seconds{*second};
}

std::optional<Millis> retry_after(const io::Response& response, Instant now) {
    const auto* written = response.header("retry-after");
    if (written == nullptr) {
        return std::nullopt;
    }
    const bool digits =
        !written->empty() && written->find_first_not_of("0123456789") == std::string::npos;
    if (digits) {
        // More seconds than an int holds are more than an hour.
        const auto seconds = number(*written);
        const auto wait = seconds ? Millis{std::chrono::seconds{*seconds}} : retry_after_max;
        return std::clamp(wait, retry_after_min, retry_after_max);
    }
    const auto until = http_date(*written);
    return until ? std::optional{std::clamp(*until - now, retry_after_min, retry_after_max)}
                 : std::nullopt;
}

}  // namespace

core::AttemptSettled settle(
    const std::string& message,
    ChannelKind kind,
    const io::TransferResult<io::Response>& answer,
    Instant now) {
    core::AttemptSettled result;
    result.message = message;
    if (!answer) {
        const auto& error = answer.error();
        result.outcome = outcome_of(error.problem);
        result.code = status_counts(error.problem) ? error.status : 0;
        result.answer = text::cut(text::clean(error.message), answer_bytes_max);
        return result;
    }
    const bool http = kind == ChannelKind::webhook;
    result.outcome = http ? outcome_of_http(answer->status) : outcome_of_smtp(answer->status);
    result.code = answer->status;
    result.answer = text::cut(
        text::clean(fmt::format(
            "{} {}{}{}",
            http ? "HTTP" : "SMTP",
            answer->status,
            answer->body.empty() ? "" : ": ",
            std::string_view{answer->body}.substr(0, 4 * answer_bytes_max))),
        answer_bytes_max);
    if (http && result.outcome != Outcome::delivered && result.outcome != Outcome::gone) {
        result.retry_after = retry_after(*answer, now);
    }
    return result;
}

}  // namespace sanbao::notify
