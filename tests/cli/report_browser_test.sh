#!/usr/bin/env bash
# The report in a browser: its policy lets its own style and script work and nothing else, and the
# script does what it should. Exit 77, which ctest shows as not run, where there is no browser and
# PARE_REQUIRE_BROWSER is not 1.
set -euo pipefail

pare=${1:?usage: report_browser_test.sh PARE}
source=${PARE_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$browser" ]; then
  echo "NOT RUN: no chromium here (tools/install-deps.sh browser)" >&2
  if [ "${PARE_REQUIRE_BROWSER:-0}" = 1 ]; then exit 1; fi
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
# open LANGUAGE PAGE: the document after its scripts ran; what the browser complains about is in log.
open() {
  timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" \
    --lang="$1" --accept-lang="$1" --enable-logging=stderr --v=0 --virtual-time-budget=5000 \
    --dump-dom "file://$2" 2>"$work/log"
}
quiet() {
  if grep -E 'CONSOLE|Content Security Policy' "$work/log"; then fail "$1: the browser complains"; fi
}

"$pare" report "$source/tests/report/records/met.json" -o "$work/page.html" --quiet >/dev/null

for language in en ko; do
  open "$language" "$work/page.html" >"$work/dom.html"
  quiet "$language"
  grep -q "<html lang=\"$language\"" "$work/dom.html" || fail "the page is not shown in $language"
done

# A page with names that would run, were they not escaped.
sed -e 's|birds.onnx|</script><script>document.title=\\"broken\\"</script><img src=x onerror=\\"document.title=1\\">|g' \
  "$source/tests/report/records/met.json" >"$work/hostile.json"
"$pare" report "$work/hostile.json" -o "$work/hostile.html" --quiet >/dev/null
open en "$work/hostile.html" >"$work/dom.html"
quiet "hostile names"
grep -q '<title>broken\|<title>1<\|<img' "$work/dom.html" && fail "a name of the model ran"

# Policy on: a script of someone else is refused. (Shows that the silence above means something.)
sed 's|</body>|<script>document.title="broken"</script></body>|' "$work/page.html" >"$work/other.html"
open en "$work/other.html" >"$work/dom.html"
grep -q 'Content Security Policy' "$work/log" || fail "a foreign script was not refused"
grep -q '<title>broken' "$work/dom.html" && fail "a foreign script ran"

# Policy off, so that a probe can press buttons: it writes what it saw into the title.
cat >"$work/probe.js" <<'JS'
const seen = [];
const check = (what, good) => { if (!good) seen.push(what); };
const visible = (node) => node !== null && getComputedStyle(node).display !== "none";
const english = document.querySelector("h2 [lang=en]");
const korean = document.querySelector("h2 [lang=ko]");
check("starts in English", visible(english) && !visible(korean));
document.querySelector("label[for=language-ko]").click();
check("switches to Korean", !visible(english) && visible(korean));
check("says its language", document.documentElement.lang === "ko");

const panel = document.querySelector("#panel");
const point = document.querySelector(".view-0 .point[data-trial='1']");
point.dispatchEvent(new PointerEvent("pointerenter"));
check("pointer shows the trial", panel.querySelector("h3").textContent === "graph only");
document.querySelector(".view-0 .point[data-trial='2']").focus();
check("focus shows the trial", panel.querySelector("h3").textContent === "16-bit weights");
check("with its recipe", panel.textContent.includes("scheme: fp16"));

check("first plot is shown", visible(document.querySelector(".view-0")));
document.querySelector("label[for=axes-2]").click();
check("other axes on demand",
  visible(document.querySelector(".view-2")) && !visible(document.querySelector(".view-0")));

const table = document.querySelector("#sensitivity table");
const values = () => Array.from(table.tBodies[0].rows, (row) => Number(row.cells[3].dataset.sort));
const rising = (list) => list.every((v, i) => i === 0 || list[i - 1] <= v);
const before = values();
const button = table.tHead.rows[0].cells[3].querySelector("button");
button.click();
check("sorts falling first", rising(values().reverse()) && values().length === before.length);
button.click();
check("then rising", rising(values()));
check("says how it is sorted", button.closest("th").ariaSort === "ascending");

check("offers to save", !document.querySelector("#save-record").hidden &&
  !document.querySelector("#save-recipe").hidden);
check("does not scroll sideways", document.documentElement.scrollWidth <= innerWidth);
document.title = seen.length === 0 ? "all good" : "wrong: " + seen.join("; ");
JS
sed -e 's|<meta http-equiv="Content-Security-Policy"[^>]*>||' \
  -e "s|</body>|<script src=\"probe.js\"></script></body>|" "$work/page.html" >"$work/probed.html"
open en "$work/probed.html" >"$work/dom.html"
quiet probe
grep -q '<title>all good</title>' "$work/dom.html" ||
  fail "$(grep -o '<title>[^<]*' "$work/dom.html" | head -n 1)"
echo "report in $("$browser" --version 2>/dev/null | head -n 1): passed"
