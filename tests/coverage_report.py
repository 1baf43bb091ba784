"""Line coverage from an lcov file: percentages of a folder's files, and the lines that were never run
with the reason of each, from coverage_justified.txt beside this file.
Arguments: the file, the folder, the least percentage of the whole.
Exit code 1: fewer lines than that, a line without a reason, or a reason whose line is run or gone."""
import pathlib
import sys

REASONS = pathlib.Path(__file__).with_name("coverage_justified.txt")


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


def read_reasons():
    """(file, part of a line) -> why. The line is the first of those that are not run, or one of the two above."""
    reasons = {}
    for line in REASONS.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        file, anchor, why = (field.strip() for field in line.split(" | "))
        reasons[file, anchor] = why
    return reasons


def missed_blocks(lines, source):
    """Lines that are not run, in a row but for closing braces, and of one function: [[number...]...]."""
    blocks, block = [], []
    for number, runs in sorted(lines.items()):
        text = source[number - 1]
        if runs == 0:
            block.append(number)
        if block and (text == "}" or runs != 0 and text.strip() != "}"):
            blocks.append(block)
            block = []
    return blocks + [block] if block else blocks


def reason_of(file, block, source, reasons):
    """The key of the reason for a block, or None."""
    first = block[0] - 1
    around = source[max(first - 2, 0):first + 1]
    for file_of_reason, anchor in reasons:
        is_unique = sum(anchor in line for line in source) == 1
        if file_of_reason == file and is_unique and any(anchor in line for line in around):
            return file_of_reason, anchor
    return None


def print_missed(files, root):
    """Prints every line that is not run. Returns how many problems there are with their reasons."""
    reasons = read_reasons()
    used, problems = set(), 0
    for path, lines in sorted(files.items()):
        file, source = str(path.relative_to(root)), path.read_text().splitlines()
        for block in missed_blocks(lines, source):
            key = reason_of(file, block, source, reasons)
            used.add(key)
            problems += key is None
            print("not run, because " + reasons[key] if key else "not run, and no reason is given:")
            for number in block:
                print(f"    {file}:{number}: {source[number - 1].strip()}")
    for key in reasons.keys() - used:
        problems += 1
        print(f"a reason without a line that needs it (run, gone, or not the only one): {' | '.join(key)}")
    return problems


def main():
    folder = pathlib.Path(sys.argv[2]).resolve()
    files = read(sys.argv[1], folder)
    total = sum(len(lines) for lines in files.values())
    count = 0
    for path, lines in sorted(files.items()):
        missed = sum(runs == 0 for runs in lines.values())
        count += missed
        print(f"{100 * (1 - missed / max(len(lines), 1)):6.1f} %  {len(lines):5} lines  {path.relative_to(folder.parent)}")
    problems = print_missed(files, folder.parent)
    share = 100 * (1 - count / total)
    print(f"{share:.2f} % of {total} lines; {count} are not run; {problems} problems with their reasons")
    return 0 if share >= float(sys.argv[3]) and problems == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
