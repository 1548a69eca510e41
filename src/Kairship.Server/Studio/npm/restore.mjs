// Gets the designer's files: what package-lock.json pins, into node_modules beside it, whole or not at all. The build runs it; so may you.
// With --quiet-failure (the build) a failure is told, remembered for an hour and no error.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const quiet = process.argv.includes("--quiet-failure");
const modules = join(here, "node_modules");
const stamp = join(modules, ".kairship-restored");
const failure = join(here, ".restore-failed");
const lock = join(here, ".restore-lock");
const wanted = createHash("sha256").update(readFileSync(join(here, "package-lock.json"))).digest("hex");
const anHour = 60 * 60 * 1000;
const tooLong = 5 * 60 * 1000;

const holds = file => existsSync(file) && readFileSync(file, "utf8").trim() === wanted;
const ageOf = file => Date.now() - statSync(file).mtimeMs;
const pause = milliseconds => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

if (holds(stamp)) {
  // So that the build sees it as newer than the lock file, which a checkout may have written again.
  utimesSync(stamp, new Date(), new Date());
  process.exit(0);
}

if (quiet && holds(failure) && ageOf(failure) < anHour) {
  giveUp("it failed within the last hour");
}

takeLock();
process.on("exit", () => rmSync(lock, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(1));
process.on("SIGTERM", () => process.exit(1));
try {
  if (!holds(stamp)) {
    restore();
  }
} catch (error) {
  // Where two restored at once, one was first.
  if (!holds(stamp)) {
    writeFileSync(failure, wanted);
    giveUp(error.message);
  }
}

function restore() {
  // What builds that were killed left behind; whoever holds the lock is alone here.
  readdirSync(here).filter(name => /^\.restore-[A-Za-z0-9]{6}$/.test(name)).forEach(name => rmSync(join(here, name), { recursive: true, force: true }));
  const work = mkdtempSync(join(here, ".restore-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) {
      copyFileSync(join(here, file), join(work, file));
    }

    const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000"],
      { cwd: work, encoding: "utf8", shell: process.platform === "win32", timeout: tooLong });
    if (npm.status !== 0) {
      const said = `${npm.error?.message ?? ""}\n${npm.stderr ?? ""}`.split("\n").map(l => l.trim()).filter(l => l && !l.startsWith("npm warn"));
      throw new Error(npm.error?.code === "ENOENT" ? "npm is not there" : `npm said: ${said.slice(0, 3).join(" ") || `it ended with ${npm.status}`}`);
    }

    writeFileSync(join(work, "node_modules", ".kairship-restored"), wanted);
    const old = join(work, "old");
    if (existsSync(modules)) {
      renameSync(modules, old);
    }

    renameSync(join(work, "node_modules"), modules);
    rmSync(failure, { force: true });
    console.log("The designer's files are restored.");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A folder is made by one alone. Who finds it waits, unless whoever made it is no more. */
function takeLock() {
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, "pid"), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== "EEXIST") {
        giveUp(error.message);
      }
    }

    try {
      if (ageOf(lock) > (isAlive() ? 2 * tooLong : 2000)) {
        rmSync(lock, { recursive: true, force: true });
      }
    } catch {
      continue;
    }

    pause(200);
  }
}

function isAlive() {
  try {
    return process.kill(Number(readFileSync(join(lock, "pid"), "utf8")), 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function giveUp(why) {
  console.log(`The designer's files are not here (${why}). Everything else is built; with a network at hand run: node src/Kairship.Server/Studio/npm/restore.mjs`);
  process.exit(quiet ? 0 : 1);
}
