#include <cstdio>

#include "all_headers.inc"

int main() {
  std::puts("pare is installed");
  return 0;
}
