#include "alerts/base/rational.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <catch2/catch.hpp>

#include <random>
#include <utility>

using namespace sanbao;
using boost::multiprecision::cpp_int;

namespace {

constexpr Int128 one_128 = 1;
constexpr Int128 largest = (((one_128 << 126) - 1) << 1) + 1;

Rational fraction(Int128 numerator, Int128 denominator) {
    return Rational::make(numerator, denominator).value();
}

cpp_int wide(Int128 value) {
    const bool negative = value < 0;
    const Int128 magnitude = negative ? -value : value;
    cpp_int result = static_cast<std::uint64_t>(magnitude >> 64);
    result = (result << 64) + static_cast<std::uint64_t>(magnitude);
    return negative ? cpp_int{-result} : result;
}

// Numbers of every width from 1 to 127 bits, so that both the fast and the slow paths are met.
class Numbers {
  public:
    explicit Numbers(unsigned seed) : random_(seed) {}

    Int128 magnitude(int bits_max) {
        const auto bits = std::uniform_int_distribution<int>{1, bits_max}(random_);
        const auto high = static_cast<Int128>(random_() >> 1) << 64;
        return (high | static_cast<Int128>(random_())) >> (127 - bits);
    }
    Rational rational(int bits_max) {
        const auto top = magnitude(bits_max);
        return fraction((random_() & 1) != 0 ? top : -top, magnitude(bits_max) | 1);
    }

  private:
    std::mt19937_64 random_;
};

// Whether `result` is exactly top / bottom, in lowest terms with a positive denominator.
bool is_exactly(const Rational& result, const cpp_int& top, const cpp_int& bottom) {
    const auto n = wide(result.numerator());
    const auto d = wide(result.denominator());
    return d > 0 && gcd(n, d) == 1 && n * bottom == top * d;
}

}  // namespace

TEST_CASE("a fraction is kept in lowest terms with a positive denominator") {
    CHECK(to_fraction(fraction(6, -8)) == "-3/4");
    CHECK(to_fraction(fraction(-6, -3)) == "2");
    CHECK(to_fraction(fraction(0, -5)) == "0");
    CHECK(fraction(2, 4) == fraction(1, 2));
    CHECK_FALSE(Rational::make(1, 0));
}

TEST_CASE("3,599/12,000 is below 0.30 although it prints as 0.30") {
    const auto value = fraction(3'599, 12'000);
    CHECK(value < fraction(30, 100));
    CHECK(to_decimal(value, 2) == "0.30");
    CHECK(to_fraction(value) == "3599/12000");
}

TEST_CASE("division by zero gives nothing") {
    CHECK_FALSE(divide(Rational{1}, Rational{0}));
}

TEST_CASE("arithmetic agrees with arbitrary precision wherever it answers") {
    Numbers numbers{20'261'123};
    int answered = 0;
    int refused = 0;
    for (int i = 0; i < 30'000; ++i) {
        const auto bits = i % 2 == 0 ? 60 : 127;
        const auto a = numbers.rational(bits);
        const auto b = numbers.rational(bits);
        const auto an = wide(a.numerator());
        const auto ad = wide(a.denominator());
        const auto bn = wide(b.numerator());
        const auto bd = wide(b.denominator());
        const auto check =
            [&](const std::optional<Rational>& got, const cpp_int& top, const cpp_int& bottom) {
                got ? ++answered : ++refused;
                return !got || is_exactly(*got, top, bottom);
            };
        REQUIRE(check(add(a, b), an * bd + bn * ad, ad * bd));
        REQUIRE(check(subtract(a, b), an * bd - bn * ad, ad * bd));
        REQUIRE(check(multiply(a, b), an * bn, ad * bd));
        if (bn != 0) {
            REQUIRE(check(divide(a, b), an * bd, ad * bn));
        }
    }
    CHECK(answered > 60'000);
    CHECK(refused > 1'000);  // the overflow paths were met too
}

TEST_CASE("a product is refused only when it does not fit") {
    Numbers numbers{7};
    const auto limit = wide(largest);
    for (int i = 0; i < 20'000; ++i) {
        const auto a = numbers.rational(127);
        const auto b = numbers.rational(127);
        cpp_int top = wide(a.numerator()) * wide(b.numerator());
        cpp_int bottom = wide(a.denominator()) * wide(b.denominator());
        const cpp_int common = gcd(top, bottom);
        top /= common;
        bottom /= common;
        REQUIRE(multiply(a, b).has_value() == (abs(top) <= limit && bottom <= limit));
    }
}

TEST_CASE("comparison is exact for all values, however wide") {
    Numbers numbers{42};
    for (int i = 0; i < 50'000; ++i) {
        const auto a = numbers.rational(i % 3 == 0 ? 40 : 127);
        const auto b = numbers.rational(i % 5 == 0 ? 40 : 127);
        const cpp_int left = wide(a.numerator()) * wide(b.denominator());
        const cpp_int right = wide(b.numerator()) * wide(a.denominator());
        REQUIRE((a < b) == (left < right));
        REQUIRE((a > b) == (left > right));
        REQUIRE((a == b) == (left == right));
    }
}

TEST_CASE("neighbours at the edge of the range are told apart") {
    const auto below = fraction(largest - 1, largest);
    const auto above = fraction(largest, largest - 1);
    CHECK(below < above);
    CHECK(negate(above) < negate(below));
    CHECK(fraction(largest - 2, largest - 1) < below);
    CHECK(fraction(-largest, 2) < fraction(-largest + 2, 2));
    CHECK(negate(below) < below);
}

TEST_CASE("the range is symmetric: the smallest 128-bit integer is refused") {
    const Int128 smallest = -largest - 1;
    CHECK_FALSE(Rational::make(smallest, 1));
    CHECK_FALSE(Rational::make(1, smallest));
    CHECK(Rational::make(smallest, 2));
    CHECK_FALSE(add(fraction(largest, 1), Rational{1}));
    CHECK_FALSE(subtract(fraction(-largest, 1), Rational{1}));
    CHECK(add(fraction(largest, 1), Rational{-1}) == fraction(largest - 1, 1));
}

TEST_CASE("decimals for people are rounded half away from zero") {
    const std::vector<std::tuple<Rational, int, std::string>> cases{
        {fraction(1, 8), 2, "0.13"},
        {fraction(-1, 8), 2, "-0.13"},
        {fraction(1, 3), 4, "0.3333"},
        {fraction(2, 3), 0, "1"},
        {fraction(1, 2), 0, "1"},
        {fraction(-1, 2), 0, "-1"},
        {fraction(999'999, 1'000), 2, "1000.00"},
        {fraction(-1, 1'000), 2, "0.00"},
        {Rational{7}, 3, "7.000"},
        {fraction(5, 100), 9, "0.050000000"},
        {fraction(largest - 1, largest), 9, "1.000000000"},
    };
    for (const auto& [value, digits, text] : cases) {
        CHECK(to_decimal(value, digits) == text);
    }
}

TEST_CASE("a stored fraction reads back, and no other spelling does") {
    Numbers numbers{3};
    for (int i = 0; i < 5'000; ++i) {
        const auto value = numbers.rational(127);
        REQUIRE(from_fraction(to_fraction(value)) == value);
    }
    for (const auto* text :
         {"",
          "-",
          "/",
          "1/",
          "/2",
          "2/4",
          "1/0",
          "+1",
          "007",
          "-0",
          "1/-2",
          " 1",
          "1.5",
          "4/1",
          "1/2/3",
          "170141183460469231731687303715884105728"}) {
        CAPTURE(text);
        CHECK_FALSE(from_fraction(text));
    }
}
