#include "search/pareto.hpp"

#include <algorithm>

namespace pare {
namespace {

bool dominates(const Trial& a, const Trial& b) {
  const bool no_worse = a.accuracy.value >= b.accuracy.value && a.bytes <= b.bytes &&
                        a.latency.median_ms <= b.latency.median_ms;
  const bool better = a.accuracy.value > b.accuracy.value || a.bytes < b.bytes ||
                      a.latency.median_ms < b.latency.median_ms;
  return no_worse && better;
}

}  // namespace

void mark_pareto(std::vector<Trial>& trials) {
  for (Trial& t : trials) {
    t.pareto = t.status == Trial::Status::measured &&
               std::none_of(trials.begin(), trials.end(), [&](const Trial& other) {
                 return other.status == Trial::Status::measured && dominates(other, t);
               });
  }
}

}  // namespace pare
