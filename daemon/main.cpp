#include "daemon/app/app.hpp"
#include "daemon/tools/tools.hpp"

int main(int argc, char** argv) {
    return sanbao::tools::main(argc, argv, sanbao::app::run);
}
