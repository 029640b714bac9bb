/// Draws pictures of cafeteria meals into a folder with one sub-folder per class.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>

#include "arguments.hpp"
#include "image_files.hpp"

namespace {

constexpr std::string_view kHelp =
    R"(usage: meals_generate --out DIR [--per-class N] [--seed S] [--size PIXELS] [--format png|jpg]

Draws pictures of cafeteria meal trays: DIR/<class>/00000.png and so on. The same seed gives the
same pictures on every machine.

  --out DIR        folder to write into; made when missing
  --per-class N    pictures of each class, 1 to 100000 (default 100)
  --seed S         0 to 9223372036854775807 (default 1)
  --size PIXELS    side of the square pictures, 16 to 512 (default 64)
  --format FORMAT  png, or jpg of quality 92 (default png)
)";

void generate(const meals::Arguments& arguments) {
  const std::filesystem::path out = arguments.text("--out", "");
  if (out.empty()) throw meals::UsageError("--out is missing");
  const auto count = arguments.integer("--per-class", 100, 1, 100000);
  const auto seed = arguments.integer("--seed", 1, 0, std::numeric_limits<std::int64_t>::max());
  const auto side = static_cast<int>(arguments.integer("--size", 64, 16, 512));
  const std::string format = arguments.text("--format", "png");
  if (format != "png" && format != "jpg") {
    throw meals::UsageError("--format must be png or jpg, got '" + format + "'");
  }
  for (std::size_t label = 0; label < meals::kDishes.size(); ++label) {
    const std::filesystem::path folder = out / meals::kDishes[label].name;
    std::filesystem::create_directories(folder);
    for (std::int64_t i = 0; i < count; ++i) {
      const meals::Picture picture =
          meals::draw_meal(static_cast<std::uint64_t>(seed), static_cast<int>(label),
                           static_cast<std::uint64_t>(i), side);
      char name[32];
      std::snprintf(name, sizeof name, "%05d.%s", static_cast<int>(i), format.c_str());
      (format == "png" ? meals::write_png : meals::write_jpeg)(folder / name, picture);
    }
  }
  std::cerr << "wrote " << count * static_cast<std::int64_t>(meals::kDishes.size())
            << " pictures to " << out.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kHelp;
    return 0;
  }
  try {
    generate({argc, argv, {"--out", "--per-class", "--seed", "--size", "--format"}});
    return 0;
  } catch (const meals::UsageError& error) {
    std::cerr << "error: " << error.what() << "\n\n" << kHelp;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
