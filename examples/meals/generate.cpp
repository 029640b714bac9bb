/// Draws pictures of cafeteria meals: a folder with one sub-folder per class, or NPY arrays.
#include <atomic>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <mutex>
#include <thread>

#include "arguments.hpp"
#include "image_files.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHelp =
    R"(usage: meals_generate --out DIR [--split train|calib|test] [--count N] [--seed S]
                      [--size PIXELS] [--format jpg|png|npy] [--threads N]

Draws pictures of cafeteria meal trays. Picture i shows class i modulo the number of classes. The
same seed gives the same pixels on every machine, in every format, with any number of threads; no
picture of one split is in another.

  --out DIR        folder to write into; new or empty
  --split NAME     train, calib or test (default test)
  --count N        pictures altogether, 1 to 1000000 (default 800)
  --seed S         0 to 9223372036854775807 (default 1)
  --size PIXELS    side of the square pictures, 16 to 512 (default 96)
  --format FORMAT  jpg, png: DIR/<class>/000000.jpg and so on, and DIR/classes.txt;
                   npy: DIR/x.npy, u8 [N, side, side, 3], and DIR/y.npy, u8 [N] (default jpg)
  --threads N      1 to 256 (default: one per core)
)";

struct Job {
  fs::path out;
  meals::Split split = meals::Split::test;
  std::int64_t count = 0;
  std::uint64_t seed = 0;
  int side = 0;
  std::string format;
  int threads = 1;
};

int label_of(std::int64_t index) {
  return static_cast<int>(index % static_cast<std::int64_t>(meals::kDishes.size()));
}

/// The picture as the camera stores it: what a JPEG file keeps of it.
std::vector<std::uint8_t> photograph(const Job& job, std::int64_t index) {
  return meals::encode_jpeg(meals::draw_meal(job.seed, job.split, static_cast<std::uint64_t>(index),
                                             label_of(index), job.side));
}

/// Calls `draw(i)` once for every i below `count`; the first exception of a thread comes out.
template <class Draw>
void for_each_picture(const Job& job, const Draw& draw) {
  std::atomic<std::int64_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto work = [&] {
    try {
      for (std::int64_t i = next++; i < job.count; i = next++) draw(i);
    } catch (...) {
      const std::scoped_lock lock(guard);
      if (!failure) failure = std::current_exception();
      next = job.count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < job.threads; ++i) others.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

void write_folders(const Job& job) {
  std::vector<std::uint8_t> names;
  for (const meals::Dish& dish : meals::kDishes) {
    fs::create_directories(job.out / dish.name);
    names.insert(names.end(), dish.name.begin(), dish.name.end());
    names.push_back('\n');
  }
  meals::write_file(job.out / "classes.txt", names);
  for_each_picture(job, [&](std::int64_t i) {
    const auto label = static_cast<std::size_t>(label_of(i));
    char name[32];
    std::snprintf(name, sizeof name, "%06d.%s", static_cast<int>(i), job.format.c_str());
    std::vector<std::uint8_t> bytes = photograph(job, i);
    if (job.format == "png") bytes = meals::encode_png(meals::decode_jpeg(bytes));
    meals::write_file(job.out / meals::kDishes[label].name / name, bytes);
  });
}

/// A file of the NPY format, version 1: magic, length of the header, header, values.
std::vector<std::uint8_t> npy_header(const std::string& shape) {
  std::string text = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + shape + "), }";
  text.resize((10 + text.size() + 64) / 64 * 64 - 11, ' ');
  text += '\n';
  std::vector<std::uint8_t> bytes{0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  bytes.push_back(static_cast<std::uint8_t>(text.size() & 255));
  bytes.push_back(static_cast<std::uint8_t>(text.size() >> 8));
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

void write_arrays(const Job& job) {
  fs::create_directories(job.out);
  const std::string n = std::to_string(job.count), side = std::to_string(job.side);
  std::vector<std::uint8_t> x = npy_header(n + ", " + side + ", " + side + ", 3");
  std::vector<std::uint8_t> y = npy_header(n + ",");
  const std::size_t start = x.size(), each = static_cast<std::size_t>(job.side) *
                                             static_cast<std::size_t>(job.side) * 3;
  x.resize(start + static_cast<std::size_t>(job.count) * each);
  for (std::int64_t i = 0; i < job.count; ++i) {
    y.push_back(static_cast<std::uint8_t>(label_of(i)));
  }
  for_each_picture(job, [&](std::int64_t i) {
    const meals::Picture picture = meals::decode_jpeg(photograph(job, i));
    const auto at = static_cast<std::ptrdiff_t>(start + static_cast<std::size_t>(i) * each);
    std::copy(picture.rgb.begin(), picture.rgb.end(), x.begin() + at);
  });
  meals::write_file(job.out / "x.npy", x);
  meals::write_file(job.out / "y.npy", y);
}

meals::Split split_of(const std::string& name) {
  if (name == "train") return meals::Split::train;
  if (name == "calib") return meals::Split::calib;
  if (name == "test") return meals::Split::test;
  throw meals::UsageError("--split must be train, calib or test, got '" + name + "'");
}

Job job_of(const meals::Arguments& a) {
  Job job;
  job.out = a.text("--out", "");
  if (job.out.empty()) throw meals::UsageError("--out is missing");
  job.split = split_of(a.text("--split", "test"));
  job.count = a.integer("--count", 800, 1, 1000000);
  constexpr auto kMostSeed = std::numeric_limits<std::int64_t>::max();
  job.seed = static_cast<std::uint64_t>(a.integer("--seed", 1, 0, kMostSeed));
  job.side = static_cast<int>(a.integer("--size", 96, 16, 512));
  job.format = a.text("--format", "jpg");
  if (job.format != "jpg" && job.format != "png" && job.format != "npy") {
    throw meals::UsageError("--format must be jpg, png or npy, got '" + job.format + "'");
  }
  const unsigned cores = std::max(1U, std::min(256U, std::thread::hardware_concurrency()));
  job.threads = static_cast<int>(a.integer("--threads", cores, 1, 256));
  if (fs::exists(job.out) && !(fs::is_directory(job.out) && fs::is_empty(job.out))) {
    throw std::runtime_error(job.out.string() + " is there already and not an empty folder");
  }
  return job;
}

void generate(const meals::Arguments& arguments) {
  const Job job = job_of(arguments);
  (job.format == "npy" ? write_arrays : write_folders)(job);
  std::cerr << "wrote " << job.count << " pictures to " << job.out.string() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    std::cout << kHelp;
    return 0;
  }
  try {
    generate(
        {argc, argv, {"--out", "--split", "--count", "--seed", "--size", "--format", "--threads"}});
    return 0;
  } catch (const meals::UsageError& error) {
    std::cerr << "error: " << error.what() << "\n\n" << kHelp;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
