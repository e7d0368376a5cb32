// `mfconsent eval`: JSON Lines in, JSON Lines out.
#pragma once

namespace metrofax::consent::cli {

/// Answers every line of `input` on `output`, one line each, in order; an empty line is answered with an
/// error as well. What was answered is written before waiting for more input, so that a program may talk to
/// it line by line. Lines end at LF (a CR before it is white space to JSON); the last one may lack it.
/// Returns the exit code: 0, or 2 when reading or writing failed.
int eval_stream(int input, int output);

}  // namespace metrofax::consent::cli
