// Puts the charts library and the fonts of package-lock.json under wwwroot/lib, so that pages load them from this origin.
// The build runs it when they are missing or older than the lock file. Builds may run side by side: one restores, the rest wait.
import { execFileSync } from "node:child_process";
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const modules = join(root, "node_modules");
const lib = join(root, "wwwroot", "lib");
const lock = join(root, ".assets.lock");

const packages = [
  { name: "apexcharts", folder: "apexcharts", files: ["dist/apexcharts.esm.js"] },
  { name: "@fontsource-variable/inter", folder: "inter", files: ["wght.css", "files/*-wght-normal.woff2"] },
  { name: "@fontsource-variable/jetbrains-mono", folder: "jetbrains-mono", files: ["wght.css", "files/*-wght-normal.woff2"] },
];

// The licence goes with what it covers; copied last, it also marks the package as restored.
const restored = () => {
  const wanted = Math.max(...["package-lock.json", "restore-assets.mjs"].map(file => statSync(join(root, file)).mtimeMs));
  return packages.every(({ folder }) => {
    const mark = join(lib, folder, "LICENSE");
    return existsSync(mark) && statSync(mark).mtimeMs >= wanted;
  });
};

function copy({ name, folder, files }) {
  const from = join(modules, name);
  for (const file of [...files, "LICENSE"]) {
    const [start, end] = file.split("*");
    const names = end === undefined
      ? [file]
      : readdirSync(join(from, dirname(file))).filter(n => n.endsWith(end)).map(n => start + n);
    for (const path of names)
      cpSync(join(from, path), join(lib, folder, path.replace(/^dist\//, "")));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryLock() {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST")
      throw error;
    if (existsSync(lock)) {
      const pid = Number(readFileSync(lock, "utf8"));
      if (pid > 0 && !isAlive(pid))
        rmSync(lock, { force: true });
    }
    return false;
  }
}

while (!tryLock())
  await new Promise(resolve => setTimeout(resolve, 200));
try {
  if (!restored()) {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
    mkdirSync(lib, { recursive: true });
    packages.forEach(copy);
  }
} finally {
  rmSync(lock, { force: true });
}
