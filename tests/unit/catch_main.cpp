// The one place that includes Catch2's runner (14 s of compile time).
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
