// Standard output of the commands: what could not be written is said and fails the command, since
// a pipeline would take the rest for the whole. Main thread.
#pragma once

namespace exporter {

// To be called first: a closed pipe is an error like others, not a signal; and a closed standard
// output stays one, instead of becoming the next file or socket that is opened.
void PrepareOutput();

// Writes out what is buffered. False: some of the output is lost, which standard error says once.
bool FlushOutput();

}  // namespace exporter
