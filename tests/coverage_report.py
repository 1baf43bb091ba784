"""Line coverage from an lcov file: percentages of a folder's files, and the lines that were never run.
Arguments: the file, the folder, the least percentage of the whole."""
import pathlib
import sys


def read(lcov, folder):
    """path -> {line: runs} of the files below `folder`."""
    files, lines = {}, None
    for record in pathlib.Path(lcov).read_text().splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            path = pathlib.Path(value).resolve()
            inside = path.is_relative_to(folder)
            lines = files.setdefault(path, {}) if inside else None
        elif kind == "DA" and lines is not None:
            number, runs = value.split(",")[:2]
            lines[int(number)] = max(lines.get(int(number), 0), int(runs))
    return files


def main():
    folder = pathlib.Path(sys.argv[2]).resolve()
    files = read(sys.argv[1], folder)
    total = sum(len(lines) for lines in files.values())
    missed = {path: [n for n, runs in sorted(lines.items()) if runs == 0] for path, lines in sorted(files.items())}
    for path, lines in sorted(files.items()):
        share = 100 * (1 - len(missed[path]) / max(len(lines), 1))
        print(f"{share:6.1f} %  {len(lines):5} lines  {path.relative_to(folder.parent)}")
    for path, numbers in missed.items():
        source = path.read_text().splitlines()
        for number in numbers:
            print(f"{path.relative_to(folder.parent)}:{number}: {source[number - 1].strip()}")
    count = sum(map(len, missed.values()))
    share = 100 * (1 - count / total)
    print(f"{share:.2f} % of {total} lines; {count} are not run")
    return 0 if share >= float(sys.argv[3]) else 1


if __name__ == "__main__":
    sys.exit(main())
