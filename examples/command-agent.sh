#!/bin/sh
# A command-line "agent" without any model, to try the `command` adapter:
#
#   AGENT=command AGENT_COMMAND=/path/to/examples/command-agent.sh gsw worker
#
# It is given its task on standard input, works in the current directory (a checkout of the branch), commits, and
# prints its answer. What kind of task it is, a line `<!-- gsw-task: KIND -->` in the prompt says.
set -eu

prompt=$(cat)

# The text between <name> and </name>.
tag() {
  printf '%s\n' "$prompt" | PROMPT_TAG="$1" node -e '
    const text = require("node:fs").readFileSync(0, "utf8");
    const name = process.env.PROMPT_TAG;
    const start = text.indexOf(`<${name}>`);
    const end = text.indexOf(`</${name}>`, start);
    if (start >= 0 && end >= 0) process.stdout.write(text.slice(start + name.length + 2, end).trim() + "\n");'
}

kind=$(printf '%s\n' "$prompt" | sed -n 's/.*<!-- gsw-task: \([a-z]*\) -->.*/\1/p' | head -n 1)
step=$(tag step | head -n 1)
step=${step:-The step}

# Names of the files of the task, one per line, without bullets and backticks.
files() {
  tag files | sed 's/^[-* ]*//; s/`//g' | grep -v -e '^$' -e '^/' -e '\.\.' || true
}

add_to() {
  mkdir -p "$(dirname "$1")"
  case "$1" in
    *.md) printf '\n## %s\n\n%s\n' "$step" "$2" >>"$1" ;;
    *.json) [ -s "$1" ] || printf '{ "note": "%s" }\n' "$(printf '%s' "$step" | tr -d '"\\')" >"$1" ;;
    *.js | *.ts | *.go | *.java | *.rs) printf '// %s: %s\n' "$step" "$2" >>"$1" ;;
    *) printf '# %s: %s\n' "$step" "$2" >>"$1" ;;
  esac
}

commit() {
  git add --all
  git diff --cached --quiet || git commit --quiet -m "$1"
}

case "$kind" in
  decompose)
    tag requirement | node -e '
      const text = require("node:fs").readFileSync(0, "utf8");
      const title = (/^#+\s*(.+)$/m.exec(text) ?? [, text.trim().split("\n")[0]])[1];
      const items = [...text.matchAll(/^(?:[-*]|\d+[.)])\s+(.+)$/gm)].map((match) => match[1]).slice(0, 6);
      const names = (items.length ? items : [title]).map((item) => item.split(/[:.]\s/)[0].replace(/[*`]/g, "").slice(0, 60));
      const steps = names.map((name, index) => {
        const named = [...(items[index] ?? "").matchAll(/`([\w-]+(?:\/[\w.-]+)*\.\w+)`/g)].map((match) => match[1]);
        const files = named.length ? named : [`docs/step-${index + 1}.md`];
        return {
          name: names.indexOf(name) === index ? name : `${name} (${index + 1})`,
          description: items[index] ?? title,
          acceptance_criteria: files.map((file) => `${file} exists`),
          files,
          depends_on: index === 0 ? [] : [names[0]],
          effort_hours: 1,
          complexity: 2,
        };
      });
      console.log(JSON.stringify({ title, summary: title, steps }, null, 2));'
    ;;
  step)
    files | while IFS= read -r file; do add_to "$file" "written by examples/command-agent.sh"; done
    commit "$step"
    echo "Done: $step"
    ;;
  review)
    base=$(tag base)
    changed=$(git diff --name-only "origin/$base...HEAD" 2>/dev/null || git diff --name-only "$base...HEAD")
    missing=$(files | while IFS= read -r file; do printf '%s\n' "$changed" | grep -qxF -- "$file" || echo "$file"; done)
    CHANGED="$changed" MISSING="$missing" CRITERIA="$(tag criteria)" node -e '
      const lines = (name) => process.env[name].split("\n").map((line) => line.replace(/^[-*]\s*/, "")).filter(Boolean);
      const missing = lines("MISSING");
      const met = lines("CHANGED").length > 0 && missing.length === 0;
      console.log(JSON.stringify({
        score: met ? 90 : 30,
        summary: met ? "Everything that was asked for is touched." : "The change is not complete.",
        criteria: lines("CRITERIA").map((criterion) => ({ criterion, met, note: "Judged by the names of files only." })),
        findings: missing.map((file) => ({ severity: "error", message: `${file} is not touched.`, file })),
      }, null, 2));'
    ;;
  repair)
    other=$(tag merge)
    if [ -n "$other" ]; then
      # Both sides of every conflict are taken.
      git -c merge.default=union merge --quiet --no-edit "origin/$other" || commit "Merge $other"
    else
      { files; git show --name-only --format= HEAD; } | head -n 1 | while IFS= read -r file; do
        add_to "$file" "mended by examples/command-agent.sh"
      done
      commit "Fix $step"
    fi
    echo "Mended."
    ;;
  *)
    echo "Nothing to do."
    ;;
esac
